"""Copy a stream to a temporary file, so that it can be read again, or in another order."""

import json
import shutil
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from movieclassifier.atomic import name_full_disk
from movieclassifier.readers.contract import Document
from movieclassifier.shuffling import iter_shuffled


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


def spool_stdin() -> Path:
    """Copy standard input to a temporary file.

    Raises
    ------
    OSError
        If there is no room.
    """
    path = temporary_path("standard-input")
    with name_full_disk(path), open(path, "wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
    return path


def spool_shuffled(documents: Iterable[Document], seed: int, memory: int) -> Path:
    """Write documents in random order to a temporary file of JSON lines.

    Parameters
    ----------
    documents : iterable of (text, label)
    seed : int
    memory : int
        About how many bytes may be used.

    Raises
    ------
    OSError
        If there is no room.
    """
    path = temporary_path("shuffled.jsonl")
    with name_full_disk(path), open(path, "wb") as file:
        for line in iter_shuffled(_json_lines(documents), seed, memory, path.parent):
            file.write(line)
    return path


def _json_lines(documents: Iterable[Document]) -> Iterator[str]:
    for text, label in documents:
        yield json.dumps({"text": text, "label": label}) + "\n"
