import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.training.learners.packing import in_parts, pack, unpack

NUMBERS = {
    np.int32: st.sampled_from([0, 0, 0, 1, 254, 255, 256, 2**31 - 1]),
    np.float32: st.sampled_from([0.0, 0.0, -1.5, 1e-30]),
}


@pytest.mark.parametrize("dtype", NUMBERS)
@given(data=st.data())
def test_array_comes_back(dtype, data):
    values = np.array(data.draw(st.lists(NUMBERS[dtype], max_size=400)), dtype)
    size = data.draw(st.integers(1, 500))
    parts = [values[start : start + size] for start in range(0, len(values) or 1, size)]
    assert unpack("x", pack("x", parts), np.zeros(len(values), dtype)).tobytes() == values.tobytes()
    assert list(map(bytes, pack("x", parts).values())) == list(map(bytes, pack("x", in_parts(values)).values()))


def test_long_gaps_come_back():
    values = np.zeros(100_000, np.int32)
    values[[0, 70_000, 99_999]] = 1, 2, 3
    assert unpack("x", pack("x", [values]), np.zeros_like(values)).tolist() == values.tolist()


SPOILED = {
    "lacks 'x.large'": {"x.large": None},
    "lacks 'x.values'": {"x.values": None},
    "do not fit its values": {"x.steps": np.array([1], np.uint8)},
    "go beyond the 5 columns": {"x.steps": np.array([3, 3], np.uint8)},
    "'x.steps' do not fit": {"x.steps": np.array([0, 1], np.uint8)},
    "'x.large' do not fit": {"x.large": np.array([300, 300], np.int32)},
    "hold a small or negative count": {"x.large": np.array([-1], np.int32)},
}


@pytest.mark.parametrize("message", SPOILED)
def test_damaged_arrays_are_refused(message):
    packed = pack("x", [np.array([0, 3, 0, 0, 300], np.int32)]) | SPOILED[message]
    packed = {name: array for name, array in packed.items() if array is not None}
    with pytest.raises(ValueError, match=message):
        unpack("x", packed, np.zeros(5, np.int32))


def test_weights_that_are_not_finite_are_refused():
    packed = pack("w", [np.array([0, np.inf], np.float32)])
    for into in (np.zeros(2, np.float32), np.zeros(2)):
        with pytest.raises(ValueError, match=r"'w.values' are not finite numbers of"):
            unpack("w", packed, into)
