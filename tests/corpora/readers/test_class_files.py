"""A file per class: the part of its name that is its own is the label, and each line a document."""

import gzip

import pytest

from movieclassifier.corpora.readers.class_files import class_labels, own_label
from movieclassifier.corpora.readers.formats import READERS
from tests.support.corpora import write_tar, write_zip

FILES = [("rt-polarity.neg", b"Awful.\n\nPoor.\r\n"), ("rt-polarity.pos", b"Great!"), ("README.txt", b"\xff")]
EXPECTED = [("Awful.", "neg"), ("Poor.", "neg"), ("Great!", "pos")]


def write_files(path, files=FILES):
    for name, content in files:
        (path / name).write_bytes(content)
    return path


def test_folder_of_files_is_read(tmp_path):
    write_files(tmp_path, [*FILES, (".DS_Store", b"\xff")])
    (tmp_path / "empty").mkdir()
    assert list(READERS["files"](tmp_path)) == EXPECTED


@pytest.mark.parametrize("write", [write_zip, write_tar])
@pytest.mark.parametrize("folder", ["", "sentence_polarity/"])
def test_archive_of_files_is_read(tmp_path, write, folder):
    assert list(READERS["files"](write(tmp_path, [(folder + name, content) for name, content in FILES]))) == EXPECTED


def test_single_files_are_read_also_compressed(tmp_path):
    write_files(tmp_path, [("pos.txt.gz", gzip.compress(b"Great!\n"))])
    assert list(READERS["files"](tmp_path / "pos.txt.gz")) == [("Great!", "pos")]


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        (["neg.txt", "pos.txt"], ["neg", "pos"]),
        (["neg", "pos"], ["neg", "pos"]),
        (["a/quote.5000", "a/plot.5000"], ["quote", "plot"]),
        (["x.train.pos.txt", "x.train.neg.txt", "x.train.so.so.txt"], ["pos", "neg", "so.so"]),
        (["x.pos", "x.pos.old"], ["pos", "pos.old"]),
        (["a.txt", "b.csv"], ["a.txt", "b.csv"]),
    ],
)
def test_label_is_the_part_of_the_name_that_differs(tmp_path, names, labels):
    assert list(class_labels(names, tmp_path).values()) == labels


@pytest.mark.parametrize("name", ["pos", "pos.txt", "x.pos", "rt-polarity.pos.txt.gz", "pos.TXT"])
def test_label_of_a_single_file(name):
    assert own_label(name) == "pos"


@pytest.mark.parametrize("files", [[], FILES[:1], FILES[1:]])
def test_one_class_is_too_few(tmp_path, files):
    with pytest.raises(ValueError, match=r"expected a file for each class, such as pos\.txt and neg\.txt; got [01]\."):
        list(READERS["files"](write_files(tmp_path, files)))


@pytest.mark.parametrize("write", [write_files, write_zip, write_tar])
def test_bad_line_is_named_and_can_be_skipped(tmp_path, write):
    path = write(tmp_path, [("x.neg", b"a\n\xff\n"), ("x.pos", b"b\n")])
    with pytest.raises(ValueError, match=r"x\.neg, line 2: the byte 0xff is not utf-8"):
        list(READERS["files"](path))
    assert list(READERS["files"](path, skip_bad_rows=1)) == [("a", "neg"), ("b", "pos")]


def test_files_without_documents_are_an_error(tmp_path):
    with pytest.raises(ValueError, match="there are no documents"):
        list(READERS["files"](write_files(tmp_path, [("x.neg", b"\n"), ("x.pos", b"")])))
