"""Rows of a CSV file, as ``csv.reader`` reads them, three times as fast for long texts."""

import csv
from collections.abc import Iterator

from movieclassifier.corpora.readers.contract import BadRows
from movieclassifier.corpora.readers.csv_lines import split_line
from movieclassifier.corpora.readers.dialects import Dialect, unescaper

# In characters; a quote that is never closed would take the rest of the file into memory.
MAX_FIELD_SIZE = 2**24

FAULTS = {
    "unexpected end of data": "a quote is opened in this row and never closed.",
    "field larger than": f"a field of more than {MAX_FIELD_SIZE:,} characters; is a quote opened and never closed?",
    "new-line character seen": "a carriage return outside quotes in the middle of a row.",
}
AFTER_QUOTE = (
    "text after a closing quote; a quote inside a quoted field must be doubled. "
    "Pass ReadingOptions(no_quotes=True) if quotes are part of the text."
)


def iter_rows(lines: Iterator[str], dialect: Dialect, path: str, bad_rows: BadRows) -> Iterator[tuple[int, list[str]]]:
    """Yield the number of each row's first line and its fields; blank lines are left out.

    Parameters
    ----------
    lines : iterator of str
        Those after the first ``dialect.n_lines`` of the file, with their line breaks.
    dialect : Dialect
    path : str
        For messages.
    bad_rows : BadRows
    """
    long_way = _LongWay(lines, dialect, path, bad_rows)
    for line in lines:
        long_way.n_lines = n_line = long_way.n_lines + 1
        row = split_line(line, dialect.delimiter) if dialect.is_plain else None
        row = row or long_way.read(line)
        if row and (row != [""] or line.strip("\r\n")):
            yield n_line, row


def iter_csv_records(lines: Iterator[str], dialect: Dialect, path: str, bad_rows: BadRows) -> Iterator[str]:
    """Yield each row as it is written, with its line break; blank lines are left out."""
    long_way = _LongWay(lines, dialect, path, bad_rows)
    for line in lines:
        long_way.n_lines += 1
        if '"' not in line or (dialect.is_plain and split_line(line, dialect.delimiter)):
            if line.strip("\r\n"):
                yield line
        elif long_way.read(line):
            yield "".join(long_way.taken)


class _LongWay:
    """Read a row with ``csv.reader``: the line at hand, then as many more as the row needs.

    Attributes
    ----------
    n_lines : int
        Lines read so far; the caller counts those that it reads itself.
    taken : list of str
        The lines of the last row.
    """

    def __init__(self, lines: Iterator[str], dialect: Dialect, path: str, bad_rows: BadRows) -> None:
        # A low limit of the host program would refuse long texts. The limit is that of the whole process.
        csv.field_size_limit(max(csv.field_size_limit(), MAX_FIELD_SIZE))
        self.lines, self.path, self.bad_rows = lines, path, bad_rows
        self.plain = unescaper(dialect.escape) if dialect.escape else None
        self.reader = csv.reader(self, delimiter=dialect.delimiter, strict=True, skipinitialspace=dialect.spaced)
        self.n_lines = dialect.n_lines
        self.taken: list[str] = []
        self._line: str | None = None

    def read(self, line: str) -> list[str] | None:
        """Return the fields of the row that starts with this line; None if it is skipped."""
        n_line = self.n_lines
        self._line, self.taken = line, []
        try:
            return next(self.reader)
        except csv.Error as error:
            self.bad_rows.add(f"{self.path}, line {n_line}: {_fault(error)}")
            return None

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """Hand csv.reader the line at hand, then more."""
        if self._line is not None:
            line, self._line = self._line, None
        else:
            line = next(self.lines)
            self.n_lines += 1
        self.taken.append(line)
        return self.plain(line) if self.plain else line


def _fault(error: csv.Error) -> str:
    """Translate an error of csv.reader for users."""
    return next((fault for start, fault in FAULTS.items() if str(error).startswith(start)), AFTER_QUOTE)
