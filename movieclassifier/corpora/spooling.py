"""Copy a stream to a temporary file, so that it can be read again, or in a different order.

Temporary files lie in a folder of this process, which lies in the system's folder for them (TMPDIR). It is removed
when the process ends, also by Ctrl-C or SIGTERM. After SIGKILL it stays.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from movieclassifier.system.atomic import NO_ROOM


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


def spool_stdin() -> Path:
    """Copy standard input to a temporary file.

    Raises
    ------
    OSError
        If there is no room.
    """
    with spool("standard-input") as file:
        # read() would go on waiting if a signal came between two of its parts.
        while chunk := sys.stdin.buffer.read1(2**16):  # type: ignore[union-attr]  # it is a BufferedReader
            file.write(chunk)
    return Path(file.name)
