"""Streams: documents one at a time and many at a time, in any turns, are those of the stream."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.minibatches import split_holdout
from movieclassifier.corpora.stream import BatchStream, DocumentStream, as_stream

SIZES = st.lists(st.integers(0, 5), max_size=9)


def batches_of_sizes(sizes):
    """Return batches of some sizes, and all of their documents."""
    documents = [(f"text {i}", i % 3) for i in range(sum(sizes))]
    rest = iter(documents)
    cut = [list(islice(rest, size)) for size in sizes]
    return [([text for text, _ in batch], [label for _, label in batch]) for batch in cut], documents


@given(SIZES, st.lists(st.integers(0, 7), max_size=20), st.booleans())
def test_turns_lose_and_reorder_nothing(sizes, turns, in_batches):
    batches, documents = batches_of_sizes(sizes)
    stream = BatchStream(iter(batches)) if in_batches else DocumentStream(documents)
    found = []
    for n in turns:  # 0 stands for one document
        some = list(islice(stream, 1)) if n == 0 else list(zip(*stream.take(n), strict=True))
        assert len(some) == min(n or 1, len(documents) - len(found))
        found += some
    assert found + list(stream) == documents


@given(SIZES, st.integers(0, 9), st.integers(0, 9), st.lists(st.integers(1, 4)))
def test_parts_are_taken_to_their_ends_and_no_further(sizes, n_train, n_holdout, turns):
    batches, documents = batches_of_sizes([*sizes, n_train + n_holdout])
    stream = BatchStream(iter(batches))
    parts = split_holdout(stream, n_train, n_holdout)
    found = [[pair for n in [*turns, 20] for pair in zip(*part.take(n), strict=True)] for part in parts]
    assert found == [documents[:n_train], documents[n_train : n_train + n_holdout]]
    assert [part.take(1) for part in parts] == [([], [])] * 2
    assert list(stream) == documents[n_train + n_holdout :]


def test_a_part_that_is_taken_too_early_or_is_too_short_is_an_error():
    train, holdout = split_holdout([("a", 0), ("b", 1), ("c", 0)], 2, 2)
    train.take(1)
    with pytest.raises(ValueError, match="the holdout starts at document 2, but document 1 is next"):
        holdout.take(1)
    train.take(1)
    assert holdout.take(2) == (["c"], [0])
    with pytest.raises(ValueError, match=r"ended after 3 documents, before the holdout of 2 was full; lower n_holdout"):
        holdout.take(1)


def test_a_stream_is_its_own_stream():
    stream = as_stream([("a", 0)])
    assert as_stream(stream) is stream


@pytest.mark.parametrize("name", ["x.csv", "x.jsonl"])
def test_corpus_is_streamed_with_other_labels(tmp_path, name):
    rows = {
        "x.csv": "text,label\ngood,1\nbad,0\n",
        "x.jsonl": '{"text": "good", "label": 1}\n{"text": "bad", "label": 0}\n',
    }
    (tmp_path / name).write_text(rows[name])
    stream = open_corpus(tmp_path / name, tmp_path / name).stream({"0": "no", "1": "yes"})
    texts, labels = stream.take(3)
    assert (list(texts), labels, list(stream)) == (["good", "bad", "good"], ["yes", "no", "yes"], [("bad", "no")])


def test_format_that_is_unlikely_is_named_when_a_stream_is_taken_from(tmp_path):
    (tmp_path / "x.csv").write_text("text\ngood\n")
    with pytest.raises(ValueError, match="For a format other than csv"):
        open_corpus(tmp_path / "x.csv").stream(None).take(1)
