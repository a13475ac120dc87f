"""Arrays that were compressed before their turn stand in an archive as if they had waited for it."""

import io

import numpy as np
import pytest

from movieclassifier.system.npz import CHUNK, open_npz, pack_array, write_npz

ARRAYS = {
    "numbers": np.arange(CHUNK // 4 + 7, dtype=np.int32),
    "names": np.array(["negative", "positive"]),
    "columns": np.arange(12.0).reshape(3, 4)[:, 1::2],
    "nothing": np.zeros((1, 0), np.float32),
}


def written(arrays, level):
    buffer = io.BytesIO()
    write_npz(buffer, arrays, level)
    return buffer.getvalue()


@pytest.mark.parametrize("level", [1, 6])
@pytest.mark.parametrize("packed", [["numbers"], ["names", "columns", "nothing"], [*ARRAYS]])
def test_arrays_that_were_packed_before_give_the_same_bytes(level, packed):
    arrays = {name: pack_array(name, array, level) if name in packed else array for name, array in ARRAYS.items()}
    assert written(arrays, level) == written(ARRAYS, level)


def test_arrays_that_were_packed_before_are_read_again(tmp_path):
    path = tmp_path / "arrays.npz"
    packed = pack_array("numbers", ARRAYS["numbers"], 1)
    path.write_bytes(written({"numbers": packed, "names": ARRAYS["names"]}, 1))
    with open_npz(path) as file:
        assert file.names == ["numbers", "names"]
        np.testing.assert_array_equal(file.read("numbers", 2**21), ARRAYS["numbers"])
