"""Open what readers read: plain or compressed files, as bytes or as text."""

import codecs
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from movieclassifier.corpora.readers.compression import compression, decompress

# Larger than Python's 8 KB, which costs 5% more time.
CHUNK_SIZE = 2**17
# In characters. The Bible has 4.5 million; the whole of a file without line breaks would not fit in memory.
MAX_LINE_SIZE = 2**24


@contextmanager
def open_bytes(path: Path, zips: bool = True) -> Iterator[io.BufferedReader]:
    """Open a file as bytes; gzip, bzip2, xz, zstd and (unless `zips` is False) a zip of one file are decompressed.

    Raises
    ------
    ValueError
        If the compressed data is damaged, or the package that reads it is missing.
    """
    file: io.BufferedReader = io.BufferedReader(io.FileIO(path), CHUNK_SIZE)
    with file:
        name = compression(file)
        if name is None or (name == "zip" and not zips):
            yield file
            return
        with decompress(file, path, name) as plain:
            yield plain


def plain_size(path: Path) -> int | None:
    """Return the size of a file in bytes; None if it is compressed, for nothing tells the size of what it holds."""
    with open(path, "rb") as file:
        return None if compression(file) else os.fstat(file.fileno()).st_size


@contextmanager
def open_text(
    path: Path, encoding: str = "utf-8", newline: str = "", max_line_size: int = MAX_LINE_SIZE
) -> Iterator[Iterator[str]]:
    """Open a file as lines of text, with their line breaks as they are and without a byte order mark.

    A byte that is not in the encoding becomes a lone surrogate, so that the reader knows in which line it is.
    """
    with open_bytes(path) as file:
        if codecs.lookup(encoding).name == "utf-8" and file.peek(3).startswith(codecs.BOM_UTF8):
            file.read(3)
        with io.TextIOWrapper(file, encoding, errors="surrogateescape", newline=newline) as text:
            try:
                yield iter_lines(text, path, max_line_size)
            except UnicodeDecodeError as error:  # what surrogates cannot stand for, as in UTF-16
                raise ValueError(f"{path}: this is not {encoding} ({error.reason}); pass its --encoding.") from error


def iter_lines(text: io.TextIOWrapper, path: Path, max_line_size: int = MAX_LINE_SIZE) -> Iterator[str]:
    """Yield lines; raise a ValueError at one that is too long, in place of taking the whole file into memory."""
    n_lines = 0
    while line := text.readline(max_line_size):
        n_lines += 1
        if len(line) == max_line_size:
            raise ValueError(
                f"{path}, line {n_lines}: more than {max_line_size:,} characters without a line break; "
                "expected a document in each line."
            )
        yield line


def first_lines(path: Path, n: int, encoding: str = "utf-8") -> list[str]:
    """Return the beginnings of the first n lines without their line breaks; what is not there is empty."""
    with open_text(path, encoding) as lines:
        found = [line[:10_000].rstrip("\r\n") for line in islice(lines, n)]
    return found + [""] * (n - len(found))
