"""Documents are counted some at a time, as if one at a time."""

from collections import Counter

import pytest

from movieclassifier.corpora import tallies as tallies_module
from movieclassifier.corpora.tallies import tallies_of
from movieclassifier.corpora.without_text import WithoutText


def test_documents_before_an_error_are_counted_before_it():
    def documents():
        yield "fine", "1"
        yield "", "0"
        raise ValueError("line 4: a bad row")

    tallies = tallies_of(documents())
    assert next(tallies) == (Counter({"1": 1, "0": 1}), WithoutText(1, 2))
    with pytest.raises(ValueError, match="line 4"):
        next(tallies)


def test_no_more_documents_are_read_than_a_tally_holds(monkeypatch):
    monkeypatch.setattr(tallies_module, "SIZE", 2)
    documents = iter([(" ", "a"), ("x", "b"), ("y", "a")])
    tallies = tallies_of(documents)
    assert next(tallies) == (Counter("ab"), WithoutText(1, 1))
    assert list(documents) == [("y", "a")]
    assert list(tallies) == []
