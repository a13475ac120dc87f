"""Votes as CSV that a spreadsheet can open safely, and as JSON lines; and votes from a CSV."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

# What makes a spreadsheet take a cell for a formula; ' before it makes it text.
# https://owasp.org/www-community/attacks/CSV_Injection
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
COLUMNS = (
    "position",
    "voted_at",
    "text",
    "predicted",
    "probability",
    "label",
    "verdict",
    "status",
    "reason",
    "client",
    "model_version",
    "prediction_id",
)


def csv_lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    r"""Yield the lines of a CSV, the header first.

    Parameters
    ----------
    rows : iterable of mapping
        As ``Service.export_rows()`` returns them.

    Examples
    --------
    >>> row = dict.fromkeys(COLUMNS) | {"position": 1, "text": "=1+1"}
    >>> list(csv_lines([row]))[1]
    "1,,'=1+1,,,,,,,,,\r\n"
    """
    yield _line(COLUMNS)
    for row in rows:
        yield _line([safe_cell(row[name]) for name in COLUMNS])


def jsonl_lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield one JSON object per row; what is no CSV can be read by no spreadsheet, so nothing is changed."""
    for row in rows:
        yield json.dumps({name: row[name] for name in COLUMNS}, ensure_ascii=False) + "\n"


def safe_cell(value: Any) -> Any:
    """Return a cell that a spreadsheet takes for text; :func:`original_cell` is the way back.

    Examples
    --------
    >>> safe_cell("@SUM(A1)"), safe_cell("fine"), safe_cell(-1)
    ("'@SUM(A1)", 'fine', -1)
    """
    if isinstance(value, str) and (value.lstrip(" '").startswith(FORMULA_STARTS) or value.startswith("'")):
        return f"'{value}"
    return value


def original_cell(cell: str) -> str:
    """Return what :func:`safe_cell` was given.

    Examples
    --------
    >>> original_cell(safe_cell("'tis")), original_cell(safe_cell("=1"))
    ("'tis", '=1')
    """
    return cell.removeprefix("'")


def _line(cells: Iterable[Any]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
