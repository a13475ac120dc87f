"""Corrections from a CSV: anybody's with a text and a label column, or one that ``feedback export`` wrote."""

import csv
from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path

from movieclassifier.feedback.entities import APPLIED, HELD
from movieclassifier.feedback.export import COLUMNS, original_cell
from movieclassifier.readers.tables import iter_csv

TEXT, LABEL, STATUS = (COLUMNS.index(name) for name in ("text", "label", "status"))


def iter_corrections(
    path: str | PathLike[str],
    names: Mapping[str, str],
    text_column: str | None = None,
    label_column: str | None = None,
) -> Iterator[tuple[str, str]]:
    """Return an iterator over texts and the names of their labels.

    Parameters
    ----------
    path : str or path-like
    names : mapping of str to str
        What the labels in the file stand for.
    text_column, label_column : str, optional
        As :func:`movieclassifier.readers.tables.iter_csv` finds them by default. Of an export of the log, only votes
        that had been accepted are taken, and its apostrophes before formulas are taken away.

    Raises
    ------
    OSError
        If the path is no file.
    ValueError
        If a row cannot be read.
    """
    documents = iter_csv(path, names, text_column=text_column, label_column=label_column)  # checks its arguments
    if text_column is None and label_column is None and _is_export(Path(path)):
        return _iter_export(Path(path), names)
    return ((text, str(label)) for text, label in documents)


def _is_export(path: Path) -> bool:
    with open(path, "rb") as file:
        return file.readline(1000).strip() == ",".join(COLUMNS).encode()


def _iter_export(path: Path, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for row in rows:
            if len(row) != len(COLUMNS):
                raise ValueError(f"{path}, line {rows.line_num}: {len(COLUMNS)} fields were expected, got {len(row)}.")
            if row[STATUS] in (APPLIED, HELD):
                label = original_cell(row[LABEL])
                if label not in names:
                    raise ValueError(
                        f"{path}, line {rows.line_num}: label must be one of {', '.join(names)}; got {label!r}."
                    )
                yield original_cell(row[TEXT]), names[label]
