"""The real corpus, unpacked and written once for all tests; a test that asks for it is skipped where it is not."""

import os
from pathlib import Path

import pytest

from movieclassifier.corpus import CORPUS_NAME, local_path, make_corpus
from movieclassifier.corpus_csv import write_csv


@pytest.fixture(scope="session")
def aclimdb_archive():
    """Return the path of the real archive."""
    url = os.environ.get("ACLIMDB_URL")
    if not url:
        pytest.skip("ACLIMDB_URL names no archive of the aclImdb corpus")
    archive = local_path(url)
    if archive is None:
        pytest.skip(f"ACLIMDB_URL is {url}: tests use no network, name a file")
    return archive


@pytest.fixture(scope="session")
def aclimdb_dir(aclimdb_archive, tmp_path_factory) -> Path:
    """Return the folder of the real corpus; it is not to be changed."""
    data_dir = tmp_path_factory.mktemp("data")
    make_corpus(data_dir, str(aclimdb_archive))
    return data_dir / CORPUS_NAME


@pytest.fixture(scope="session")
def movie_data_csv(aclimdb_dir) -> Path:
    """Return the path of the real movie_data.csv; it is not to be changed."""
    csv_path = aclimdb_dir.parent / "movie_data.csv"
    write_csv(aclimdb_dir, csv_path)
    return csv_path
