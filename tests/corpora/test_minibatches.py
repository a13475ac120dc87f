"""Splits and minibatches: nothing lost, nothing reordered, and a stream that is too short is an error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.corpora.minibatches import holdout_sizes, iter_minibatches, split_holdout


def documents(n):
    return [(f"text {i}", i % 2) for i in range(n)]


@given(st.lists(st.tuples(st.text(), st.integers(0, 1))), st.integers(1, 12))
def test_minibatches_lose_and_reorder_nothing(stream, size):
    minibatches = list(iter_minibatches(iter(stream), size))
    assert [pair for texts, labels in minibatches for pair in zip(texts, labels, strict=True)] == stream
    assert all(len(texts) == size for texts, _ in minibatches[:-1])
    assert all(texts for texts, _ in minibatches)


def test_last_minibatch_may_be_smaller():
    assert [len(texts) for texts, _ in iter_minibatches(documents(25), 10)] == [10, 10, 5]


@pytest.mark.parametrize("size", [0, -1])
def test_size_below_one_is_refused_at_the_call(size):
    with pytest.raises(ValueError, match=f"size of a minibatch must be at least 1, got {size}"):
        iter_minibatches([], size)


def test_minibatches_are_read_one_at_a_time():
    stream = iter(documents(25))
    minibatches = iter_minibatches(stream, 10)
    next(minibatches)
    assert next(stream) == ("text 10", 0)


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 5))
def test_split_loses_and_reorders_nothing(n_train, n_holdout, n_left):
    stream = iter(documents(n_train + n_holdout + n_left))
    train, holdout = split_holdout(stream, n_train, n_holdout)
    assert [*train, *holdout, *stream] == documents(n_train + n_holdout + n_left)


def test_parts_have_the_sizes_asked_for():
    train, holdout = split_holdout(documents(10), 7, 2)
    assert (len(list(train)), len(list(holdout))) == (7, 2)


@pytest.mark.parametrize(
    ("n_train", "n_holdout", "message"),
    [
        (3000, 5000, r"ended after 3000 documents, before the holdout of 5000 was full; lower n_holdout\."),
        (3001, 5, r"ended after 3000 documents, before the training part of 3001 was full; lower n_train\."),
    ],
)
def test_stream_that_is_too_short_is_an_error(n_train, n_holdout, message):
    train, holdout = split_holdout(documents(3000), n_train, n_holdout)
    with pytest.raises(ValueError, match=message):
        list(train), list(holdout)


def test_holdout_before_the_end_of_training_is_an_error():
    train, holdout = split_holdout(documents(10), 5, 5)
    next(train)
    with pytest.raises(ValueError, match="the holdout starts at document 5, but document 1 is next"):
        next(holdout)


@pytest.mark.parametrize(("n_train", "n_holdout", "name"), [(-1, 2, "n_train"), (2, -1, "n_holdout")])
def test_negative_size_is_refused_at_the_call(n_train, n_holdout, name):
    with pytest.raises(ValueError, match=f"{name} must be at least 0, got -1"):
        split_holdout([], n_train, n_holdout)


@pytest.mark.parametrize(
    ("n_documents", "n_train", "n_holdout", "expected"),
    [
        (50_000, None, None, (45_000, 5_000)),
        (50_000, 45_000, 5_000, (45_000, 5_000)),
        (50_000, None, 1_000, (49_000, 1_000)),
        (50_000, 1_000, None, (1_000, 5_000)),
        (50_000, 48_000, None, (48_000, 2_000)),
        (50_000, 50_000, None, (50_000, 0)),
        (50_000, None, 0, (50_000, 0)),
        (2, None, None, (1, 1)),
        (19, None, None, (18, 1)),
    ],
)
def test_sizes_that_are_not_given_follow_from_the_stream(n_documents, n_train, n_holdout, expected):
    assert holdout_sizes(n_documents, n_train, n_holdout) == expected


@pytest.mark.parametrize(
    ("n_documents", "n_train", "n_holdout", "message"),
    [
        (100, 90, 20, "holds 100 documents, too few for n_train 90 and n_holdout 20"),
        (100, 101, None, "holds 100 documents, too few for n_train 101"),
        (100, None, 100, "holds 100 documents, too few for n_holdout 100"),
        (1, None, None, "holds 1 document, too few for a training part and a holdout"),
        (0, None, None, "holds 0 documents, too few"),
        (100, 0, 10, "n_train must be at least 1, got 0"),
        (100, 10, -1, "n_holdout must be at least 0, got -1"),
    ],
)
def test_sizes_that_do_not_fit_are_refused(n_documents, n_train, n_holdout, message):
    with pytest.raises(ValueError, match=message):
        holdout_sizes(n_documents, n_train, n_holdout)
