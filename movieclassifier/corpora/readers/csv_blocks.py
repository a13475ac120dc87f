"""Plain CSV, read in blocks by the compiled twin of ``csv_rows``; the definition reads all rows that are not plain."""

import codecs
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from movieclassifier.corpora.readers.contract import Document, Label, RowFault
from movieclassifier.corpora.readers.spans import Batch, Spans
from movieclassifier.corpora.readers.streams import iter_lines, open_bytes
from movieclassifier.corpora.tallies import Tally
from movieclassifier.corpora.without_text import WithoutText
from movieclassifier.system.compiled import csv_rows_twin

BLOCK_SIZE = 2**18
MAX_HEADER_SIZE = 2**18
# More values than this are those of a column that holds no labels.
MAX_VALUES = 1000


@dataclass(frozen=True)
class Layout:
    """Where the documents of a plain CSV are.

    Attributes
    ----------
    delimiter : str
    n_fields, text_at, label_at : int
        Number of fields in a row, and the positions of text and label.
    n_header_lines : int
        How many lines come before the first document.
    """

    delimiter: str
    n_fields: int
    text_at: int
    label_at: int
    n_header_lines: int


@dataclass
class BlockProgress:
    """The place up to which the blocks were read.

    Attributes
    ----------
    n_rows : int
        Rows read, those that are left out included.
    n_bytes : int
        Bytes of the plain file in front of the first row that was not read.
    finished : bool
        Whether that is the end of the file.
    """

    n_rows: int = 0
    n_bytes: int = 0
    finished: bool = False


def can_read(layout: Layout, encoding: str) -> bool:
    """Tell whether the twin is there and can read files of this kind."""
    is_utf8 = codecs.lookup(encoding).name == "utf-8"
    return csv_rows_twin() is not None and is_utf8 and layout.delimiter.isascii()


def iter_plain(
    path: Path, layout: Layout, find: Callable[[str], Label | None], progress: BlockProgress
) -> Iterator[Iterable[Document]]:
    """Yield the documents that :func:`iter_batches` yields, some at a time."""
    batches = iter_batches(path, layout, find, progress)
    return (zip(texts, labels, strict=True) for batch in batches for texts, labels in batch)


def iter_batches(
    path: Path, layout: Layout, find: Callable[[str], Label | None], progress: BlockProgress
) -> Iterator[list[Batch]]:
    """Yield batches of documents up to the first row that is not plain, each in a list.

    `progress` tells which row that is.

    Parameters
    ----------
    path : Path
    layout : Layout
    find : callable of str
        Returns the label of a value, or raises a RowFault; called once for each value.
    progress : BlockProgress
        Changed while reading.
    """
    blocks = _iter_blocks(path, layout, find, progress, read=csv_rows_twin().read_rows, size=BLOCK_SIZE)
    return ([(Spans([(texts, ends, 0, len(labels))]), labels)] for texts, ends, labels in blocks)


def count_plain(
    path: Path, layout: Layout, find: Callable[[str], Label | None], progress: BlockProgress
) -> Iterator[list[Tally]]:
    """Yield tallies of the documents that :func:`iter_plain` yields, each in a list."""
    # Other threads may hold the interpreter for long between two blocks, as those that import modules do.
    blocks = _iter_blocks(path, layout, find, progress, read=csv_rows_twin().count_rows, size=4 * BLOCK_SIZE)
    return ([(Counter(counts), WithoutText(*blank))] for counts, *blank in blocks)


def _read_header(file: io.BufferedReader, n_lines: int) -> bytes | None:
    """Return the bytes in front of the first document; None if the header is not plain lines."""
    header = file.read(3) if file.peek(3).startswith(codecs.BOM_UTF8) else b""
    for _ in range(n_lines):
        line = file.readline(MAX_HEADER_SIZE)
        if not line.endswith(b"\n"):
            return None
        header += line
    return header if header.count(b"\r") == header.count(b"\r\n") else None


def _iter_blocks(
    path: Path,
    layout: Layout,
    find: Callable[[str], Label | None],
    progress: BlockProgress,
    *,
    read: Callable[..., tuple[Any, int, int, int]],
    size: int,
) -> Iterator[Any]:
    """Yield the first result of a function of the twin for each block, up to the first row that is not plain."""
    with open_bytes(path) as file:
        header = _read_header(file, layout.n_header_lines)
        if header is not None:
            progress.n_bytes = len(header)
            yield from _iter_read(file, layout, find, progress, read=read, size=size)


def _iter_read(
    file: io.BufferedReader,
    layout: Layout,
    find: Callable[[str], Label | None],
    progress: BlockProgress,
    *,
    read: Callable[..., tuple[Any, int, int, int]],
    size: int,
) -> Iterator[Any]:
    twin: Any = csv_rows_twin()
    delimiter, labels = ord(layout.delimiter), dict[bytes, Label | None]()
    row = layout.n_fields, layout.text_at, layout.label_at, delimiter, labels
    # One buffer for all blocks: fresh memory takes longer than reading.
    buffer, start, end, last = bytearray(size), 0, 0, False
    while True:
        found, n_rows, stop, why = read(buffer, start, end, *row, last)
        progress.n_rows += n_rows
        progress.n_bytes += stop - start
        yield found
        if why == twin.UNUSUAL:
            return
        if why == twin.UNKNOWN_LABEL:
            value = twin.label_at(buffer, stop, end, layout.label_at, delimiter)
            try:
                labels[value] = find(value.decode())
            except (RowFault, UnicodeDecodeError):
                return
            if len(labels) > MAX_VALUES:
                return
            start = stop
            continue
        if last:
            progress.finished = True
            return
        n_more = _fill(file, buffer, stop, end)
        start, end, last = 0, end - stop + n_more, not n_more


def _fill(file: io.BufferedReader, buffer: bytearray, start: int, end: int) -> int:
    """Move the row that has begun to the front of a buffer, and read more behind it; return how many bytes."""
    n_begun = end - start
    buffer[:n_begun] = buffer[start:end]
    if n_begun > len(buffer) // 2:  # the row is longer than blocks are
        buffer.extend(bytes(len(buffer)))
    with memoryview(buffer) as view, view[n_begun:] as rest:
        return file.readinto(rest)


@contextmanager
def lines_from(path: Path, n_bytes: int, encoding: str) -> Iterator[tuple[Iterator[str], int]]:
    """Open a file at a row that was not read: yield its lines from there, and how many lines come before."""
    with open_bytes(path) as file:
        n_lines, before = 0, b""
        while n_bytes and (piece := file.read(min(n_bytes, BLOCK_SIZE))):
            # A carriage return of its own ends a line, too.
            n_lines += piece.count(b"\n") + piece.count(b"\r") - piece.count(b"\r\n")
            n_lines -= before.endswith(b"\r") and piece.startswith(b"\n")
            n_bytes, before = n_bytes - len(piece), piece
        with io.TextIOWrapper(file, encoding, "surrogateescape", "") as text:
            yield iter_lines(text, path), n_lines
