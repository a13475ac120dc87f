"""Values in files come back as they were."""

from dataclasses import dataclass

import numpy as np
import pytest

from movieclassifier.training.engines.value_files import read_value, write_value


@dataclass(frozen=True)
class Pair:
    left: object
    right: object


@pytest.mark.parametrize(
    "array",
    [
        np.arange(7, dtype=np.int8),
        np.empty((0, 3)),
        np.arange(12.0).reshape(3, 4)[:, ::2],
        np.asfortranarray(np.eye(3)),
    ],
)
def test_arrays_keep_their_bits_and_lie_where_processors_like_them(array, tmp_path):
    write_value(tmp_path / "value", Pair(array, {"text": "é"}))
    found = read_value(tmp_path / "value")
    np.testing.assert_array_equal(found.left, array, strict=True)
    assert found.right == {"text": "é"}
    assert array.base is not None or found.left.ctypes.data % 64 == 0
    assert (tmp_path / "value").exists()


def test_a_file_is_written_over_when_its_last_array_has_gone(tmp_path):
    path, gone = tmp_path / "value", []
    write_value(path, Pair(np.arange(1000), "text"))
    inode, found = path.stat().st_ino, read_value(path, when_gone=gone.append)
    part = found.left[::2]
    with pytest.raises(ValueError, match="read-only"):
        part[0] = 1
    del found
    assert gone == []
    assert part.sum() == 249500
    del part
    assert gone == [path]
    write_value(path, np.ones(10))
    assert read_value(path).sum() == 10
    assert path.stat().st_ino == inode


@pytest.mark.parametrize("n_bytes", [0, 10, 16, 300, -1])
def test_a_file_that_was_cut_off_is_refused(n_bytes, tmp_path):
    path = tmp_path / "value"
    write_value(path, np.arange(1000))
    path.write_bytes(path.read_bytes()[:n_bytes])
    with pytest.raises(EOFError, match="is not whole"):
        read_value(path)
