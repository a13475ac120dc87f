"""Memory that is ready is handed out once, and new memory where it does not suffice."""

import numpy as np

from movieclassifier.system.ready_memory import ALIGNMENT, ReadyMemory


def test_arrays_do_not_overlap_and_lie_where_processors_like_them():
    memory = ReadyMemory(1000)
    shapes = [
        ((3,), np.int32),
        ((2, 10), np.float64),
        ((), np.int8),
        ((50,), np.int64),
        ((0, 4), np.int64),
        ((9,), np.int64),
    ]
    arrays = [memory.take(*shape) for shape in shapes]
    for number, array in enumerate(arrays):
        array.fill(number)
    for number, (array, (shape, dtype)) in enumerate(zip(arrays, shapes, strict=True)):
        assert (array.shape, array.dtype, (array == number).all()) == (shape, dtype, True)
    starts = [array.ctypes.data for array in arrays if array.size]
    assert {(start - starts[0]) % ALIGNMENT for start in starts} == {0}
    assert [array.base is None for array in arrays] == [False, False, False, False, False, False]
    assert memory.take((1000,), np.int64).base is None
    assert ReadyMemory(0).take((2,), np.int8).shape == (2,)
