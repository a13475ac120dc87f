"""The format of a corpus is guessed from its name and its first lines."""

import tarfile
import zipfile

import pytest

from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.reading import ReadingOptions


def written(tmp_path, content, name="x.csv"):
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return tmp_path / name


@pytest.mark.parametrize(
    ("expected", "folders"),
    [
        ("folders", ["spam", "ham"]),
        ("bbc", ["business", "entertainment", "politics", "sport", "tech"]),
        ("aclImdb", ["train/pos", "train/neg", "train/unsup", "test/pos", "test/neg"]),
    ],
)
def test_format_of_folders_is_guessed(tmp_path, expected, folders):
    for folder in folders:
        written(tmp_path, "x", f"corpus/{folder}/1_9.txt")
    with zipfile.ZipFile(tmp_path / "corpus.zip", "w") as archive:
        for folder in folders:
            archive.write(tmp_path / "corpus" / folder / "1_9.txt", f"corpus/{folder}/1_9.txt")
    for path in (tmp_path / "corpus", tmp_path / "corpus.zip"):
        assert open_corpus(path).format == expected
        assert open_corpus(path, reading=ReadingOptions(format="folders")).format == "folders"


@pytest.mark.parametrize(("name", "expected"), [("aclImdb_v1.tar.gz", "aclImdb"), ("news.tgz", "folders")])
def test_format_of_a_tar_is_guessed_by_its_name(tmp_path, name, expected):
    written(tmp_path, "x", "train/pos/1_9.txt")
    with tarfile.open(tmp_path / name, "w:gz") as archive:
        archive.add(tmp_path / "train", "aclImdb/train")
    assert open_corpus(tmp_path / name).format == expected
