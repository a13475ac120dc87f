"""Integers that travel in a small type come out as they went in."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.system.compiled import PURE_PYTHON
from movieclassifier.training.shards.small_integers import SmallIntegers, columns_to_send, is_dense

NUMBERS = st.lists(st.one_of(st.integers(-200, 200), st.integers(-(2**62), 2**62)), max_size=20)


@given(NUMBERS, st.sampled_from([np.int8, np.int32]), st.booleans(), st.booleans())
def test_the_sums_are_those_of_the_integers(numbers, dtype, pure, is_wide):
    numbers = np.array(numbers * 2 if is_wide else numbers, np.int64)
    numbers = numbers.reshape(-1, 2) if is_wide else numbers
    columns = np.random.RandomState(1).permutation(40)[: len(numbers)].astype(np.int32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PURE_PYTHON, str(int(pure)))
        small = SmallIntegers.of(numbers, dtype)
        for chosen, n in ((columns, 40), (None, len(numbers))):
            sums = np.full((n, *numbers.shape[1:]), 3, np.int64)
            expected = sums.copy()
            expected[slice(None) if chosen is None else chosen] += numbers
            small.add_to(sums, chosen)
            np.testing.assert_array_equal(sums, expected)


def test_counts_are_added_to_counts():
    counts = np.array([[1, 500], [0, 2]], np.int32)
    sums = np.ones((3, 2), np.int32)
    SmallIntegers.of(counts, np.int8).add_to(sums, np.array([2, 0], np.int32))
    assert sums.tolist() == [[1, 3], [1, 1], [2, 501]]


def test_columns_beyond_the_sums_are_refused():
    with pytest.raises((ValueError, IndexError)):
        SmallIntegers.of(np.array([1]), np.int32).add_to(np.zeros(3, np.int64), np.array([3], np.int32))


def test_indices_are_left_out_where_that_takes_less_room():
    assert [is_dense(n, 900, 2) for n in (300, 301)] == [False, True]


def test_the_columns_to_send_are_those_of_any_row_unless_they_are_many():
    rows = np.zeros((2, 900), np.int64)
    rows[0, 1:200], rows[1, 150:301] = 1, -1
    assert columns_to_send(rows, n_bytes=2).tolist() == list(range(1, 301))
    rows[1, 0] = 5
    assert columns_to_send(rows, n_bytes=2) is None
