"""The documents of a table: its columns are found in the first row, and its rows are read one at a time."""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import TypeVar

from movieclassifier.corpora.readers.columns import NO_LABEL, Choice, Columns, find_columns
from movieclassifier.corpora.readers.contract import (
    BadRows,
    Document,
    Label,
    Labels,
    RowFault,
    UnlikelyFormat,
    as_label,
    find_label,
    nothing_read,
)
from movieclassifier.corpora.readers.csv_blocks import (
    BlockProgress,
    Layout,
    can_read,
    count_plain,
    iter_batches,
    iter_plain,
    lines_from,
)
from movieclassifier.corpora.readers.csv_rows import iter_rows
from movieclassifier.corpora.readers.dialects import Dialect, find_dialect, unescaped
from movieclassifier.corpora.readers.spans import Batch, batches_of
from movieclassifier.corpora.readers.streams import open_text
from movieclassifier.corpora.readers.table_faults import HEADER_AGAIN, one_column, refuse_downloads, wrong_length
from movieclassifier.corpora.readers.text_faults import text_fault
from movieclassifier.corpora.tallies import Tally, tallies_of

# In characters; a longer field is no name of a column.
MAX_NAME = 100
T = TypeVar("T")
Runs = Generator[Iterable[T], None, None]
Rows = Iterator[tuple[int, list[str]]]


@dataclass(frozen=True)
class Found:
    """The columns of a table and the rows of its documents.

    `header` is as repeated ones are known by; `n_lines` counts the lines of the file up to it; `is_single` tells
    whether it is one line.
    """

    header: list[str] | None
    columns: Columns
    rows: Rows
    n_lines: int
    is_single: bool

    @property
    def is_plain(self) -> bool:
        """Whether the compiled twin may read the documents."""
        return self.is_single and len(self.columns.texts) == 1


@dataclass(frozen=True)
class Table:
    """A file of rows and how to read it."""

    path: Path
    choice: Choice
    header: bool
    delimiter: str
    quoted: bool
    escape: str | None
    encoding: str
    dialect: Dialect | None = None

    def documents(self, labels: Labels, bad_rows: BadRows) -> "TableDocuments":
        """Return the documents whose labels are wanted; the file is opened at the first."""
        return TableDocuments(self, labels, bad_rows)

    def runs(self, labels: Labels, bad_rows: BadRows) -> Runs[Document]:
        """Yield the documents some at a time, which spares a step through all generators for each of them."""
        return self._runs(labels, bad_rows, iter_plain, iter)

    def batches(self, labels: Labels, bad_rows: BadRows) -> Runs[Batch]:
        """Yield batches of the documents, some at a time."""
        return self._runs(labels, bad_rows, iter_batches, batches_of)

    def tallies(self, labels: Labels, bad_rows: BadRows) -> Runs[Tally]:
        """Yield tallies of the documents, some at a time."""
        return self._runs(labels, bad_rows, count_plain, tallies_of)

    def _runs(
        self,
        labels: Labels,
        bad_rows: BadRows,
        of_plain: Callable[..., Iterator[Iterable[T]]],
        of_documents: Callable[[Iterable[Document]], Iterator[T]],
    ) -> Runs[T]:
        with open_text(self.path, self.encoding, "" if self.quoted else "\n") as lines:
            dialect, escape = self.dialect, self.escape if self.quoted else ""
            if dialect is None:
                dialect, lines = find_dialect(lines, self.delimiter, escape)
            if self.quoted:
                plain = unescaped(lines, dialect.escape)
                rows = iter_rows(plain, replace(dialect, escape=""), str(self.path), bad_rows)
            else:
                rows = iter_unquoted(lines, dialect.delimiter, dialect.n_lines)
            found = self._columns(rows, dialect.delimiter)
            if not found.is_plain or not self.quoted or not dialect.is_plain or dialect.n_lines:
                yield of_documents(self._read(found, labels, bad_rows))
                return
        progress = BlockProgress()
        yield from self._plain(found, dialect, labels, progress, of_plain)
        if not (progress.finished and progress.n_rows):
            with self._behind(found, dialect, progress, bad_rows) as rest:
                yield of_documents(self._read(rest, labels, bad_rows, empty=not progress.n_rows))

    def _plain(
        self,
        found: Found,
        dialect: Dialect,
        labels: Labels,
        progress: BlockProgress,
        of_plain: Callable[..., Iterator[Iterable[T]]],
    ) -> Iterator[Iterable[T]]:
        """Read with the compiled twin as far as rows are plain."""
        columns = found.columns
        layout = Layout(dialect.delimiter, columns.n_fields, columns.texts[0], columns.label, found.n_lines)
        if can_read(layout, self.encoding):

            def find(value: str) -> Label | None:
                if found.header and _folded(value) == found.header[columns.label]:
                    raise RowFault(HEADER_AGAIN)
                return find_label("", value, labels, self.encoding, columns.label_name)

            yield from of_plain(self.path, layout, find, progress)

    @contextmanager
    def _behind(self, found: Found, dialect: Dialect, progress: BlockProgress, bad_rows: BadRows) -> Iterator[Found]:
        """Open the table for the definition where the twin has stopped: at the row that is not plain, or the first."""
        if progress.n_bytes:
            with lines_from(self.path, progress.n_bytes, self.encoding) as (lines, n_lines):
                rows = iter_rows(lines, replace(dialect, n_lines=n_lines), str(self.path), bad_rows)
                yield replace(found, rows=rows)
            return
        with open_text(self.path, self.encoding) as lines:
            rows = iter_rows(lines, dialect, str(self.path), bad_rows)
            yield self._columns(rows, dialect.delimiter)

    def _read(self, found: Found, labels: Labels, bad_rows: BadRows, empty: bool = True) -> Iterator[Document]:
        rows, header, columns = found.rows, found.header, found.columns
        text_of = _joined(columns.texts)
        n_fields, label_at = columns.n_fields, columns.label
        label_header = header[label_at] if header else None
        for n_line, row in rows:
            try:
                if len(row) != n_fields:
                    raise RowFault(wrong_length(row, n_fields))
                value = row[label_at]
                if header and _folded(value) == label_header and list(map(_folded, row)) == header:
                    raise RowFault(HEADER_AGAIN)
                text = text_of(row)
                label = find_label(text, value, labels, self.encoding, columns.label_name)
            except RowFault as fault:
                bad_rows.add(f"{self.path}, line {n_line}: {fault}")
                continue
            empty = False
            if label is not None:
                yield text, label
        if empty:
            raise nothing_read(self.path, "rows below the header" if self.header else "rows", bad_rows)

    def _columns(self, rows: Rows, delimiter: str) -> Found:
        """Find text and label in the first row."""
        first = next(rows, None)
        if first is None:
            raise ValueError(f"{self.path}: the file is empty; expected {'a header' if self.header else 'rows'}.")
        n_line, row = first
        where = f"{self.path}, line {n_line}"
        if fault := text_fault("".join(row), self.encoding):
            raise ValueError(f"{where}: {fault}")
        if len(row) == 1 and self.choice.label != NO_LABEL:
            refuse_downloads(row[0], where)
            raise UnlikelyFormat(f"{where}: {one_column(row[0], delimiter)}")
        hint = ", or ReadingOptions(no_header=True) if there is none."
        columns = find_columns(self.choice, row if self.header else None, len(row), where, hint)
        if not self.header:
            return Found(None, columns, chain([first], rows), 0, True)
        return Found(list(map(_folded, row)), columns, rows, n_line, not any("\n" in name for name in row))


class TableDocuments(Iterator[Document]):
    """The documents of a table, to be read one at a time, or to be taken or counted many at a time."""

    def __init__(self, table: Table, labels: Labels, bad_rows: BadRows):
        self._table, self._labels, self._bad_rows = table, labels, bad_rows
        self._runs = table.runs(labels, bad_rows)
        self._documents = chain.from_iterable(self._runs)

    def __iter__(self) -> Iterator[Document]:
        return self._documents  # which spares a step through this class for each of them

    def __next__(self) -> Document:
        return next(self._documents)

    def close(self) -> None:
        """Close the file."""
        self._runs.close()

    def batches(self) -> Iterator[Batch]:
        """Yield batches of the documents."""
        return chain.from_iterable(self._table.batches(self._labels, self._bad_rows))

    def tallies(self) -> Iterator[Tally]:
        """Yield tallies of the documents, whose labels must be the values in the corpus."""
        return chain.from_iterable(self._table.tallies(self._labels, self._bad_rows))


def _folded(field: str) -> str:
    """Return a name of a column as repeated headers are compared."""
    return as_label(field).lower() if len(field) < MAX_NAME else field


def iter_unquoted(lines: Iterator[str], delimiter: str, n_before: int) -> Rows:
    """Yield the number and the fields of each line that is not blank; quotes are part of the text."""
    for n_line, line in enumerate(lines, n_before + 1):
        stripped = line.rstrip("\r\n")
        if stripped:
            yield n_line, stripped.split(delimiter)


def _joined(positions: tuple[int, ...]) -> Callable[[list[str]], str]:
    """Return the function that takes the texts out of a row."""
    fields: Callable[[list[str]], str] = itemgetter(*positions)
    return fields if len(positions) == 1 else lambda row: "\n".join(fields(row))
