"""Copy a stream to a temporary file, so that it can be read again, or in a different order.

Temporary files lie in a folder of this process, which lies in the system's folder for them (TMPDIR). It is removed
when the process ends, also by Ctrl-C or SIGTERM. After SIGKILL it stays.
"""

import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from movieclassifier.system.atomic import NO_ROOM
from movieclassifier.system.packages import check_installed


def temporary_path(name: str) -> Path:
    """Return a new path, whose file is removed when this process ends."""
    n_files = len(list(_temporary_folder().iterdir()))
    folder = _temporary_folder() / str(n_files)
    folder.mkdir()
    return folder / name


@cache
def _folder() -> "TemporaryDirectory[str]":
    # The finalizer of this object removes the folder at the end of the process.
    return TemporaryDirectory(prefix="movieclassifier-")


def _temporary_folder() -> Path:
    return Path(_folder().name)


@contextmanager
def spool(name: str) -> Iterator[IO[bytes]]:
    """Open a new temporary file; if there is no room, the error says how to make some."""
    path = temporary_path(name)
    try:
        with open(path, "wb") as file:
            yield file
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        hint = "set TMPDIR to a folder with more room"
        raise OSError(error.errno, f"{error.strerror} (a temporary file); {hint}", str(path)) from error


def spool_stdin(tell: Callable[[int], None] = lambda n_bytes: None) -> Path:
    """Copy standard input to a temporary file.

    Parameters
    ----------
    tell : function
        Gets the number of bytes of each part that was copied.

    Raises
    ------
    OSError
        If there is no room.
    """
    with spool("standard-input") as file:
        # read() would go on waiting if a signal came between two of its parts.
        while chunk := sys.stdin.buffer.read1(2**16):  # type: ignore[union-attr]  # it is a BufferedReader
            file.write(chunk)
            tell(len(chunk))
    return Path(file.name)


def is_address(path: str) -> bool:
    """Tell whether a path is the address of a file in a store, such as ``s3://bucket/reviews.csv``.

    Examples
    --------
    >>> is_address("memory://reviews.csv"), is_address("data/reviews.csv")
    (True, False)
    """
    return re.match(r"[a-z][a-z0-9+.-]+(::[a-z][a-z0-9+.-]+)*://", path) is not None


def spool_address(address: str) -> list[tuple[Path, str]]:
    """Copy the files at an address of fsspec to temporary files; returns the path of each copy and its own address.

    Parameters
    ----------
    address : str
        Such as ``s3://bucket/part-*.csv``; ``*`` matches several files, in the order of their names.

    Raises
    ------
    OSError
        If a file cannot be read, or there is no room for its copy.
    ValueError
        If the packages that read such an address are missing.
    """
    check_installed("dask", "fsspec")
    fsspec: Any = import_module("fsspec")
    try:
        files = fsspec.open_files(address, "rb")
    except (ImportError, ValueError) as error:  # the package of this store, or an unknown kind of store
        raise ValueError(f"{address}: {error}.") from error
    if not files:
        raise FileNotFoundError(f"{address}: there is no such file.")
    return [(_spool_file(file), file.full_name) for file in files]


def _spool_file(remote: Any) -> Path:
    with remote as source, spool(remote.path.rpartition("/")[2]) as file:
        shutil.copyfileobj(source, file, 2**20)
    return Path(file.name)
