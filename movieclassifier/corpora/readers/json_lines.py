"""Reader of JSON: an object or an array in each line, or one array of all."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any

from movieclassifier.corpora.readers.columns import NO_LABEL, Choice, Column, find_columns
from movieclassifier.corpora.readers.contract import (
    AsIs,
    BadRows,
    Document,
    Labels,
    RowFault,
    as_bad_rows,
    check_encoding,
    check_file,
    find_label,
    nothing_read,
)
from movieclassifier.corpora.readers.json_arrays import is_array, iter_items
from movieclassifier.corpora.readers.streams import MAX_LINE_SIZE, open_chunks, open_text
from movieclassifier.corpora.readers.text_faults import text_fault
from movieclassifier.system.printable import as_printable

EXAMPLE = '{"text": "…", "label": "…"}'
KINDS: dict[type, str] = {dict: "an object", list: "an array"}


def iter_jsonl(
    path: str | PathLike[str],
    labels: Labels | None = None,
    *,
    text_column: Column | Sequence[Column] | None = None,
    label_column: Column | None = None,
    encoding: str = "utf-8",
    skip_bad_rows: int | BadRows = 0,
    max_line_size: int = MAX_LINE_SIZE,
) -> Iterator[Document]:
    r"""Yield the documents of a file with a JSON object in each line, one at a time.

    A label may be a string, a number, a truth value, or a list with one of these. As a value for `labels` it is written
    as JSON writes it, except that 5.0 is "5". Blank lines are left out, and the file may be compressed. A file that is
    one array of objects is read in the same way.

    Parameters
    ----------
    path : str or path-like
    labels : mapping of str to (int, str or None), optional
        As in :func:`movieclassifier.corpora.readers.tables.iter_csv`.
    text_column, label_column : str or int, optional
        Keys of the objects; by default those of the first object that have usual names, such as ``text`` and
        ``label``. Where lines hold arrays in place of objects, positions from 0. Several texts are joined.
    encoding : str, default="utf-8"
    skip_bad_rows : int, default=0
        How many lines that cannot be read may be skipped.
    max_line_size : int, default=2**24
        How many characters a line may have, for the whole of a file without line breaks would not fit in memory.

    Yields
    ------
    text : str
    label : int or str

    Raises
    ------
    OSError
        If the path is not a file.
    ValueError
        At the call for a bad argument; later for a bad line, with its number.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "reviews.jsonl"
    >>> _ = path.write_text('{"text": "Great!", "stars": 5.0}\n{"text": "Awful.", "stars": 1.0}\n')
    >>> list(iter_jsonl(path))
    [('Great!', '5'), ('Awful.', '1')]
    """
    check_file(Path(path), "jsonl")
    check_encoding(encoding)
    lines = _JsonLines(Path(path), Choice(text_column, label_column), encoding, max_line_size)
    return lines.documents(AsIs() if labels is None else labels, as_bad_rows(skip_bad_rows))


def iter_json_rows(
    path: str | PathLike[str], text_columns: tuple[Column, ...], encoding: str, bad_rows: BadRows
) -> Iterator[tuple[str, Any]]:
    """Yield the text of each row and the row itself, with everything in it; labels are not looked for.

    Parameters
    ----------
    path : str or path-like
    text_columns : tuple of (str or int)
        As in :func:`iter_jsonl`; empty for a usual name.
    encoding : str
    bad_rows : BadRows
    """
    lines = _JsonLines(Path(path), Choice(text_columns or None, NO_LABEL), encoding, MAX_LINE_SIZE)
    return lines.rows(bad_rows)


@dataclass(frozen=True)
class _Keys:
    """Where texts and label are in an object (keys) or an array (positions)."""

    kind: Any
    texts: tuple[Any, ...]
    label: Any

    def read(self, row: Any) -> tuple[str, str]:
        """Return the text and the value of the label."""
        if type(row) is not self.kind:
            raise RowFault(f"expected {KINDS[self.kind]}, as in the lines before; got {_shown(row)}.")
        try:
            texts: list[Any] = [row[key] for key in self.texts]
            label = row[self.label]
        except (KeyError, IndexError):
            wanted = ", ".join(map(repr, (*self.texts, self.label)))
            raise RowFault(f"expected {wanted} in {KINDS[self.kind]}; got {_shown(list(row))}.") from None
        for text in texts:
            if not isinstance(text, str):
                raise RowFault(f"the text must be a string; got {_shown(text)}.")
        return "\n".join(texts), _value(label)


@dataclass(frozen=True)
class _JsonLines:
    """A file of JSON lines and how to read it."""

    path: Path
    choice: Choice
    encoding: str
    max_line_size: int

    def documents(self, labels: Labels, bad_rows: BadRows) -> Iterator[Document]:
        keys: _Keys | None = None
        empty = True
        for n_line, load in self._rows():
            where = f"{self.path}, line {n_line}"
            try:
                row = load()
                keys = keys or self._find_keys(row, where)
                text, value = keys.read(row)
                label = find_label(text, value, labels, self.encoding, str(keys.label))
            except RowFault as fault:
                bad_rows.add(f"{where}: {fault}")
                continue
            empty = False
            if label is not None:
                yield text, label
        if empty:
            raise nothing_read(self.path, "documents", bad_rows)

    def rows(self, bad_rows: BadRows) -> Iterator[tuple[str, Any]]:
        keys: _Keys | None = None
        for n_line, load in self._rows():
            where = f"{self.path}, line {n_line}"
            try:
                row = load()
                keys = keys or self._find_keys(row, where)
                text, _ = keys.read(row)
                if fault := text_fault(text, self.encoding):
                    raise RowFault(fault)
            except RowFault as fault_found:
                bad_rows.add(f"{where}: {fault_found}")
                continue
            yield text, row

    def _rows(self) -> Iterator[tuple[int, Callable[[], Any]]]:
        """Yield the number of each row's line, and a function that returns the row or raises its fault."""
        if is_array(self.path, self.encoding):
            with open_chunks(self.path, self.encoding) as chunks:
                for n_line, item in iter_items(chunks, self.path, self.max_line_size):
                    yield n_line, partial(_identity, item)
            return
        with open_text(self.path, self.encoding, "\n", self.max_line_size) as lines:
            for n_line, line in enumerate(lines, 1):
                if not line.isspace():
                    yield n_line, partial(_load, line, self.encoding)

    def _find_keys(self, row: Any, where: str) -> _Keys:
        """Return where texts and label are, from the first line."""
        if isinstance(row, list):
            columns = find_columns(self.choice, None, len(row), where)
            return _Keys(list, columns.texts, columns.label)
        if not isinstance(row, dict):
            raise RowFault(f"expected a JSON object, such as {EXAMPLE}; got {_shown(row)}.")
        names = list(row)
        columns = find_columns(self.choice, names, len(names), where)
        return _Keys(dict, tuple(names[position] for position in columns.texts), names[columns.label])


def _identity(item: Any) -> Any:
    return item


def _load(line: str, encoding: str) -> Any:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        fault = f"this is not valid JSON ({error.msg}, column {error.colno}); expected an object, such as {EXAMPLE}."
        raise RowFault(text_fault(line, encoding) or fault) from None
    except RecursionError:  # whose own words differ from one Python to the next
        raise RowFault("this JSON cannot be read (its brackets are nested too deeply).") from None
    except ValueError as error:  # a number of thousands of digits
        raise RowFault(f"this JSON cannot be read ({error}).") from None


def _value(label: Any) -> str:
    """Return a label as `labels` has it."""
    if isinstance(label, list) and len(label) == 1:
        label = label[0]
    if isinstance(label, str):
        return label
    if isinstance(label, float) and label.is_integer():
        return str(int(label))
    if isinstance(label, int | float):
        return json.dumps(label)
    raise RowFault(f"the label must be a string, a number, or a list with one of them; got {_shown(label)}.")


def _shown(row: Any) -> str:
    shown = as_printable(json.dumps(row, ensure_ascii=False))
    return shown if len(shown) <= 80 else shown[:80] + "…"
