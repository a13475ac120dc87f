"""Formats of one document in each line."""

import gzip

import pytest

from movieclassifier.corpora.readers.contract import RowFault
from movieclassifier.corpora.readers.lines import read_lines


def parted(line):
    text, bar, value = line.rpartition("|")
    if not bar:
        raise RowFault(f"expected a bar; got {line!r}.")
    return text, value


def documents(path, labels=None, skip_bad_rows=0):
    return read_lines(path, parted, labels, format="bars", encoding="utf-8", skip_bad_rows=skip_bad_rows)


def test_lines_are_documents_and_blank_ones_are_left_out(tmp_path):
    with gzip.open(tmp_path / "x.gz", "wt") as file:
        file.write("fine|1\r\n \nso|so|2\n|1")
    assert list(documents(tmp_path / "x.gz", {"1": "good", "2": None})) == [("fine", "good"), ("", "good")]


def test_a_bad_line_is_named_and_can_be_skipped(tmp_path):
    (tmp_path / "x").write_text("fine|1\nnothing\ndull|\n")
    with pytest.raises(ValueError, match=r"x, line 2: expected a bar; got 'nothing'\.$"):
        list(documents(tmp_path / "x"))
    with pytest.raises(ValueError, match=r"x, line 3: the label is empty; .+ 1 bad row was skipped before"):
        list(documents(tmp_path / "x", skip_bad_rows=1))
    assert list(documents(tmp_path / "x", skip_bad_rows=2)) == [("fine", "1")]


def test_arguments_are_checked_at_the_call_and_an_empty_file_later(tmp_path):
    with pytest.raises(IsADirectoryError, match="but bars reads a file"):
        documents(tmp_path)
    (tmp_path / "x").write_text("\n")
    with pytest.raises(ValueError, match="x: there are no documents"):
        list(documents(tmp_path / "x"))
