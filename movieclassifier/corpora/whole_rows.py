"""Rows with everything in them, for programs that add columns to a table."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.readers.columns import NO_LABEL, Choice, find_columns
from movieclassifier.corpora.readers.contract import BadRows, RowFault, check_file
from movieclassifier.corpora.readers.csv_rows import iter_rows
from movieclassifier.corpora.readers.dialects import find_dialect, unescaped
from movieclassifier.corpora.readers.guessing import guess_format
from movieclassifier.corpora.readers.json_lines import iter_json_rows
from movieclassifier.corpora.readers.streams import open_text
from movieclassifier.corpora.readers.table_documents import iter_unquoted
from movieclassifier.corpora.readers.table_faults import wrong_length
from movieclassifier.corpora.readers.text_faults import text_fault
from movieclassifier.corpora.reading import ReadingOptions

DELIMITERS = {"csv": ",", "tsv": "\t"}
# Endings of files that are tables; without one of them, a file that looks like a table is a text per line.
TABLE_ENDINGS = {".csv", ".tsv", ".tab"}


@dataclass(frozen=True)
class WholeRows:
    """The rows of a file.

    Attributes
    ----------
    names : list of str or None
        The names of the columns; None of a table without a header, and of JSON.
    rows : iterator of (str, list of str or object)
        The text of each row, and the row: its fields, or its JSON value.
    delimiter : str
        The character between two columns; empty for JSON.
    """

    names: list[str] | None
    rows: Iterator[tuple[str, Any]]
    delimiter: str = ","


@contextmanager
def open_rows(path: str, reading: ReadingOptions, bad_rows: BadRows) -> Iterator[WholeRows]:
    """Open a file of any format; only tables and JSON lines have more in a row than a text and a label.

    Parameters
    ----------
    path : str
    reading : ReadingOptions
        Without a format it is guessed. A file whose name does not end as that of a table holds a text in each line.
    bad_rows : BadRows

    Yields
    ------
    WholeRows

    Raises
    ------
    OSError, ValueError
        As :func:`movieclassifier.corpora.corpus.open_corpus`.
    """
    format = reading.format or _guess(path, reading)
    encoding = reading.encoding or "utf-8"
    if format == "jsonl":
        check_file(Path(path), format)
        yield WholeRows(None, iter_json_rows(path, reading.text_columns, encoding, bad_rows), "")
    elif format == "lines":
        check_file(Path(path), format)
        with open_text(Path(path), encoding) as lines:
            yield WholeRows(["text"], _lines(lines, path, encoding))
    elif format in DELIMITERS:
        check_file(Path(path), format)
        with open_text(Path(path), encoding, "\n" if reading.no_quotes else "") as lines:
            yield _table(Path(path), lines, replace(reading, format=format), bad_rows)
    else:
        corpus = open_corpus(path, reading=replace(reading, format=format))
        yield WholeRows(["text", "label"], ((text, [text, str(label)]) for text, label in corpus))


def _guess(path: str, reading: ReadingOptions) -> str:
    if not Path(path).is_dir():
        check_file(Path(path), "predict")
    if reading.delimiter is not None:
        return "csv"
    found = guess_format(Path(path), not reading.describes_columns, reading.encoding or "utf-8")
    is_table = reading.describes_columns or TABLE_ENDINGS & {suffix.lower() for suffix in Path(path).suffixes}
    return found if is_table or found not in DELIMITERS else "lines"


def _lines(lines: Iterator[str], path: str, encoding: str) -> Iterator[tuple[str, list[str]]]:
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if fault := text_fault(text, encoding):
            raise ValueError(f"{path}, line {number}: {fault}")
        yield text, [text]


def _table(path: Path, lines: Iterator[str], reading: ReadingOptions, bad_rows: BadRows) -> WholeRows:
    """Read the header, and return the rows below it."""
    delimiter = reading.delimiter or DELIMITERS[reading.format or "csv"]
    dialect, lines = find_dialect(lines, delimiter, "" if reading.no_quotes else reading.escape)
    if reading.no_quotes:
        numbered = iter_unquoted(lines, dialect.delimiter, dialect.n_lines)
    else:
        plain = unescaped(lines, dialect.escape)
        numbered = iter_rows(plain, replace(dialect, escape=""), str(path), bad_rows)
    first = next(numbered, None)
    if first is None:
        raise ValueError(f"{path}: the file is empty; expected {'rows' if reading.no_header else 'a header'}.")
    names = None if reading.no_header else first[1]
    choice = Choice(reading.text_columns or None, NO_LABEL)
    columns = find_columns(
        choice,
        names,
        len(first[1]),
        f"{path}, line {first[0]}",
        ", or ReadingOptions(no_header=True) if there is none.",
    )

    def rows() -> Iterator[tuple[str, list[str]]]:
        for number, row in numbered if names is not None else chain([first], numbered):
            try:
                if len(row) != columns.n_fields:
                    raise RowFault(wrong_length(row, columns.n_fields))
                if fault := text_fault("".join(row), reading.encoding or "utf-8"):
                    raise RowFault(fault)
            except RowFault as fault_found:
                bad_rows.add(f"{path}, line {number}: {fault_found}")
                continue
            yield "\n".join(row[place] for place in columns.texts), row

    return WholeRows(names, rows(), dialect.delimiter)
