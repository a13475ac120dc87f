import io

import numpy as np
import pytest

from movieclassifier.system.npz import CHUNK, write_npz

ARRAYS = {
    "numbers": np.arange(CHUNK // 4 + 7, dtype=np.int32),
    "names": np.array(["negative", "positive"]),
    "columns": np.arange(12.0).reshape(3, 4)[:, 1::2],
    "nothing": np.zeros((1, 0), np.float32),
    "scalar": np.float64(0.1),
}


def written(**settings):
    buffer = io.BytesIO()
    write_npz(buffer, ARRAYS, **settings)
    return buffer.getvalue()


@pytest.mark.parametrize("settings", [{}, {"level": 1}, {"level": 9, "stored": ["numbers"]}])
def test_numpy_reads_what_is_written(settings):
    found = np.load(io.BytesIO(written(**settings)), allow_pickle=False)
    assert found.files == list(ARRAYS)
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(found[name], array, strict=True)


def test_bytes_are_those_of_numpy():
    for settings, save in ({}, np.savez), ({"level": 6}, np.savez_compressed):
        theirs = io.BytesIO()
        save(theirs, allow_pickle=False, **ARRAYS)
        assert written(**settings) == theirs.getvalue()


def test_only_what_is_worth_it_is_compressed():
    assert len(written(level=1)) < len(written(level=1, stored=["numbers"])) < len(written())
    assert len(written(level=9)) < len(written(level=1))
