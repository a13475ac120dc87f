"""Corpora: the files to read, and their format."""

import glob
import inspect
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from urllib.parse import urlsplit

from movieclassifier.corpora.readers.contract import BadRows, Document, Labels, UnlikelyFormat, check_no_address
from movieclassifier.corpora.readers.formats import BOOK_HEADERS, BOOK_LABELS, LABELS, READERS
from movieclassifier.corpora.readers.guessing import guess_format
from movieclassifier.corpora.readers.json_lines import iter_jsonl
from movieclassifier.corpora.readers.spans import Batch
from movieclassifier.corpora.readers.streams import first_lines
from movieclassifier.corpora.readers.table_documents import TableDocuments
from movieclassifier.corpora.reading import OPTION_OF, ReadingOptions
from movieclassifier.corpora.spooling import is_address, spool_address, spool_stdin
from movieclassifier.corpora.stream import BatchStream, DocumentStream, Stream
from movieclassifier.corpora.tallies import Tally, tallies_of
from movieclassifier.system.printable import as_printable

AS_FOUND = ReadingOptions()


@dataclass(frozen=True)
class ShuffledCopy:
    """The documents of a corpus in random order, in a temporary file of JSON lines.

    Attributes
    ----------
    path : Path
    seed : int
        Seed of the order.
    sha256 : str
        Digest of the corpus that was copied.
    bad_rows : tuple of str
        Messages about the first rows that were skipped.
    n_bad_rows : int
    """

    path: Path
    seed: int
    sha256: str
    bad_rows: tuple[str, ...] = ()
    n_bad_rows: int = 0

    def documents(self, labels: Labels | None, bad_rows: BadRows) -> Iterator[Document]:
        """Yield the documents with their labels mapped."""
        # A line may be longer than any that the corpus's own reader accepts, because of the escapes.
        size = sys.maxsize
        columns = {"text_column": "text", "label_column": "label"}
        return iter_jsonl(self.path, labels, **columns, max_line_size=size, skip_bad_rows=bad_rows)


@dataclass(frozen=True)
class Corpus:
    """A corpus and how to read it; every iteration reads it from the start.

    Attributes
    ----------
    paths : tuple of Path
        Files or folders, read one after the other as one stream.
    format : str
        A name in :data:`READERS`.
    reading : ReadingOptions
        The options it was opened with.
    labels : mapping of str to (int, str or None), optional
        The label that each value in the corpus stands for; None leaves its documents out. Without a mapping, values
        are yielded as they are.
    names : tuple of str
        Names of the paths for messages and records. A stream that was copied to a temporary file keeps its own name.
    copy : ShuffledCopy, optional
        The documents in random order, which are read in place of the paths.
    addresses : tuple of str
        Addresses of the files in a store that the paths are copies of; empty if they are no copies.
    """

    paths: tuple[Path, ...]
    format: str = "csv"
    reading: ReadingOptions = AS_FOUND
    labels: Labels | None = None
    names: tuple[str, ...] = ()
    copy: ShuffledCopy | None = None
    addresses: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.names:
            # The path "." has no name of its own.
            names = tuple(as_printable(os.path.basename(os.path.abspath(path))) for path in self.paths)
            object.__setattr__(self, "names", names)

    @property
    def shuffle_seed(self) -> int | None:
        """Seed of the order of a shuffled corpus; None in its own order."""
        return None if self.copy is None else self.copy.seed

    def __iter__(self) -> Iterator[Document]:
        return self.documents(self.labels)

    def documents(self, labels: Labels | None, bad_rows: BadRows | None = None) -> Iterator[Document]:
        """Yield the documents with a different mapping of labels; `bad_rows` counts the rows that are skipped."""
        with self._formats_named():
            for documents in self._read(labels, bad_rows or self.bad_rows()):
                yield from documents

    def stream(self, labels: Labels | None, bad_rows: BadRows | None = None) -> Stream:
        """Return the documents of :meth:`documents`, to be taken many at a time."""
        bad_rows = bad_rows or self.bad_rows()
        files = list(self._read(labels, bad_rows))
        tables = [file for file in files if isinstance(file, TableDocuments)]
        if len(tables) < len(files):
            return DocumentStream(self.documents(labels, bad_rows))
        return BatchStream(self._batches(tables))

    def _batches(self, tables: Sequence[TableDocuments]) -> Iterator[Batch]:
        with self._formats_named():
            for table in tables:
                yield from table.batches()

    def _read(self, labels: Labels | None, bad_rows: BadRows) -> Iterator[Iterator[Document]]:
        """Yield the documents of each file; one counter for all, because the limit is on the whole stream."""
        if self.copy is not None:
            yield self.copy.documents(labels, bad_rows)
            return
        arguments = self.reading.reader_arguments() | {"skip_bad_rows": bad_rows}
        for path in self.paths:
            yield READERS[self.format](path, labels, **arguments)

    @contextmanager
    def _formats_named(self) -> Iterator[None]:
        """Name the other formats where the one that was guessed is unlikely."""
        try:
            yield
        except UnlikelyFormat as error:
            if self.reading.format is not None:
                raise
            others = f"For a format other than {self.format}, pass ReadingOptions(format=…): {', '.join(READERS)}."
            raise ValueError(f"{error} {others}") from None

    def values(self, bad_rows: BadRows) -> Iterator[tuple[str, str]]:
        """Yield the documents that are not left out, with labels as the corpus writes them."""
        return self.documents(self.known(), bad_rows)  # type: ignore[return-value]  # values are str

    def tallies(self, bad_rows: BadRows) -> Iterator[Tally]:
        """Yield tallies of the documents that :meth:`values` yields."""
        with self._formats_named():
            for documents in self._read(self.known(), bad_rows):
                yield from documents.tallies() if isinstance(documents, TableDocuments) else tallies_of(documents)

    def known(self) -> Labels | None:
        """Return the mapping that leaves labels as the corpus writes them."""
        if self.labels is None:
            return None
        return {value: None if label is None else value for value, label in self.labels.items()}

    def bad_rows(self) -> BadRows:
        """Return a counter with this corpus's limit."""
        return BadRows(self.reading.skip_bad_rows)


def open_corpus(*paths: str | PathLike[str], reading: ReadingOptions = AS_FOUND) -> Corpus:
    """Return the corpus at one or several paths, in its own order.

    Parameters
    ----------
    *paths : str or path-like
        Files or folders that are read as one stream. ``*``, ``?`` and ``**`` match several, in the order of their
        names. ``-`` is standard input; it is copied to a temporary file, as are the files at an address that fsspec
        reads, such as ``s3://bucket/reviews.csv``.
    reading : ReadingOptions, optional
        Without ``format`` it is guessed. Without ``labels`` those of :data:`LABELS` are taken; a CSV with the book's
        header ``review,sentiment`` has 0 and 1.

    Returns
    -------
    Corpus

    Raises
    ------
    OSError
        If a path cannot be read.
    ValueError
        If the format is unknown, or does not take one of the options.
    """
    if reading.format is not None and reading.format not in READERS:
        raise ValueError(f"format must be one of {', '.join(READERS)}; got {reading.format!r}.")
    found, addresses = _expand(paths)
    format = reading.format or _guess(found, reading)
    _check_options(format, reading)
    for path in found:
        # This checks the path and the options. It reads no document.
        READERS[format](path, reading.labels, **reading.reader_arguments())
    labels = reading.labels
    if labels is None:
        labels = LABELS.get(format)
        if format == "csv" and not reading.describes_columns and _header(found[0], reading) in BOOK_HEADERS:
            labels = BOOK_LABELS
    return Corpus(found, format, reading, labels, addresses=addresses)


def _header(path: Path, reading: ReadingOptions) -> str:
    return first_lines(path, 1, reading.encoding or "utf-8")[0].replace('"', "")


def _expand(paths: Sequence[str | PathLike[str]]) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Return the paths that patterns stand for, and that of standard input; and their addresses, if all have one."""
    found: list[Path] = []
    addresses: list[str] = []
    for path in [fspath(path) for path in paths]:
        check_no_address(path)
        if path.startswith("file://"):
            from urllib.request import url2pathname  # it imports ssl, which files need not

            found.append(Path(url2pathname(urlsplit(path).path)))
        elif is_address(path):
            for copy, address in spool_address(path):
                found.append(copy)
                addresses.append(address)
        elif path == "-":
            found.append(spool_stdin())
        elif glob.has_magic(path) and not Path(path).exists():
            matches = sorted(glob.glob(path, recursive=True))
            if not matches:
                raise FileNotFoundError(f"{path}: there is no such file; nothing matches this pattern.")
            found.extend(map(Path, matches))
        else:
            found.append(Path(path))
    if not found:
        raise ValueError("no corpus; pass the path of one.")
    return tuple(found), tuple(addresses) if len(addresses) == len(found) else ()


def _guess(paths: tuple[Path, ...], reading: ReadingOptions) -> str:
    """Return the format of all paths."""
    if reading.delimiter is not None:
        return "csv"
    formats: dict[str, Path] = {}
    encoding = (reading.encoding or "utf-8").partition(",")[0]
    for path in reversed(paths):
        if not path.exists():
            raise FileNotFoundError(f"{path}: there is no such file or folder.")
        formats[guess_format(path, not reading.describes_columns, encoding)] = path
    if len(formats) > 1:
        guesses = ", ".join(f"{path} is {name}" for name, path in reversed(formats.items()))
        raise ValueError(
            f"these are not of one format ({guesses}); pass ReadingOptions(format=…), that of all, or one of them."
        )
    return next(iter(formats))


def _check_options(format: str, reading: ReadingOptions) -> None:
    parameters = inspect.signature(READERS[format]).parameters.values()
    known = [parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY]
    for name in reading.reader_arguments():
        if name not in known:
            options = ", ".join(f"{OPTION_OF.get(each, each)}=…" for each in known)
            raise ValueError(
                f"ReadingOptions(format={format!r}) takes no ReadingOptions({OPTION_OF.get(name, name)}=…); "
                f"it takes ReadingOptions({options})."
            )
