import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.models.byte_planes import from_planes, to_planes


@given(st.lists(st.integers(0, 2**32 - 1)))
def test_numbers_come_back(numbers):
    planes = to_planes(np.array(numbers, np.int64))
    assert planes.dtype == np.uint8
    assert planes.flags.c_contiguous
    assert from_planes(planes).tolist() == numbers


@pytest.mark.parametrize(("largest", "n_bytes"), [(0, 1), (255, 1), (256, 2), (2**16, 4)])
def test_no_more_bytes_are_kept_than_numbers_have(largest, n_bytes):
    assert to_planes(np.array([0, largest])).shape == (n_bytes, 2)


@pytest.mark.parametrize(
    "planes", [np.zeros((1, 3), np.int8), np.zeros(3, np.uint8), np.zeros((5, 3), np.uint8), np.zeros((0, 3), np.uint8)]
)
def test_bytes_that_are_not_numbers_are_refused(planes):
    with pytest.raises(ValueError, match="bytes of numbers must be an array of 1 to 4 rows"):
        from_planes(planes)
