"""Where rows begin and end: the bytes of each, for code that moves rows without reading them."""

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from movieclassifier.corpora.readers.contract import BadRows
from movieclassifier.corpora.readers.csv_rows import iter_csv_records
from movieclassifier.corpora.readers.dialects import find_dialect
from movieclassifier.corpora.readers.streams import iter_lines, open_bytes


@dataclass(frozen=True)
class RecordFormat:
    """Finding where a row ends.

    Attributes
    ----------
    quoted : bool, default=True
        Whether a row may hold line breaks inside quotes, as in CSV; if not, every line is a row.
    header : bool, default=True
        Whether the first row is a header.
    delimiter : str, default=","
    escape : str, optional
        As in :func:`movieclassifier.corpora.readers.tables.iter_csv`.
    """

    quoted: bool = True
    header: bool = True
    delimiter: str = ","
    escape: str | None = None

    @classmethod
    def of(cls, path: Path) -> "RecordFormat":
        """Return the format that a file's name stands for: ``.jsonl``, ``.ndjson``, ``.tsv``, and else CSV."""
        suffixes = {suffix.lower() for suffix in path.suffixes}
        if suffixes & {".jsonl", ".ndjson"}:
            return cls(quoted=False, header=False)
        return cls(delimiter="\t" if ".tsv" in suffixes else ",")


def iter_records(path: Path, rows: RecordFormat) -> Iterator[str]:
    r"""Yield the head of a file (byte order mark and header; perhaps nothing), then each row with its line break.

    Bytes come as latin-1 text: U+00E9 is byte 0xE9. Blank lines are left out. A last row without a line break gets the
    file's own; one that ends in the first half of "\r\n" gets the second.
    """
    with open_bytes(path) as file:
        mark = _byte_order_mark(file, path)
        # Latin-1 keeps every byte. Quote, delimiter and line breaks are the same bytes in all but UTF-16 and UTF-32.
        with io.TextIOWrapper(file, "latin-1", newline="" if rows.quoted else "\n") as text:
            lines = iter_lines(text, path)
            if rows.quoted:
                first = next(lines, "")
                dialect, lines = find_dialect(chain([first], lines) if first else lines, rows.delimiter, rows.escape)
                mark += first if dialect.n_lines else ""
                records = iter_csv_records(lines, dialect, str(path), BadRows())
            else:
                records = (line for line in lines if line.strip("\r\n"))
            header = next(records, None)
            if header is None:
                raise ValueError(f"{path}: the file is empty.")
            ending = header[len(header.rstrip("\r\n")) :] or "\n"
            ends = ("\n", "\r") if rows.quoted else ("\n",)
            if rows.header:
                yield mark + _ended(header, ends, ending)
            else:
                yield mark
                records = chain([header], records)
            for record in records:
                yield _ended(record, ends, ending)


def _byte_order_mark(file: io.BufferedReader, path: Path) -> str:
    start = file.peek(3)[:3]
    if file.peek(4)[:4] in (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE):
        raise ValueError(f"{path}: this is UTF-32; convert it first: iconv -f UTF-32 -t UTF-8 IN > OUT.")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise ValueError(f"{path}: this is UTF-16; convert it first: iconv -f UTF-16 -t UTF-8 IN > OUT.")
    return file.read(3).decode("latin-1") if start == codecs.BOM_UTF8 else ""


def _ended(record: str, ends: tuple[str, ...], ending: str) -> str:
    """Give a last row its line break, or the rest of one that was cut in two."""
    if record.endswith(ends):
        return record
    return record + ("\n" if record.endswith("\r") else ending)
