"""Write the files that ``numpy.load`` reads, a chunk at a time, and compressed as much as it pays."""

import struct
import zipfile
import zlib
from collections.abc import Collection, Mapping
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

CHUNK = 2**20
# What a cut, foreign or hostile file can raise while it is read and taken apart.
NPZ_ERRORS = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    EOFError,
    ArithmeticError,
    RuntimeError,
    MemoryError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


def write_npz(
    file: IO[bytes], arrays: Mapping[str, NDArray[Any]], level: int = 0, stored: Collection[str] = ()
) -> None:
    """Write arrays as ``numpy.savez`` and ``numpy.savez_compressed`` do, which copy 16 MB at a time.

    Parameters
    ----------
    file : binary file
    arrays : mapping of str to ndarray
    level : int
        Of zlib, 1 to 9; 0 compresses nothing. numpy takes 6.
    stored : collection of str
        Arrays that are not worth compressing.

    Raises
    ------
    ValueError
        If an array holds Python objects, which would have to be pickled.

    Examples
    --------
    >>> import io
    >>> buffer = io.BytesIO()
    >>> write_npz(buffer, {"steps": np.array([1, 2, 1])}, level=6)
    >>> _ = buffer.seek(0)
    >>> np.load(buffer)["steps"].tolist()
    [1, 2, 1]
    """
    with zipfile.ZipFile(file, "w", compresslevel=level) as archive:
        for name, array in arrays.items():
            archive.compression = zipfile.ZIP_DEFLATED if level and name not in stored else zipfile.ZIP_STORED
            _write_array(archive, name, np.asarray(array))


def _write_array(archive: zipfile.ZipFile, name: str, array: NDArray[Any]) -> None:
    if array.dtype.hasobject:
        raise ValueError(f"Object arrays cannot be saved; {name} is one.")
    array = np.ascontiguousarray(array).reshape(array.shape)
    with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
        np.lib.format.write_array_header_1_0(member, np.lib.format.header_data_from_array_1_0(array))
        content = array.reshape(-1).view(np.uint8).data
        for start in range(0, len(content), CHUNK):
            member.write(content[start : start + CHUNK])
