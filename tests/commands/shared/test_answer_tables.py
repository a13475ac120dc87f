"""Answers become columns behind those that were read."""

import csv
import gzip
import json

import pytest

from movieclassifier.commands.shared.answer_tables import open_answers
from movieclassifier.commands.shared.answers import PrintedAnswer
from movieclassifier.corpora.whole_rows import WholeRows

ANSWER = PrintedAnswer(("good",), (0.9,), 1, True, 5, "", {"bad": 0.1, "good": 0.9})
UNKNOWN = PrintedAnswer(("good",), (0.5,), 1, False, 0, "no word", {"bad": 0.5, "good": 0.5})


def written(path, rows, *answered):
    with open_answers(str(path), rows) as write:
        for row, answer in answered:
            write(row, answer)
    return path


def test_table_has_the_answers_as_further_columns(tmp_path):
    rows = WholeRows(["id", "text"], iter(()), ";")
    path = written(tmp_path / "out.csv", rows, (["1", 'say "hi"; ok'], ANSWER), (["2", ""], UNKNOWN))
    with open(path, newline="") as file:
        assert list(csv.reader(file, delimiter=";")) == [
            ["id", "text", "predicted", "probability", "note"],
            ["1", 'say "hi"; ok', "good", "0.9", ""],
            ["2", "", "", "", "no word"],
        ]


def test_table_without_a_header_stays_one(tmp_path):
    path = written(tmp_path / "out.csv", WholeRows(None, iter(())), (["1", "a"], ANSWER))
    assert path.read_text() == "1,a,good,0.9,\n"


def test_json_lines_keep_their_members(tmp_path):
    path = written(tmp_path / "out.jsonl", WholeRows(None, iter(()), ""), ({"text": "é", "n": 1}, ANSWER))
    assert json.loads(path.read_text("utf-8")) == {"text": "é", "n": 1} | ANSWER.columns()


def test_table_may_become_json_and_be_compressed(tmp_path):
    path = written(tmp_path / "out.jsonl.gz", WholeRows(["text"], iter(())), (["a"], ANSWER))
    assert json.loads(gzip.decompress(path.read_bytes()))["text"] == "a"


def test_json_becomes_no_table(tmp_path):
    with pytest.raises(ValueError, match=r"pass an --output whose name ends in \.jsonl"):
        written(tmp_path / "out.csv", WholeRows(None, iter(()), ""))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["out.csv", "out.jsonl"])
def test_column_that_is_there_already_is_refused_and_nothing_is_left(tmp_path, name):
    with pytest.raises(ValueError, match="has a column 'predicted' already"):
        written(tmp_path / name, WholeRows(["predicted"], iter(())), (["a"], ANSWER))
    assert list(tmp_path.iterdir()) == []
