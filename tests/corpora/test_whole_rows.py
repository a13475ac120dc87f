"""Rows come with everything in them, whatever the format."""

import json

import pytest

from movieclassifier.corpora.readers.contract import BadRows
from movieclassifier.corpora.reading import ReadingOptions
from movieclassifier.corpora.whole_rows import open_rows


def read(path, skip=0, **reading):
    bad_rows = BadRows(skip)
    with open_rows(str(path), ReadingOptions(**reading), bad_rows) as rows:
        return rows.names, list(rows.rows), rows.delimiter, bad_rows


@pytest.fixture
def write(tmp_path):
    def make(name, content):
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return path

    return make


def test_table_keeps_its_columns(write):
    path = write("a.csv", 'id,text,more\n1,"so, good",x\n2,bad,y\n')
    names, rows, delimiter, _ = read(path)
    assert (names, delimiter) == (["id", "text", "more"], ",")
    assert rows == [("so, good", ["1", "so, good", "x"]), ("bad", ["2", "bad", "y"])]


def test_texts_of_several_columns_are_joined(write):
    path = write("a.tsv", "title\tbody\nA\tB\n")
    _, rows, delimiter, _ = read(path, text_columns=("title", "body"))
    assert (rows, delimiter) == ([("A\nB", ["A", "B"])], "\t")


def test_table_without_a_header_has_no_names(write):
    names, rows, _, _ = read(write("a.csv", "a,1\nb,2\n"), no_header=True, text_columns=(1,))
    assert names is None
    assert [row for _, row in rows] == [["a", "1"], ["b", "2"]]


def test_json_lines_come_as_they_are(write):
    documents = [{"text": "a", "n": [1]}, {"text": "b", "more": None}]
    path = write("a.jsonl", "".join(json.dumps(document) + "\n" for document in documents))
    names, rows, delimiter, _ = read(path)
    assert (names, delimiter) == (None, "")
    assert rows == [(document["text"], document) for document in documents]


def test_file_that_is_not_a_table_by_its_name_has_a_text_in_each_line(write):
    names, rows, _, _ = read(write("texts.txt", "one, two\n\nthree\n"))
    assert (names, [text for text, _ in rows]) == (["text"], ["one, two", "", "three"])


def test_row_of_the_wrong_length_is_refused_or_skipped(write):
    path = write("a.csv", "id,text\n1,a\n2\n3,c\n")
    with pytest.raises(ValueError, match=r"a\.csv, line 3: "):
        read(path)
    _, rows, _, bad_rows = read(path, skip=1)
    assert ([text for text, _ in rows], bad_rows.n_skipped) == (["a", "c"], 1)


def test_empty_table_is_refused(write):
    with pytest.raises(ValueError, match="the file is empty; expected a header"):
        read(write("a.csv", ""), format="csv")
