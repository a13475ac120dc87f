"""Readers of tables: a row is a document, and two of its columns are text and label."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from operator import itemgetter
from os import PathLike
from pathlib import Path

from movieclassifier.corpora.readers.columns import NO_LABEL, Choice, Column, Columns, find_columns
from movieclassifier.corpora.readers.contract import (
    AsIs,
    BadRows,
    Document,
    Label,
    Labels,
    RowFault,
    UnlikelyFormat,
    as_bad_rows,
    as_label,
    as_shown,
    check_delimiter,
    check_encoding,
    check_escape,
    check_file,
    find_label,
    nothing_read,
    text_fault,
)
from movieclassifier.corpora.readers.csv_blocks import BlockProgress, Layout, can_read, iter_plain, lines_from
from movieclassifier.corpora.readers.csv_rows import iter_rows
from movieclassifier.corpora.readers.dialects import Dialect, find_dialect, unescaped
from movieclassifier.corpora.readers.streams import open_text

HEADER_AGAIN = (
    "this is the header again, as where files are joined; take the row out, or pass "
    "ReadingOptions(skip_bad_rows=N), or pass the files one by one."
)
# In characters; a longer field is no name of a column.
MAX_NAME = 100
OTHER_DELIMITERS = (";", "\t", "|", ",")
# How files begin that a download brings in place of a table, case folded.
NO_TABLES = dict.fromkeys(("<!doctype html", "<html"), "a web page; download the file itself") | {
    "version https://git-lfs": "a pointer of Git LFS; `git lfs pull` brings the file itself"
}
Rows = Iterator[tuple[int, list[str]]]


def iter_csv(
    path: str | PathLike[str],
    labels: Labels | None = None,
    *,
    text_column: Column | Sequence[Column] | None = None,
    label_column: Column | None = None,
    header: bool = True,
    delimiter: str = ",",
    quoted: bool = True,
    escape: str | None = None,
    encoding: str = "utf-8",
    skip_bad_rows: int | BadRows = 0,
) -> Iterator[Document]:
    r"""Yield the documents of a CSV file, one at a time.

    Quotes, doubled quotes, line breaks inside quotes, CRLF and a byte order mark are read as ``csv.reader`` (strict)
    reads them. Blank lines and Excel's first line ``sep=;`` are left out, and a row that repeats the header is a bad
    row. The file may be compressed: gzip, bzip2, xz, zstd, or a zip of one file.

    Parameters
    ----------
    path : str or path-like
    labels : mapping of str to (int, str or None), optional
        The label that each value stands for; None leaves its documents out. Other values are errors. Without it, values
        are yielded as they are.
    text_column, label_column : str or int, optional
        Name or position (from 0) of a column. By default ``review`` and ``sentiment``, or a different usual name;
        without a header the two columns of a file that has only two. Several text columns are joined by a line break.
    header : bool, default=True
        Whether the first row holds the names of the columns.
    delimiter : str, default=","
    quoted : bool, default=True
        Whether a field may stand in quotes. If not, quotes are part of the text and every line is a row.
    escape : str, optional
        A character that makes a quote after it part of the text, as Spark writes ``\\"``. By default the backslash is
        one if the first rows can only be read so; empty stands for none.
    encoding : str, default="utf-8"
    skip_bad_rows : int, default=0
        How many rows that cannot be read may be skipped.

    Yields
    ------
    text : str
    label : int or str

    Raises
    ------
    OSError
        If the path is not a file.
    ValueError
        At the call for a bad argument; later for a bad row, with its line number.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "movie_data.csv"
    >>> _ = path.write_text('review,sentiment\n"Great, really ""great""!",1\nAwful.,0\n')
    >>> list(iter_csv(path, {"0": 0, "1": 1}))
    [('Great, really "great"!', 1), ('Awful.', 0)]
    """
    check_file(Path(path), "csv")
    check_encoding(encoding)
    check_delimiter(delimiter)
    check_escape(escape, delimiter)
    table = _Table(
        path=Path(path),
        choice=Choice(text_column, label_column),
        header=header,
        delimiter=delimiter,
        quoted=quoted,
        escape=escape,
        encoding=encoding,
    )
    return table.documents(AsIs() if labels is None else labels, as_bad_rows(skip_bad_rows))


def iter_tsv(
    path: str | PathLike[str],
    labels: Labels | None = None,
    *,
    text_column: Column | Sequence[Column] | None = None,
    label_column: Column | None = None,
    header: bool = True,
    quoted: bool = True,
    escape: str | None = None,
    encoding: str = "utf-8",
    skip_bad_rows: int | BadRows = 0,
) -> Iterator[Document]:
    r"""Yield the documents of a file with tabs between its columns; else as :func:`iter_csv`.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "imdb_labelled.txt"
    >>> _ = path.write_text('A "great movie.\t1\n')
    >>> list(iter_tsv(path, header=False, quoted=False))
    [('A "great movie.', '1')]
    """
    return iter_csv(
        path,
        labels,
        text_column=text_column,
        label_column=label_column,
        header=header,
        delimiter="\t",
        quoted=quoted,
        escape=escape,
        encoding=encoding,
        skip_bad_rows=skip_bad_rows,
    )


def iter_plain_csv(
    path: str | PathLike[str],
    labels: Labels | None = None,
    *,
    text_column: Column | Sequence[Column] | None = None,
    label_column: Column | None = None,
    header: bool = True,
    delimiter: str = ",",
    quoted: bool = True,
    encoding: str = "utf-8",
) -> Iterator[Document]:
    """Yield the documents of a CSV file whose quotes are neither escaped nor spaced, without looking for such.

    Parameters and errors are those of :func:`iter_csv`. A piece of a file is read so, because its own first rows may
    look different from those of the file.
    """
    choice = Choice(text_column, label_column)
    table = _Table(
        path=Path(path),
        choice=choice,
        header=header,
        delimiter=delimiter,
        quoted=quoted,
        escape="",
        encoding=encoding,
        dialect=Dialect(delimiter),
    )
    return table.documents(AsIs() if labels is None else labels, BadRows())


@dataclass(frozen=True)
class _Found:
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
class _Table:
    """A file of rows and how to read it."""

    path: Path
    choice: Choice
    header: bool
    delimiter: str
    quoted: bool
    escape: str | None
    encoding: str
    dialect: Dialect | None = None

    def documents(self, labels: Labels, bad_rows: BadRows) -> Iterator[Document]:
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
                yield from self._read(found, labels, bad_rows)
                return
        yield from self._read_plain(found, dialect, labels, bad_rows)

    def _read_plain(self, found: "_Found", dialect: Dialect, labels: Labels, bad_rows: BadRows) -> Iterator[Document]:
        """Read with the compiled twin as far as rows are plain, and the rest with the definition."""
        columns, progress = found.columns, BlockProgress()
        layout = Layout(dialect.delimiter, columns.n_fields, columns.texts[0], columns.label, found.n_lines)
        if can_read(layout, self.encoding):

            def find(value: str) -> Label | None:
                if found.header and _folded(value) == found.header[columns.label]:
                    raise RowFault(HEADER_AGAIN)
                return find_label("", value, labels, self.encoding, columns.label_name)

            yield from iter_plain(self.path, layout, find, progress)
        if progress.n_bytes:
            if progress.finished and progress.n_rows:
                return
            with lines_from(self.path, progress.n_bytes, self.encoding) as (lines, n_lines):
                rows = iter_rows(lines, replace(dialect, n_lines=n_lines), str(self.path), bad_rows)
                yield from self._read(replace(found, rows=rows), labels, bad_rows, empty=not progress.n_rows)
            return
        with open_text(self.path, self.encoding) as lines:
            rows = iter_rows(lines, dialect, str(self.path), bad_rows)
            yield from self._read(self._columns(rows, dialect.delimiter), labels, bad_rows)

    def _read(self, found: "_Found", labels: Labels, bad_rows: BadRows, empty: bool = True) -> Iterator[Document]:
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

    def _columns(self, rows: Rows, delimiter: str) -> "_Found":
        """Find text and label in the first row."""
        first = next(rows, None)
        if first is None:
            raise ValueError(f"{self.path}: the file is empty; expected {'a header' if self.header else 'rows'}.")
        n_line, row = first
        where = f"{self.path}, line {n_line}"
        if fault := text_fault("".join(row), self.encoding):
            raise ValueError(f"{where}: {fault}")
        if len(row) == 1 and self.choice.label != NO_LABEL:
            _refuse_downloads(row[0], where)
            raise UnlikelyFormat(f"{where}: {_one_column(row[0], delimiter)}")
        hint = ", or ReadingOptions(no_header=True) if there is none."
        columns = find_columns(self.choice, row if self.header else None, len(row), where, hint)
        if not self.header:
            return _Found(None, columns, chain([first], rows), 0, True)
        return _Found(list(map(_folded, row)), columns, rows, n_line, not any("\n" in name for name in row))


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


def _refuse_downloads(field: str, where: str) -> None:
    """Refuse a file that a download brings in place of a table."""
    for start, what in NO_TABLES.items():
        if field.lstrip("\ufeff").casefold().startswith(start):
            raise ValueError(f"{where}: this is {what}.")


def _one_column(field: str, delimiter: str) -> str:
    """Return the message for a row of one field, with advice."""
    other = next((character for character in OTHER_DELIMITERS if character != delimiter and character in field), None)
    if other is None:
        return f"one column only, {as_shown(field)}; expected text and label, such as review,sentiment."
    return (
        f"one column only, {as_shown(field)}; pass ReadingOptions(delimiter={other!r}), which seems to part this file."
    )


def wrong_length(row: list[str], n_fields: int) -> str:
    """Return the message for a row of too few or too many fields, with advice."""
    return (
        f"expected {n_fields} fields, got {len(row)}. Put quotes around texts that hold the delimiter, "
        "pass ReadingOptions(delimiter=…) of this file, or ReadingOptions(skip_bad_rows=N)."
    )
