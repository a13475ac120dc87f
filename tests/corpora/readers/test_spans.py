"""Spans are a sequence of the texts that they hold."""

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.corpora.readers.spans import Spans, joined
from movieclassifier.system.compiled import csv_rows_twin

pytestmark = pytest.mark.skipif(csv_rows_twin() is None, reason="no compiled twin")

TEXTS = st.lists(st.text(st.characters(codec="utf-8"), max_size=5), max_size=6)
PLACES = st.one_of(st.none(), st.integers(-9, 9))


def spans_of(texts, n_before=0):
    encoded = [text.encode() for text in ["x"] * n_before + texts]
    ends = b"".join(end.to_bytes(4, "little") for end in accumulate(map(len, encoded), initial=0))
    return Spans([(b"".join(encoded), ends, n_before, len(encoded))])


@given(TEXTS, TEXTS, st.integers(0, 2), PLACES, PLACES)
def test_spans_are_cut_and_joined_as_lists_are(one, other, n_before, start, stop):
    texts = one + other
    spans = joined([spans_of(one, n_before), spans_of(other)])
    assert isinstance(spans, Spans)
    assert (list(spans), len(spans), list(spans[start:stop])) == (texts, len(texts), texts[start:stop])
    assert [spans[i] for i in range(-len(texts), len(texts))] == texts + texts
    assert isinstance(spans[start:stop], Spans)
    assert spans[::-1] == texts[::-1]


def test_spans_and_lists_are_joined_to_a_list():
    assert joined([spans_of(["a"]), ["b"]]) == ["a", "b"]
    assert joined([]) == []
    with pytest.raises(IndexError):
        spans_of([])[0]
