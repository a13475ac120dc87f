"""Arrays in temporary files are written as arrays in memory are."""

import io

import numpy as np
import pytest

from movieclassifier.system.npz import write_npz
from movieclassifier.system.spooling import spooling


def content(arrays):
    file = io.BytesIO()
    write_npz(file, arrays)
    return file.getvalue()


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.float32])
@pytest.mark.parametrize("lengths", [[], [0], [5], [3, 0, 4], [2**20, 1, 2**19]])
def test_bytes_are_those_of_an_array(dtype, lengths, tmp_path):
    parts = [np.arange(length).astype(dtype) for length in lengths]
    whole = np.concatenate([np.empty(0, dtype), *parts])
    with spooling(tmp_path) as spool:
        spooled = spool(dtype)
        for part in parts:
            spooled.append(part)
        assert spooled.shape == whole.shape
        assert content({"a": spooled, "b": whole}) == content({"a": whole, "b": whole})
        assert list(tmp_path.iterdir()) == []  # its file has no name
