from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.training.label_order import (
    LIMIT_NATS,
    LabelRuns,
    check_label_order,
    label_surprise,
    surprise_limit,
)


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.9, 0.1), (0.99, 0.005, 0.005), tuple([0.05] * 20)])
def test_shuffled_minibatches_pass(shares):
    rng = np.random.RandomState(0)
    surprises = [label_surprise(rng.multinomial(1000, shares), np.array(shares)) for _ in range(3000)]
    assert max(surprises) < LIMIT_NATS


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.8, 0.2), tuple([0.2] * 5)])
def test_sorted_minibatches_do_not_pass(shares):
    counts = np.zeros(len(shares), dtype=int)
    counts[1] = 1000
    with pytest.raises(ValueError, match="documents 1001 to 2000: 1000 of 1000 are labelled 'b'"):
        check_label_order(counts, np.array(shares), 1001, list("abcde"))


def test_half_sorted_minibatch_does_not_pass():
    with pytest.raises(ValueError, match="a shuffled stream would show about 500"):
        check_label_order(np.array([700, 300]), np.array([0.5, 0.5]), 1, ["a", "b"])


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=6).filter(any))
def test_surprise_is_never_negative(counts):
    shares = np.full(len(counts), 1 / len(counts))
    assert label_surprise(np.array(counts), shares) >= -1e-9


@pytest.mark.parametrize("n_classes", [2, 3, 20, 77, 300, 1000])
@pytest.mark.parametrize("size", [10, 100, 1000])
def test_shuffled_stream_of_many_classes_is_not_taken_for_a_sorted_one(n_classes, size):
    rng = np.random.RandomState(n_classes)
    shares = rng.dirichlet(np.ones(n_classes))
    for _ in range(200):
        counts = rng.multinomial(size, shares)
        assert label_surprise(counts, shares) <= surprise_limit(n_classes)
    if size == 1000:
        assert label_surprise(np.eye(n_classes)[0] * 1000, np.full(n_classes, 1 / n_classes)) > surprise_limit(
            n_classes
        )


def check_in_parts(runs, labels, size):
    for start in range(0, len(labels), size):
        runs.check(np.array(labels[start : start + size]), first=start + 1)


@given(st.lists(st.integers(0, 2), max_size=40), st.integers(1, 9))
def test_last_run_is_the_same_wherever_the_stream_is_cut(labels, size):
    runs = LabelRuns(np.full(3, 1 / 3), 1000, ["a", "b", "c"])
    check_in_parts(runs, labels, size)
    assert runs.run == ([(label, len(list(run))) for label, run in groupby(labels)] or [(-1, 0)])[-1]


@pytest.mark.parametrize("size", [1, 7, 54, 100, 1000])
def test_run_is_too_long_at_the_same_place_wherever_the_stream_is_cut(size):
    runs = LabelRuns(np.array([0.5, 0.5]), 1000, ["bad", "good"])
    with pytest.raises(ValueError, match="documents 102 to 155 are all labelled 'good'"):
        check_in_parts(runs, [0, 1] * 50 + [0] + [1] * 60 + [0] * 99, size)
