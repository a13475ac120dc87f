"""The columns of a table are found in its first row; its rows become documents, with their line numbers."""

import os
from pathlib import Path

import pytest

from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.readers.tables import iter_csv

BOOK = {"0": 0, "1": 1}
HEADER = "review,sentiment\n"


def written(folder: Path, content: str) -> Path:
    path = folder / "movie_data.csv"
    path.write_text(content, "utf-8", newline="")
    return path


@pytest.mark.parametrize("again", ["text,label\n", "Text, Label\n", "\ufefftext,label\r\n", '"text","label"\n'])
def test_header_that_comes_again_is_a_bad_row(tmp_path, again):
    path = written(tmp_path, "text,label\na,1\n" + again + "b,0\n")
    with pytest.raises(ValueError, match=r"line 3: this is the header again, as where files are joined; take the row"):
        list(iter_csv(path))
    assert list(iter_csv(path, skip_bad_rows=1)) == [("a", "1"), ("b", "0")]


def test_header_of_the_book_that_comes_again_is_told_as_such(tmp_path):
    with pytest.raises(ValueError, match=r"line 3: this is the header again"):
        list(iter_csv(written(tmp_path, HEADER + "a,1\n" + HEADER), BOOK))


def test_label_that_is_called_as_its_column_is_not_a_header(tmp_path):
    path = written(tmp_path, "text,label\na,label\nb,0\n")
    assert list(iter_csv(path)) == [("a", "label"), ("b", "0")]


@pytest.mark.parametrize("header", ["0,1\n", '"0","1"\r\n', "\ufeff0,1\n"])
def test_header_of_numbers_is_the_books(tmp_path, header):
    path = written(tmp_path, header + "good,1\nbad,0\n")
    assert list(open_corpus(path)) == [("good", 1), ("bad", 0)]
    with pytest.raises(ValueError, match="line 4: sentiment must be one of 0, 1; got '5'"):
        list(open_corpus(written(tmp_path, header + "good,1\nbad,0\nbad,5\n")))


def test_header_of_numbers_with_an_index_is_read(tmp_path):
    assert list(iter_csv(written(tmp_path, ",0,1\n0,good,1\n"))) == [("good", "1")]


@pytest.mark.parametrize("options", [{"header": False}, {"text_column": 0, "label_column": 1, "header": False}])
def test_numbers_are_a_document_where_there_is_no_header(tmp_path, options):
    assert list(iter_csv(written(tmp_path, "0,1\n"), **options)) == [("0", "1")]


def test_line_numbers_count_the_lines_inside_quotes(tmp_path):
    path = written(tmp_path, HEADER + '"1\n2\n3",1\n\n"4\n5",7\n')
    with pytest.raises(ValueError, match="line 6: sentiment"):
        list(iter_csv(path, BOOK))


def test_files_are_closed_when_a_reader_is_dropped(tmp_path):
    documents = iter_csv(written(tmp_path, HEADER + "x,1\n" * 9))
    next(documents)
    documents.close()
    links = [
        os.readlink(f"/proc/self/fd/{fd}")
        for fd in os.listdir("/proc/self/fd")
        if fd.isdigit() and os.path.exists(f"/proc/self/fd/{fd}")
    ]
    assert str(tmp_path / "movie_data.csv") not in links
