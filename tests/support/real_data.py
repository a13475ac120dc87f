"""Real corpora, where this machine has them: in data/, or where ACLIMDB_URL and MOVIECLASSIFIER_TEST_DATA say."""

import os
from pathlib import Path

import pytest

from movieclassifier.corpora.aclimdb.corpus import ARCHIVE_NAME, CORPUS_NAME, local_path, missing_folders

DATA = Path(__file__).parents[2] / "data"


def find_file(name: str) -> Path:
    """Return the path of a corpus, or skip the test."""
    for folder in (os.environ.get("MOVIECLASSIFIER_TEST_DATA"), DATA):
        if folder and Path(folder, name).is_file():
            return Path(folder, name)
    pytest.skip(f"{name} is neither in data/ nor in the folder that MOVIECLASSIFIER_TEST_DATA names")


def find_unpacked() -> Path | None:
    """Return the folder of aclImdb in data/, if it is there whole and without the reviews that have no label."""
    folder = DATA / CORPUS_NAME
    try:
        whole = not missing_folders(folder)
    except ValueError:
        return None
    return folder if whole and not (folder / "train/unsup").exists() else None


def find_archive() -> Path:
    """Return the path of the archive of aclImdb, or skip the test."""
    url = os.environ.get("ACLIMDB_URL")
    if not url:
        return find_file(ARCHIVE_NAME)
    archive = local_path(url)
    if archive is None:
        pytest.skip(f"ACLIMDB_URL is {url}: tests use no network, name a file")
    return archive
