"""Write the files that ``numpy.load`` reads a chunk at a time, and read those of strangers within limits."""

import io
import math
import re
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from os import PathLike
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.system.packed_arrays import PackedArray, append_member
from movieclassifier.system.spooling import Spool

CHUNK = 2**20
MAGIC = b"\x93NUMPY\x01\x00"
MAX_HEADER_BYTES = 10_000
HEADER = re.compile(
    rb"\{'descr': '([<>|][biufU]\d{1,7})', 'fortran_order': (False|True), 'shape': \(((?:\d{1,15},? ?)*)\), \} *\n"
)
# The errors that a cut, foreign or hostile file can raise while it is read.
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


def pack_array(name: str, array: NDArray[Any], level: int) -> PackedArray:
    """Compress an array, for :func:`write_npz` with the same level; zlib leaves the interpreter to other threads."""
    buffer = io.BytesIO()
    write_npz(buffer, {name: array}, level)
    with zipfile.ZipFile(buffer) as archive:
        return PackedArray(archive.infolist()[0], buffer.getbuffer()[: archive.start_dir])


def write_npz(
    file: IO[bytes],
    arrays: Mapping[str, NDArray[Any] | Spool] | Iterable[tuple[str, NDArray[Any] | PackedArray]],
    level: int = 0,
    stored: Collection[str] = (),
) -> None:
    """Write arrays as ``numpy.savez`` and ``numpy.savez_compressed`` do, which copy 16 MB at a time.

    Parameters
    ----------
    file : binary file
    arrays : mapping of str to ndarray, or iterable of (str, ndarray)
        An iterable may make each array when it is asked for it: only one is held at a time. It may also give results
        of :func:`pack_array`.
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
    archive = zipfile.ZipFile(file, "w", compresslevel=level)
    try:
        for name, array in arrays.items() if isinstance(arrays, Mapping) else arrays:
            archive.compression = zipfile.ZIP_DEFLATED if level and name not in stored else zipfile.ZIP_STORED
            if isinstance(array, PackedArray):
                append_member(archive, array)
            else:
                _write_array(archive, name, array if isinstance(array, Spool) else np.asarray(array))
            del array  # its memory is for the next one
    except BaseException:
        # Closing it would raise an error of its own in place of a Ctrl-C that came while a member was opened.
        archive.fp = None
        raise
    archive.close()


def _write_array(archive: zipfile.ZipFile, name: str, array: NDArray[Any] | Spool) -> None:
    if array.dtype.hasobject:
        raise ValueError(f"Object arrays cannot be saved; {name} is one.")
    header = {"descr": np.lib.format.dtype_to_descr(array.dtype), "fortran_order": False, "shape": array.shape}
    with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
        np.lib.format.write_array_header_1_0(member, header)
        for chunk in array.chunks(CHUNK) if isinstance(array, Spool) else _chunks(array):
            member.write(chunk)


def _chunks(array: NDArray[Any]) -> Iterator[memoryview]:
    content = np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
    return (content[start : start + CHUNK] for start in range(0, len(content), CHUNK))


def smallest(array: NDArray[np.integer]) -> NDArray[np.unsignedinteger]:
    """Return numbers that are not negative in the smallest type that holds them."""
    return array.astype(np.min_scalar_type(array.max(initial=0)))


@contextmanager
def open_npz(path: str | PathLike[str]) -> Iterator["NpzFile"]:
    """Open a file of arrays that anybody may have written.

    Parameters
    ----------
    path : str or path-like

    Yields
    ------
    NpzFile

    Raises
    ------
    OSError
        If the file cannot be read.
    zipfile.BadZipFile
        If it is not an archive.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with open(f"{folder}/steps.npz", "wb") as file:
    ...         write_npz(file, {"steps": np.array([1, 2, 1])})
    ...     with open_npz(f"{folder}/steps.npz") as arrays:
    ...         arrays.names, arrays.read("steps", max_bytes=100).tolist()
    (['steps'], [1, 2, 1])
    """
    with open(path, "rb") as file, zipfile.ZipFile(file) as archive:
        yield NpzFile(archive)


class NpzFile:
    """The arrays of an archive, each read by its name and within a limit; nothing is unpickled or evaluated.

    Parameters
    ----------
    archive : zipfile.ZipFile

    Attributes
    ----------
    names : list of str
    """

    def __init__(self, archive: zipfile.ZipFile):
        self._archive = archive
        self.names = [name.removesuffix(".npy") for name in archive.namelist()]
        self._members = {member.filename: member for member in archive.infolist()}

    def read_all(self, max_names: int, max_bytes: int, without: Collection[str] = ()) -> dict[str, NDArray[Any]]:
        """Return all arrays but some.

        Parameters
        ----------
        max_names : int
            The largest number of arrays.
        max_bytes : int
            The largest size of all of them together.
        without : collection of str
            Names of arrays to leave out.

        Raises
        ------
        ValueError
            If there are more arrays, if they are larger, or as for :meth:`read`.
        """
        names = [name for name in self.names if name not in without]
        if len(names) > max_names:
            raise ValueError(f"it holds {len(names):,} arrays, more than the {max_names:,} that are needed")
        arrays: dict[str, NDArray[Any]] = {}
        for name in names:
            arrays[name] = self.read(name, max_bytes)
            max_bytes -= arrays[name].nbytes
        return arrays

    def read(self, name: str, max_bytes: int) -> NDArray[Any]:
        """Return an array of numbers or strings.

        Parameters
        ----------
        name : str
        max_bytes : int
            The largest size of the array; a larger one is refused before memory is taken for it.

        Raises
        ------
        KeyError
            If there is no such array.
        ValueError
            If the array is larger, is cut off, or is not written as numpy writes one.
        """
        if (member := self._members.get(f"{name}.npy")) is None:
            raise KeyError(name)
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError(f"{name} is compressed in an unknown way")
        with self._archive.open(member) as file:
            return read_array(file, name, max_bytes)


def read_array(file: IO[bytes], name: str, max_bytes: int) -> NDArray[Any]:
    """Return the array of numbers or strings that a whole file of the format ``.npy`` holds.

    Parameters
    ----------
    file : binary file
    name : str
        For messages.
    max_bytes : int
        The largest size of the array; a larger one is refused before memory is taken for it.

    Raises
    ------
    ValueError
        If the array is larger, is cut off, or is not written as numpy writes one.

    Examples
    --------
    >>> import io
    >>> np.save(buffer := io.BytesIO(), np.array([1, 2, 1]))
    >>> _ = buffer.seek(0)
    >>> read_array(buffer, "steps", max_bytes=100).tolist()
    [1, 2, 1]
    """
    dtype, fortran, shape = _read_header(file, name)
    n_bytes = math.prod(shape) * dtype.itemsize
    if n_bytes > max_bytes:
        raise ValueError(f"{name} takes {n_bytes:,} bytes, more than the {max_bytes:,} that fit")
    content = np.empty(n_bytes, np.uint8)
    filled = 0
    while filled < n_bytes and (chunk := file.read(min(CHUNK, n_bytes - filled))):
        content[filled : filled + len(chunk)] = np.frombuffer(chunk, np.uint8)
        filled += len(chunk)
    if filled < n_bytes or file.read(1):
        raise ValueError(f"{name} has not the length that its header tells")
    array: NDArray[Any] = content.view(dtype).reshape(shape, order="F" if fortran else "C")
    if dtype.kind == "U" and content.view(f"{dtype.byteorder}u4").max(initial=0) > 0x10FFFF:
        raise ValueError(f"{name} holds a character that does not exist")
    return array


def _read_header(file: IO[bytes], name: str) -> tuple[np.dtype[Any], bool, tuple[int, ...]]:
    """Return dtype, order and shape from the header of an array, without evaluating it."""
    start = file.read(len(MAGIC) + 2)
    n_header = int.from_bytes(start[-2:], "little")
    if not start.startswith(MAGIC) or n_header > MAX_HEADER_BYTES:
        raise ValueError(f"{name} does not begin as an array does")
    found = HEADER.fullmatch(file.read(n_header))
    if found is None:
        raise ValueError(f"the header of {name} is not that of plain numbers or strings")
    dtype = np.dtype(found[1].decode())
    return dtype, found[2] == b"True", tuple(int(n) for n in found[3].replace(b",", b" ").split())
