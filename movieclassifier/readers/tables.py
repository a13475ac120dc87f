"""Readers of tables: a row is a document, and two of its columns are text and label."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from os import PathLike
from pathlib import Path

from movieclassifier.readers.contract import (
    AsIs,
    BadRows,
    Document,
    Label,
    as_bad_rows,
    check_encoding,
    check_file,
    text_fault,
    unknown_label,
)
from movieclassifier.readers.csv_rows import iter_rows
from movieclassifier.readers.streams import open_text

Column = str | int
Rows = Iterator[tuple[int, list[str]]]

# Names that columns of published corpora have; the book's come first.
TEXT_COLUMNS = ("review", "text", "sentence", "tweet", "content")
LABEL_COLUMNS = ("sentiment", "label", "class", "category", "polarity", "status")


def iter_csv(
    path: str | PathLike[str],
    labels: Mapping[str, Label] | None = None,
    *,
    text_column: Column | None = None,
    label_column: Column | None = None,
    header: bool = True,
    delimiter: str = ",",
    encoding: str = "utf-8",
    skip_bad_rows: int | BadRows = 0,
) -> Iterator[Document]:
    r"""Yield the documents of a CSV file, one at a time.

    Quotes, doubled quotes, line breaks inside quotes, CRLF and a byte order mark are read as ``csv.reader`` (strict)
    reads them. Blank lines are left out.

    Parameters
    ----------
    path : str or path-like
    labels : mapping of str to (int or str), optional
        What the file's values stand for; any other value is an error. Without it, values are yielded as they are.
    text_column, label_column : str or int, optional
        Name or position (from 0) of a column. By default ``review`` and ``sentiment``, or another usual name; without
        a header the two columns of a file that has only two.
    header : bool, default=True
        Whether the first row holds the names of the columns.
    delimiter : str, default=","
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
        If the path is no file.
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
    bad_rows = as_bad_rows(skip_bad_rows)
    choice = _Choice(text_column, label_column, header)
    return _iter_csv(Path(path), labels, choice, delimiter, encoding, bad_rows)


def check_delimiter(delimiter: str) -> None:
    """Refuse a delimiter that cannot part fields."""
    if len(delimiter) != 1 or delimiter in '"\r\n\0':
        raise ValueError(f"the delimiter must be one character, no quote and no line break; got {delimiter!r}.")


@dataclass(frozen=True)
class _Choice:
    """The columns that were asked for."""

    text: Column | None
    label: Column | None
    header: bool


@dataclass(frozen=True)
class Columns:
    """The positions of text and label in a row, the number of fields, and what the label column is called."""

    text: int
    label: int
    n_fields: int
    label_name: str


def _iter_csv(
    path: Path,
    labels: Mapping[str, Label] | None,
    choice: _Choice,
    delimiter: str,
    encoding: str,
    bad_rows: BadRows,
) -> Iterator[Document]:
    with open_text(path, encoding) as lines:
        rows = iter_rows(lines, delimiter, str(path), bad_rows)
        yield from iter_table(rows, labels, choice, path, encoding, bad_rows)


def iter_table(
    rows: Rows, labels: Mapping[str, Label] | None, choice: _Choice, path: Path, encoding: str, bad_rows: BadRows
) -> Iterator[Document]:
    """Yield the documents in numbered rows."""
    columns, rows = _find_columns(rows, choice, path, encoding)
    text_at, label_at, n_fields = columns.text, columns.label, columns.n_fields
    labels = AsIs() if labels is None else labels
    empty = True
    for n_line, row in rows:
        if len(row) != n_fields:
            bad_rows.add(f"{path}, line {n_line}: {_wrong_length(row, n_fields)}")
            continue
        text, value = row[text_at], row[label_at]
        if (fault := text_fault(value + text, encoding)) is not None:
            bad_rows.add(f"{path}, line {n_line}: {fault}")
            continue
        try:
            label = labels[value]
        except KeyError:
            bad_rows.add(unknown_label(f"{path}, line {n_line}", columns.label_name, value, labels))
            continue
        empty = False
        yield text, label
    if empty:
        skipped = f" but the {bad_rows.n_skipped:,} that were skipped" if bad_rows.n_skipped else ""
        raise ValueError(f"{path}: there are no rows{' below the header' if choice.header else ''}{skipped}.")


def _wrong_length(row: list[str], n_fields: int) -> str:
    return (
        f"expected {n_fields} fields, got {len(row)}. Put quotes around texts that hold the delimiter, "
        "pass the --delimiter of this file, or --skip-bad-rows N."
    )


def _find_columns(rows: Rows, choice: _Choice, path: Path, encoding: str) -> tuple[Columns, Rows]:
    """Read the first row, and find text and label in it; also return the rows of documents."""
    first = next(rows, None)
    if first is None:
        raise ValueError(f"{path}: the file is empty; expected {'a header' if choice.header else 'rows'}.")
    n_line, row = first
    for field in row:
        if fault := text_fault(field, encoding):
            raise ValueError(f"{path}, line {n_line}: {fault}")
    names = row if choice.header else []
    where = f"{path}, line {n_line}"
    text = _position(choice.text, names, len(row), (TEXT_COLUMNS, 0, "--text-column"), where)
    label = _position(choice.label, names, len(row), (LABEL_COLUMNS, 1, "--label-column"), where)
    if text == label:
        raise ValueError(f"{where}: text and label are both in column {text}; pass another --text-column.")
    columns = Columns(text, label, len(row), names[label] if names else f"column {label}")
    return columns, (rows if choice.header else chain([first], rows))


def _position(
    column: Column | None, names: list[str], n_fields: int, usual: tuple[tuple[str, ...], int, str], where: str
) -> int:
    """Return the position of a column that was asked for, or else of the one with a usual name."""
    usual_names, usual_position, option = usual
    if column is None and not names:
        if n_fields != 2:
            raise ValueError(f"{where}: which of the {n_fields} columns? Pass {option} with a number from 0.")
        return usual_position
    if column is None:
        lower = [name.strip().lower() for name in names]
        column = next((names[lower.index(name)] for name in usual_names if name in lower), None)
        if column is None:
            raise ValueError(
                f"{where}: expected a header such as review,sentiment; got {_listed(names)}. "
                f"Pass {option}, or --no-header if there is none."
            )
    if isinstance(column, str) and column in names:
        if names.count(column) > 1:
            raise ValueError(f"{where}: {names.count(column)} columns are called {column!r}; pass {option} a number.")
        return names.index(column)
    return _number(column, names, n_fields, option, where)


def _number(column: Column, names: list[str], n_fields: int, option: str, where: str) -> int:
    try:
        position = int(column)
    except ValueError:
        there = f"the columns are {_listed(names)}" if names else "without a header columns have numbers from 0"
        raise ValueError(f"{where}: there is no column {column!r}; {there}. Pass another {option}.") from None
    if not 0 <= position < n_fields:
        raise ValueError(
            f"{where}: there is no column {position}; there are {n_fields}, from 0. Pass another {option}."
        )
    return position


def _listed(names: list[str]) -> str:
    shown = ",".join(names)
    return shown if len(shown) <= 120 else shown[:120] + "…"
