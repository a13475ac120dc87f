"""The compiled twin numbers, takes, scales and adds as the definition does, and refuses what does not fit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.features.rows import EvenRows, Rows
from movieclassifier.system.compiled import PURE_PYTHON, numbering_twin
from movieclassifier.training.shards.numbering import (
    Numbering,
    add_weights,
    as_integers,
    pair,
    scale_and_decide,
    take,
    take_both,
)

N = 50
DTYPES = st.sampled_from([np.float32, np.float64])
needs_twin = pytest.mark.skipif(numbering_twin() is None, reason="there is no compiled twin here")


def both(function):
    """Return the result of a function with the compiled twin, and without it."""
    with pytest.MonkeyPatch.context() as patch:
        one = function()
        patch.setenv(PURE_PYTHON, "1")
        return one, function()


def rows_of(rng, dtype):
    indptr = np.concatenate([[0], np.cumsum(rng.randint(0, 9, 5))]).astype(np.int32)
    columns = [rng.choice(N, length, replace=False) for length in np.diff(indptr)]
    return Rows(rng.rand(indptr[-1]).astype(dtype), np.concatenate(columns).astype(np.int32), indptr, N)


def assert_same(one, other):
    for first, second in zip(one, other, strict=True):
        np.testing.assert_array_equal(first, second, strict=True)


@needs_twin
@given(st.integers(0, 2**32 - 1))
def test_both_give_the_same_numbers_and_counts(seed):
    def number():
        rng, found, numbering = np.random.RandomState(seed), [], Numbering(N, 3)
        sums = np.ones((N, 3), np.int32)
        for _ in range(2):
            numbering.clear()
            found += [numbering.number(rows_of(rng, np.float32), rng.randint(0, 3, 5)).columns for _ in range(3)]
            numbering.add_to(sums)
            found += [numbering.columns.copy(), numbering.counts.copy()]
        return [*found, sums]

    assert_same(*both(number))


@needs_twin
@given(st.integers(0, 2**32 - 1), DTYPES, st.booleans(), st.booleans())
def test_both_keep_the_same_entries_and_add_the_same_weights(seed, dtype, even, all_live):
    def scale():
        rng = np.random.RandomState(seed)
        slots = rng.permutation(N).astype(np.int32)[:30]
        slots[rng.rand(30) < 0.3] = -1
        pairs, n_live = np.zeros((N, 2), dtype), rng.randint(N + 1)
        live = rng.permutation(N).astype(np.int32)[:n_live]
        pair(*rng.normal(size=(2, n_live)).astype(dtype), live, pairs)
        ratio, weights = take_both(*pairs.T, np.append(slots, np.full(20, -1, np.int32)), np.empty((2, 60), dtype))
        rows = rows_of(rng, dtype)
        if even:
            rows = EvenRows(rng.rand(len(rows)).astype(dtype), rows.columns, rows.indptr, N)
        if all_live:
            ratio = rng.normal(size=50).astype(dtype)
        kept, values = scale_and_decide(rows, ratio, weights, all_live)
        sums = np.ones(N, np.int64)
        documents = rng.randint(0, 9, 30).astype(np.uint16 if even else np.int32)
        add_weights(slots, documents, rng.normal(size=30).astype(dtype), sums)
        return kept.data, kept.columns, kept.indptr, values, sums, take(np.arange(N, dtype=np.int32), slots, -1)

    assert_same(*both(scale))


@needs_twin
@pytest.mark.parametrize(
    ("columns", "indptr", "y"),
    [([9], [0, 1], [0]), ([-1], [0, 1], [0]), ([1], [0, 2], [0]), ([1, 2], [0, 2, 1, 2], [0] * 3), ([1], [0, 1], [2])],
)
def test_arrays_that_do_not_fit_are_refused(columns, indptr, y):
    rows = Rows(np.ones(len(columns)), np.array(columns, np.int32), np.array(indptr, np.int32), 9)
    with pytest.raises(ValueError, match=r"columns must be below|indptr must|y must be below"):
        Numbering(9, 2).number(rows, np.array(y))


@needs_twin
def test_a_cache_of_a_different_shard_is_refused():
    rows = Rows(np.ones(1), np.array([5], np.int32), np.array([0, 1], np.int32), 9)
    with pytest.raises(ValueError, match="columns must be below 5"):
        scale_and_decide(rows, np.ones(5), np.ones(5))
    with pytest.raises(ValueError, match="columns must be below 5"):
        take(np.ones(5, np.int64), np.array([5], np.int32), 0)
    with pytest.raises(ValueError, match="columns must be below 5"):
        take_both(np.ones(5), np.ones(5), np.array([5], np.int32))
    with pytest.raises(ValueError, match="columns must be below 5"):
        pair(np.ones(1), np.ones(1), np.array([5], np.int32), np.ones((5, 2)))
    with pytest.raises(ValueError, match="columns must be below 5"):
        add_weights(np.array([5], np.int32), np.ones(1, np.int32), np.ones(1), np.zeros(5, np.int64))
    with pytest.raises(ValueError, match="the arrays do not fit each other"):
        pair(np.ones(2), np.ones(1), np.array([0, 1], np.int32), np.ones((5, 2)))
    with pytest.raises(ValueError, match="the arrays do not fit each other"):
        take_both(np.ones(5), np.ones(5), np.array([0, 1], np.int32), np.ones((2, 1)))
    with pytest.raises(ValueError, match="the arrays do not fit each other"):
        scale_and_decide(rows, np.ones(9), np.ones(8))
    with pytest.raises(ValueError, match="the arrays do not fit each other"):
        scale_and_decide(EvenRows(np.ones(2), rows.columns, rows.indptr, 9), np.ones(9), np.ones(9))


@needs_twin
def test_all_columns_may_have_a_number():
    def number():
        numbering = Numbering(9, 2)
        rows = Rows(np.ones(9), np.arange(9, dtype=np.int32)[::-1].copy(), np.array([0, 9], np.int32), 9)
        found = [numbering.number(rows, np.array([1])).columns for _ in range(2)]
        return [*found, numbering.columns, numbering.counts]

    assert_same(*both(number))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_rounding_is_below_half_a_unit(values):
    np.testing.assert_allclose(as_integers(values) / 2.0**24, values, rtol=0, atol=2.0**-25)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e12])
def test_weights_that_overflow_are_refused(value):
    def add():
        slots, sums = np.arange(2, dtype=np.int32), np.zeros(2, np.int64)
        with pytest.raises(ValueError, match="the weights have overflowed; use a larger alpha"):
            add_weights(slots, np.ones(2, np.int32), np.array([1.0, value]), sums)

    both(add)
