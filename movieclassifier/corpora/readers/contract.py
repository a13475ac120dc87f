"""The parts that all readers share: documents, the mapping of labels, and the counting of bad rows."""

import re
from collections.abc import Mapping
from os import PathLike, fspath
from pathlib import Path

from movieclassifier.corpora.readers.text_faults import text_fault
from movieclassifier.system.printable import as_printable

Label = int | str
Document = tuple[str, Label]
# The label that each value in a corpus stands for; None leaves its documents out.
Labels = Mapping[str, Label | None]
# The official halves of aclImdb.
PARTS = ("train", "test")
# Whitespace and characters of no width, which a label never begins or ends with.
BLANKS = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
# Words in place of a missing label, case folded, as pandas, R, SQL and spreadsheets write them.
MISSING = frozenset({"", "nan", "-nan", "null", "n/a", "#n/a", "<na>", "#na", "nat"})
# Characters that terminals obey: the control characters, and those that turn the direction of the text.
CONTROLS = frozenset(map(chr, (*range(32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A))))
NO_TEXT = "there is no text."
# Labels that are remembered; more of them are refused later.
MAX_MEMO = 1000


class BadRows:
    """Count the rows that could not be read, and raise the first one that is too many.

    Parameters
    ----------
    limit : int, default=0
        How many rows may be skipped.

    Attributes
    ----------
    messages : list of str
        Messages about the first few.
    n_skipped : int
    """

    def __init__(self, limit: int = 0) -> None:
        if isinstance(limit, bool) or not isinstance(limit, int):
            raise TypeError(f"skip_bad_rows must be an int, got {type(limit).__name__}.")
        if limit < 0:
            raise ValueError(f"skip_bad_rows must be at least 0, got {limit}.")
        self.limit = limit
        self.n_skipped = 0
        self.messages: list[str] = []

    def add(self, message: str) -> None:
        """Count a row, or raise a ValueError where the limit is reached."""
        if self.n_skipped >= self.limit:
            rows = "1 bad row was" if self.n_skipped == 1 else f"{self.n_skipped:,} bad rows were"
            after = f" {rows} skipped before, as allowed." if self.n_skipped else ""
            raise ValueError(message + after)
        self.n_skipped += 1
        if len(self.messages) < 5:
            self.messages.append(message)


class RowFault(Exception):
    """A row cannot be read; the message says why."""


class AsIs(dict[str, Label | None]):
    """The mapping in place of `labels` that leaves every value as it is, but for blanks around it."""

    def __missing__(self, value: str) -> Label:
        label = as_label(value)
        if is_missing(label) or not CONTROLS.isdisjoint(label):
            raise KeyError(value)
        if len(self) < MAX_MEMO:
            self[value] = label
        return label


class WithText(dict[str, Label | None]):
    """The mapping in place of `labels` that takes a document without a text for one that cannot be read.

    It knows no value itself, and :func:`find_label` looks each of them up in `labels`.
    """

    def __init__(self, labels: Labels) -> None:
        super().__init__()
        self.labels = labels


class OfModel(dict[str, Label | None]):
    """The mapping in place of `labels` that holds a model's labels; `hint` says which model that is."""

    def __init__(self, labels: Labels, hint: str) -> None:
        super().__init__(labels)
        self.hint = hint


class Ignored(dict[str, Label | None]):
    """The mapping in place of `labels` that takes every value, also a missing one, for the same empty label."""

    def __missing__(self, value: str) -> Label:
        return ""


def as_label(value: str) -> str:
    r"""Return a value without the blanks around it, visible or not.

    Examples
    --------
    >>> as_label("\ufeffpos\u00a0\u200b")
    'pos'
    """
    return value.strip(BLANKS)


def is_missing(label: str) -> bool:
    """Tell whether a label stands for a missing one: nothing, or a word that programs write in place of nothing.

    Examples
    --------
    >>> [is_missing(label) for label in ("", "NaN", "null", "None", "none", "0")]
    [True, True, True, True, False, False]
    """
    return label.casefold() in MISSING or label in ("None", "NONE", "NA")


def find_label(text: str, value: str, labels: Labels, encoding: str, name: str) -> Label | None:
    """Return the label of a document; None leaves the document out.

    Parameters
    ----------
    text, value : str
        The document, and the value of its label as the corpus writes it.
    labels : mapping of str to (int, str or None)
    encoding : str
        The encoding the text was read in, for the message.
    name : str
        Name of the label column, for the message.

    Raises
    ------
    RowFault
        If the text is unreadable, or the value is missing or unknown.
    """
    if fault := text_fault(value + text, encoding):
        raise RowFault(text_fault(text, encoding) or fault)
    try:
        return labels[value]
    except KeyError:
        pass
    if isinstance(labels, WithText):
        label = find_label(text, value, labels.labels, encoding, name)
        if label is not None and is_blank(text):
            raise RowFault(NO_TEXT)
        return label
    try:
        return labels[as_label(value)]
    except KeyError:
        raise RowFault(unknown_label(name, value, labels)) from None


def is_blank(text: str) -> bool:
    """Tell whether a text is empty or blanks alone."""
    return not text or text.isspace()


def as_bad_rows(skip_bad_rows: int | BadRows) -> BadRows:
    """Return a counter for a reader's `skip_bad_rows`; a counter that is shared by several files passes through."""
    return skip_bad_rows if isinstance(skip_bad_rows, BadRows) else BadRows(skip_bad_rows)


def unknown_label(name: str, value: str, labels: Labels) -> str:
    """Say that a label is missing, or that the mapping does not know it."""
    name, label = as_printable(name), as_label(value)
    if not isinstance(labels, AsIs):
        return (
            f"{name} must be one of {', '.join(labels)}; got {as_shown(value)}. "
            f"Pass ReadingOptions(labels=…) to map other values.{getattr(labels, 'hint', '')}"
        )
    if not label:
        return f"{name} is empty; every document needs a label. Add it, or pass ReadingOptions(skip_bad_rows=N)."
    if is_missing(label):
        return (
            f"{name} is {label!r}, which stands for a missing label; every document needs one. Add it, pass "
            "ReadingOptions(labels=…) with this value if it is a label, or pass ReadingOptions(skip_bad_rows=N)."
        )
    return (
        f"{name} holds a control character: {as_shown(value)}. "
        "Pass ReadingOptions(label_column=…), the column that holds the labels."
    )


def nothing_read(path: Path, what: str, bad_rows: BadRows) -> ValueError:
    """Return the error for a file without documents."""
    skipped = f" but the {bad_rows.n_skipped:,} that were skipped" if bad_rows.n_skipped else ""
    return ValueError(f"{path}: there are no {what}{skipped}.")


def as_shown(value: str, length: int = 60) -> str:
    """Return a value as an error message can show it.

    Examples
    --------
    >>> as_shown("spam " * 50, 10)
    "'spam spam …'"
    """
    return repr(value if len(value) <= length else value[:length] + "…")


class UnlikelyFormat(ValueError):
    """The first row of a file is not one of the format that it is read in."""


def check_no_address(path: str | PathLike[str]) -> None:
    """Refuse the address of a file on the web; a Path has one slash where an address has two."""
    if re.match(r"(https?|ftp):/", fspath(path)):
        raise ValueError(
            f"{fspath(path)}: this is an address; download the file first, such as by curl -LO, and pass it."
        )


def check_no_pipe(path: Path) -> None:
    """Refuse a named pipe: what is read from it once is gone, and a second reader waits without end."""
    if path.is_fifo():
        raise ValueError(f"{path}: a pipe can be read once, and a corpus is read twice; pass - and pipe it in.")


def check_file(path: Path, reader: str) -> None:
    """Refuse a path that is not a file."""
    check_no_address(path)
    check_no_pipe(path)
    if path.is_dir():
        raise IsADirectoryError(
            f"{path}: this is a folder, but {reader} reads a file; pass a file, a pattern such as "
            f"'{path / '*.csv'}', or ReadingOptions(format='folders')."
        )
    if not path.exists():
        raise FileNotFoundError(f"{path}: there is no such file.")


def check_encoding(encoding: str) -> None:
    """Refuse an encoding that Python does not know, or that does not encode text."""
    try:
        " ".encode(encoding)
    except (LookupError, ValueError) as error:
        raise ValueError(f"encoding {encoding!r} is unknown; utf-8, latin-1 and cp1252 are common ones.") from error
