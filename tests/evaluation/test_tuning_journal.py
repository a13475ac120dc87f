import json
import math

import pytest

from movieclassifier.evaluation.tuning_journal import Journal, Score

SEARCH = {"base": "default", "seed": 1}
SCORE = {"accuracy": 0.9, "log_loss": 0.3, "seconds": 1.5}
RESULT = {"candidate": 0, "n_documents": 200, **SCORE}


def test_results_are_there_again(tmp_path):
    journal = Journal(tmp_path / "tuned.jsonl", SEARCH)
    journal.add(3, 200, Score(**SCORE))
    assert Journal(tmp_path / "tuned.jsonl", SEARCH).scores == {(3, 200): Score(**SCORE)}


def test_line_that_a_kill_has_cut_is_written_anew(tmp_path):
    path = tmp_path / "tuned.jsonl"
    Journal(path, SEARCH).add(0, 200, Score(**SCORE))
    whole = path.read_bytes()
    for n_kept in range(len(whole)):
        path.write_bytes(whole[:n_kept])
        journal = Journal(path, SEARCH)
        if not journal.scores:
            journal.add(0, 200, Score(**SCORE))
        assert path.read_bytes() == whole


def test_journal_of_a_different_search_is_refused(tmp_path):
    Journal(tmp_path / "tuned.jsonl", SEARCH)
    with pytest.raises(ValueError, match="belongs to a search with a different seed"):
        Journal(tmp_path / "tuned.jsonl", SEARCH | {"seed": 2})


LINES = {
    "deep": b"[" * 200_000,
    "a number": b"7",
    "no result": b"{}",
    "no JSON": b"{",
    "latin-1": b'{"caf\xe9": 1}',
    "a score in words": json.dumps(RESULT | {"accuracy": "high"}).encode(),
    "a score that is none": json.dumps(RESULT | {"log_loss": math.nan}).encode(),
    "a candidate in words": json.dumps(RESULT | {"candidate": "first"}).encode(),
    "a list for a candidate": json.dumps(RESULT | {"candidate": [1]}).encode(),
    "one figure more": json.dumps(RESULT | {"luck": 1}).encode(),
    "an endless number": b'{"candidate": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("name", LINES)
def test_line_that_is_not_a_result_is_one_error(name, tmp_path):
    path = tmp_path / "tuned.jsonl"
    Journal(path, SEARCH)
    with open(path, "ab") as file:
        file.write(LINES[name] + b"\n")
    before = path.read_bytes()
    with pytest.raises(ValueError, match="pass a different --output") as caught:
        Journal(path, SEARCH)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before


@pytest.mark.parametrize("head", [b"[]", b"7", b'{"search": 1}', b'{"search": []}', b"{}"])
def test_first_line_must_be_a_search(head, tmp_path):
    (tmp_path / "tuned.jsonl").write_bytes(head + b"\n")
    with pytest.raises(ValueError, match="is not the journal of a search"):
        Journal(tmp_path / "tuned.jsonl", SEARCH)
