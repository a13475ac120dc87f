"""Pieces of a corpus that many processes read at the same time: ranges of a file, or whole files.

A piece of a table is read as a small file that begins with the header of the whole file. Readers find the
columns in the header; in a file without one they find them in the first row, which then takes its place.
"""

import os
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from itertools import accumulate, islice, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from movieclassifier.corpora.minibatches import iter_minibatches
from movieclassifier.corpora.readers.contract import Document, Labels
from movieclassifier.corpora.readers.spans import Batch
from movieclassifier.corpora.readers.table_documents import TableDocuments
from movieclassifier.corpora.spooling import is_address
from movieclassifier.corpora.stream import BatchStream, Stream
from movieclassifier.corpora.tallies import Tally, tallies_of

# In bytes. A file on a disk needs a folder, a name and blocks: to read small ones took twice as long.
MAX_IN_MEMORY = 2**24
SIZE = 256  # documents of a batch
OPEN_FILES = Path("/proc/self/fd")


@dataclass(frozen=True)
class Piece:
    """Consecutive documents of a corpus.

    Attributes
    ----------
    path : str
        A path, or an address that fsspec reads.
    read : callable
        A reader, called with a path and a mapping of labels.
    start, stop : int or None
        Bytes of the file; None stands for the whole file.
    head : bytes
        The start of the file, which is put before the rows of the piece.
    n_head : int
        Number of documents in the head, which belong to a different piece.
    """

    path: str
    read: Callable[..., Iterator[Document]]
    start: int | None = None
    stop: int | None = None
    head: bytes = b""
    n_head: int = 0

    def batches(self, labels: Labels | None) -> Iterator[Batch]:
        """Yield batches of the documents.

        Raises
        ------
        OSError
            If this process cannot read the file.
        ValueError
            If a row cannot be read, or the file has become shorter.
        """
        with self._opened(labels) as documents:
            yield from (
                documents.batches() if isinstance(documents, TableDocuments) else iter_minibatches(documents, SIZE)
            )

    def tallies(self, labels: Labels | None) -> Iterator[Tally]:
        """Yield tallies of the documents, whose labels must be the values in the corpus."""
        with self._opened(labels) as documents:
            yield from documents.tallies() if isinstance(documents, TableDocuments) else tallies_of(documents)

    @contextmanager
    def _opened(self, labels: Labels | None) -> Iterator[Iterator[Document]]:
        """Open the documents, which the reader of a table can also yield many at a time."""
        if self.start is None and not is_address(self.path):
            yield self.read(self.path, labels)
            return
        with small_file(self.head + self._content()) as path:
            documents = self.read(path, labels)
            yield islice(documents, self.n_head, None) if self.n_head else documents

    def _content(self) -> bytes:
        if is_address(self.path):
            files, path = import_module("fsspec.core").url_to_fs(self.path)
            content: bytes = files.cat_file(path, start=self.start, end=self.stop)
        else:
            with open(self.path, "rb") as file:
                file.seek(self.start or 0)
                content = file.read((self.stop or 0) - (self.start or 0))
        if self.stop is not None and len(content) < self.stop - (self.start or 0):
            raise ValueError(f"{self.path} is shorter than it was when it was cut.")
        return content


@contextmanager
def small_file(content: bytes | memoryview) -> Iterator[Path]:
    """Write a temporary file, which is gone at the end of the block; on Linux it is kept in memory if it is small."""
    if (file := _file_in_memory() if len(content) <= MAX_IN_MEMORY else None) is not None:
        with file:
            file.write(content)
            file.flush()
            yield OPEN_FILES / str(file.fileno())
        return
    with TemporaryDirectory(prefix="movieclassifier-piece-") as folder:
        path = Path(folder, "piece")
        path.write_bytes(content)
        yield path


def _file_in_memory() -> IO[bytes] | None:
    """Open a new file that has no name on a disk; None where the system has none, or a sandbox forbids them."""
    if hasattr(os, "memfd_create") and OPEN_FILES.is_dir():
        with suppress(OSError):
            return os.fdopen(os.memfd_create("piece"), "wb")
    return None


@dataclass(frozen=True)
class Excerpt:
    """Consecutive documents of a corpus in pieces; it can be pickled, and read again and again.

    Attributes
    ----------
    pieces : tuple of Piece
    ends : tuple of int
        Documents up to the end of each piece.
    labels : mapping of str to (int, str or None)
    start, stop : int
        Numbers of the first document, and of the one behind the last.

    Examples
    --------
    >>> def read(path, labels):
    ...     return iter([(f"{path} {i}", 0) for i in range(3)])
    >>> whole = Excerpt.of([Piece("a", read), Piece("b", read)], [3, 3], {})
    >>> len(whole), list(whole.part(2, 4)), len(whole.part(4, 6).pieces)
    (6, [('a 2', 0), ('b 0', 0)], 1)
    """

    pieces: tuple[Piece, ...]
    ends: tuple[int, ...]
    labels: Labels
    start: int
    stop: int

    @classmethod
    def of(cls, pieces: Sequence[Piece], counts: Iterable[int], labels: Labels) -> "Excerpt":
        """Return all documents of some pieces, whose numbers have been counted."""
        ends = tuple(accumulate(counts))
        return cls(tuple(pieces), ends, labels, 0, ends[-1])

    def __len__(self) -> int:
        return self.stop - self.start

    def part(self, start: int, stop: int) -> "Excerpt":
        """Return the documents from number `start` up to `stop`, counted from the start of this excerpt."""
        start, stop = self.start + start, self.start + stop
        first, last = bisect_right(self.ends, start), bisect_right(self.ends, max(start, stop - 1))
        n_before = self.ends[first - 1] if first else 0
        ends = tuple(end - n_before for end in self.ends[first : last + 1])
        return Excerpt(self.pieces[first : last + 1], ends, self.labels, start - n_before, stop - n_before)

    def split(self, n_parts: int) -> list["Excerpt"]:
        """Return as many parts of about the same size, or fewer where there are too few documents."""
        ends = sorted({len(self) * number // n_parts for number in range(n_parts + 1)})
        return [self.part(start, stop) for start, stop in pairwise(ends)]

    def stream(self) -> Stream:
        """Return the documents, to be taken many at a time; errors come as in an iteration."""
        return BatchStream(self._batches())

    def _batches(self) -> Iterator[Batch]:
        n_before = 0
        for piece, end in zip(self.pieces, self.ends, strict=True):
            try:
                for texts, labels in piece.batches(self.labels):
                    part = slice(max(self.start - n_before, 0), max(min(self.stop - n_before, len(labels)), 0))
                    n_before += len(labels)
                    yield texts[part], labels[part]
                    if n_before >= self.stop:
                        return
            except ValueError as error:  # every row was read before
                raise _changed(piece) from error
            if n_before != end:
                raise _changed(piece)

    def __iter__(self) -> Iterator[Document]:
        return self.stream()


def _changed(piece: Piece) -> ValueError:
    return ValueError(f"{piece.path} has changed since its documents were counted; start again.")
