"""Copy a stream to a temporary file, so that it can be read again, or in another order.

Temporary files are in a folder of this process in the system's (TMPDIR). It is removed when the process ends, by
Ctrl-C or SIGTERM, too; only SIGKILL leaves it.
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
    """Return a new path that is there until this process ends."""
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
def _spool(name: str) -> Iterator[IO[bytes]]:
    """Open a new temporary file; where there is no room, say what to do."""
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
    with _spool("standard-input") as file:
        # Not read(), which goes on waiting where a signal comes between the parts of what it reads.
        while chunk := sys.stdin.buffer.read1(2**16):  # type: ignore[union-attr]  # it is a BufferedReader
            file.write(chunk)
    return Path(file.name)
