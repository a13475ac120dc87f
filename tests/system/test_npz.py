import io
import struct
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.system.npz import CHUNK, open_npz, smallest, write_npz

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


def archive(tmp_path, content, name="numbers.npy", compression=zipfile.ZIP_DEFLATED):
    path = tmp_path / "arrays.npz"
    with zipfile.ZipFile(path, "w", compression) as file:
        file.writestr(name, content)
    return path


def npy(header, content=b""):
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + content


def test_what_is_written_is_read_again(tmp_path):
    path = tmp_path / "arrays.npz"
    path.write_bytes(written(level=6))
    with open_npz(path) as arrays:
        assert arrays.names == list(ARRAYS)
        for name, array in ARRAYS.items():
            np.testing.assert_array_equal(arrays.read(name, max_bytes=2**23), array, strict=True)


def test_ctrl_c_comes_through_while_an_array_is_begun(monkeypatch):
    def interrupt(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(zipfile, "_ZipWriteFile", interrupt)
    with pytest.raises(KeyboardInterrupt):
        written()


def test_column_order_and_byte_order_are_kept(tmp_path):
    path = tmp_path / "arrays.npz"
    array = np.asfortranarray(np.arange(6, dtype=">i4").reshape(2, 3))
    np.savez(path, numbers=array)
    with open_npz(path) as arrays:
        np.testing.assert_array_equal(arrays.read("numbers", max_bytes=24), array, strict=True)


def test_an_array_above_the_limit_takes_no_memory(tmp_path):
    path = archive(tmp_path, npy(b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }\n"))
    with open_npz(path) as arrays, pytest.raises(ValueError, match="numbers takes 8,000,000,000,000 bytes, more than"):
        arrays.read("numbers", max_bytes=2**20)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "does not begin as an array does"),
        (b"\x93NUMPY\x02\x00" + bytes(20), "does not begin as an array does"),
        (npy(b"(" * 9000), "is not that of plain numbers"),
        (npy(b" " * 11_000), "does not begin as an array does"),
        (npy(b"{'descr': '<f8', 'fortran_order': False, 'shape': ("), "is not that of plain numbers"),
        (npy(b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n"), "is not that of plain numbers"),
        (npy(b"{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }\n"), "is not that of plain numbers"),
        (npy(b"{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }\n", bytes(8)), "has not the length"),
        (npy(b"{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }\n", bytes(17)), "has not the length"),
        (npy(b"{'descr': '<U1', 'fortran_order': False, 'shape': (1,), }\n", b"\xff" * 4), "does not exist"),
    ],
)
def test_a_forged_array_is_refused(content, message, tmp_path):
    with open_npz(archive(tmp_path, content)) as arrays, pytest.raises(ValueError, match=message):
        arrays.read("numbers", max_bytes=2**20)


def test_an_unknown_compression_is_refused(tmp_path):
    header = npy(b"{'descr': '<f8', 'fortran_order': False, 'shape': (0,), }\n")
    with (
        open_npz(archive(tmp_path, header, compression=zipfile.ZIP_BZIP2)) as arrays,
        pytest.raises(ValueError, match="compressed in an unknown way"),
    ):
        arrays.read("numbers", max_bytes=8)


def test_an_array_that_is_not_there_is_a_key_error(tmp_path):
    with open_npz(archive(tmp_path, b"")) as arrays, pytest.raises(KeyError, match="weights"):
        arrays.read("weights", max_bytes=8)


@given(st.lists(st.integers(0, 2**40)))
def test_smallest_type_loses_nothing(numbers):
    assert smallest(np.array(numbers, dtype=np.int64)).tolist() == numbers
