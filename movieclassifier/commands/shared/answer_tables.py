"""Write rows as they were read, with the answers as further columns."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from movieclassifier.commands.shared.answers import PrintedAnswer
from movieclassifier.corpora.readers.compression import check_ending, compressed
from movieclassifier.system.atomic import check_replaceable, replace_file

if TYPE_CHECKING:
    from movieclassifier.corpora.whole_rows import WholeRows

JSON_ENDINGS = {".jsonl", ".ndjson"}
Write = Callable[[Any, PrintedAnswer], None]


@contextmanager
def open_answers(output: str, rows: "WholeRows") -> Iterator[Write]:
    """Open the file of the answers; it gets its name when all are written, and is compressed if its name says so.

    Parameters
    ----------
    output : str
        The path. If its name ends in .jsonl, JSON lines are written.
    rows : WholeRows
        Their names and delimiter are those of the output.

    Yields
    ------
    callable
        It takes a row and its answer.

    Raises
    ------
    OSError, ValueError
        If the file cannot be written, or JSON is to become a table.
    """
    path = Path(output)
    check_ending(path)
    check_replaceable(path)
    as_json = bool(JSON_ENDINGS & {suffix.lower() for suffix in path.suffixes})
    if not rows.delimiter and not as_json:
        raise ValueError(f"{output}: JSON lines stay JSON lines; pass an --output whose name ends in .jsonl.")
    with replace_file(path) as file, compressed(file, path) as out:
        yield _json_writer(out, rows.names) if as_json else _table_writer(out, rows)


def _json_writer(out: IO[bytes], names: list[str] | None) -> Write:
    def write(row: Any, answer: PrintedAnswer) -> None:
        if isinstance(row, list):
            row = dict(zip(names or map(str, range(len(row))), row, strict=True))
        _refuse_known(answer, list(row))
        out.write(json.dumps(row | answer.columns(), ensure_ascii=False).encode() + b"\n")

    return write


def _table_writer(out: IO[bytes], rows: "WholeRows") -> Write:
    line = io.StringIO(newline="")
    writer = csv.writer(line, delimiter=rows.delimiter, lineterminator="\n")
    header = rows.names

    def put(fields: list[Any]) -> None:
        writer.writerow(fields)
        out.write(line.getvalue().encode())
        line.seek(0)
        line.truncate()

    def write(row: Any, answer: PrintedAnswer) -> None:
        nonlocal header
        if header is not None:
            _refuse_known(answer, header)
            put([*header, *answer.columns()])
            header = None
        put([*row, *("" if value is None else value for value in answer.columns().values())])

    return write


def _refuse_known(answer: PrintedAnswer, names: list[str]) -> None:
    if known := [name for name in answer.columns() if name in names]:
        raise ValueError(f"the input has a column {known[0]!r} already; rename it, or take the table without answers.")
