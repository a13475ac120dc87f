"""Open plain or compressed files for the readers, as bytes or as text."""

import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from movieclassifier.corpora.readers.compression import compression, decompress, refuse_other_kinds

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
        If the compressed data is damaged or compressed twice, or the package that reads it is missing.
    """
    file: io.BufferedReader = io.BufferedReader(io.FileIO(path), CHUNK_SIZE)
    with file:
        name = compression(file)
        if name is None:
            refuse_other_kinds(file, path)
        if name is None or (name == "zip" and not zips):
            yield file
            return
        with decompress(file, path, name) as plain:
            refuse_other_kinds(plain, path)
            if (inner := compression(plain)) is not None:
                raise ValueError(f"{path}: there is {inner} data inside the {name} data; decompress the file once.")
            yield plain


def plain_size(path: Path) -> int | None:
    """Return the size of a file in bytes; None if it is compressed, because the size of its content is unknown."""
    with open(path, "rb") as file:
        return None if compression(file) else os.fstat(file.fileno()).st_size


@contextmanager
def open_text(
    path: Path, encoding: str = "utf-8", newline: str = "", max_line_size: int = MAX_LINE_SIZE
) -> Iterator[Iterator[str]]:
    """Open a file as lines of text, with their line breaks as they are and without a byte order mark.

    A byte that is not in the encoding becomes a lone surrogate, which tells the reader the line it is in.
    """
    with open_bytes(path) as file, io.TextIOWrapper(file, encoding, "surrogateescape", newline) as text:
        yield without_mark(iter_lines(text, path, max_line_size))


@contextmanager
def open_chunks(path: Path, encoding: str = "utf-8") -> Iterator[Iterator[str]]:
    """Open a file as pieces of text of up to 131,072 characters, otherwise as :func:`open_text`."""
    with open_bytes(path) as file, io.TextIOWrapper(file, encoding, "surrogateescape", "") as text:
        yield without_mark(_iter_pieces(text, path, text.read, CHUNK_SIZE))


def lines_of(content: bytes, encoding: str, path: Path) -> Iterator[str]:
    """Yield the lines of a file that is in memory, as :func:`open_text` yields them; `path` is for messages."""
    with io.TextIOWrapper(io.BytesIO(content), encoding, "surrogateescape", "\n") as text:
        yield from without_mark(iter_lines(text, path))


def _iter_pieces(text: io.TextIOWrapper, path: Path, read: Callable[[int], str], size: int) -> Iterator[str]:
    """Yield the results of `read` until one is empty."""
    try:
        while piece := read(size):
            yield piece
    except UnicodeError as error:  # a fault that surrogates cannot stand for, as in UTF-16
        raise ValueError(f"{path}: {not_decodable(text.encoding, error)}") from error


def not_decodable(encoding: str, error: UnicodeError) -> str:
    """Say that a file is not in its encoding, and which one it may be in."""
    advice = "ReadingOptions(encoding='utf-16-le') or 'utf-16-be'" if "BOM" in str(error) else "its encoding"
    return f"this is not {encoding} ({getattr(error, 'reason', error)}); pass {advice}."


def without_mark(pieces: Iterator[str]) -> Iterator[str]:
    """Yield pieces of text, the first without the byte order mark that it may begin with."""
    for first in pieces:
        yield first.removeprefix("\ufeff")
        break
    yield from pieces


def iter_lines(text: io.TextIOWrapper, path: Path, max_line_size: int = MAX_LINE_SIZE) -> Iterator[str]:
    """Yield lines; raise a ValueError at one that is too long, in place of taking the whole file into memory."""
    for n_line, line in enumerate(_iter_pieces(text, path, text.readline, max_line_size), 1):
        if len(line) == max_line_size:
            raise ValueError(
                f"{path}, line {n_line}: more than {max_line_size:,} characters without a line break; "
                "expected a document in each line."
            )
        yield line


def first_lines(path: Path, n: int, encoding: str = "utf-8") -> list[str]:
    """Return the beginnings of the first n lines without their line breaks; lines beyond the end are empty."""
    with open_text(path, encoding) as lines:
        found = [line[:10_000].rstrip("\r\n") for line in islice(lines, n)]
    return found + [""] * (n - len(found))
