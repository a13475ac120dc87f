"""Votes as CSV that a spreadsheet can open safely, and as JSON lines; and votes from a CSV."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

# A cell that begins so is a formula for a spreadsheet; with ' in front it is text.
# https://owasp.org/www-community/attacks/CSV_Injection
FORMULA_SIGNS = "=+@＝＋－＠-"
# Spreadsheets skip blanks, byte order marks and control characters before a formula.
SKIPPED = r"[\s\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff]"
UNSAFE_START = re.compile(rf"(?:{SKIPPED}|')*+[{FORMULA_SIGNS}]|'|[\t\r\n]")
# Where the list separator is not the comma, a cell ends inside this one, and the next begins there.
CELL_ENDS = ";|\t\r\n"
BEFORE_SIGN = re.compile(rf"((?:{SKIPPED}|['{CELL_ENDS}])+)([{FORMULA_SIGNS}]?)")
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
    """Yield one JSON object per row; spreadsheets do not read JSON, so nothing is changed."""
    for row in rows:
        yield json.dumps({name: row[name] for name in COLUMNS}, ensure_ascii=False) + "\n"


def safe_cell(value: Any) -> Any:
    """Return a cell that a spreadsheet takes for text; :func:`original_cell` is the way back.

    Examples
    --------
    >>> safe_cell("@SUM(A1)"), safe_cell("fine"), safe_cell(-1)
    ("'@SUM(A1)", 'fine', -1)
    >>> safe_cell("fine;=1+1"), safe_cell("\ufeff =1+1")
    ("fine;'=1+1", "'\ufeff =1+1")
    """
    if not isinstance(value, str):
        return value
    inside = _at_inner_starts(value, rf"([{CELL_ENDS}])", r"\1'")
    return f"'{inside}" if UNSAFE_START.match(value) else inside


def original_cell(cell: str) -> str:
    """Return what :func:`safe_cell` was given.

    Examples
    --------
    >>> original_cell(safe_cell("'tis")), original_cell(safe_cell("=1"))
    ("'tis", '=1')
    """
    return _at_inner_starts(cell.removeprefix("'"), rf"([{CELL_ENDS}])'", r"\1")


def _at_inner_starts(text: str, pattern: str, replacement: str) -> str:
    """Replace a pattern between the end of a cell and a formula sign, where nothing else stands between them."""

    def replace(match: re.Match[str]) -> str:
        run, sign = match.groups()
        place = max(run.rfind(";"), run.rfind("|"), 0)
        return run[:place] + re.sub(pattern, replacement, run[place:]) + sign if sign else run

    return BEFORE_SIGN.sub(replace, text)


def _line(cells: Iterable[Any]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
