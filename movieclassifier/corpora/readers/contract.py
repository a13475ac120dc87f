"""What every reader shares: the document it yields, the labels it maps, and what it does with a bad row."""

from collections.abc import Mapping
from pathlib import Path

Label = int | str
Document = tuple[str, Label]
# What the values in a corpus stand for; None leaves the document out.
Labels = Mapping[str, Label | None]
# The official halves of aclImdb.
PARTS = ("train", "test")

# How files that are not UTF-8 begin, read as if they were: marks of UTF-16; PNG and JPEG.
UTF16_MARKS = ("\udcff\udcfe", "\udcfe\udcff")
BINARY_MARKS = ("\udc89PNG", "\udcff\udcd8\udcff")


class BadRows:
    """Count the rows that could not be read, and raise the first one that is too many.

    Parameters
    ----------
    limit : int, default=0
        How many rows may be skipped.

    Attributes
    ----------
    messages : list of str
        What was wrong with the first few.
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


class AsIs(dict[str, Label | None]):
    """The mapping in place of `labels` that leaves every value as it is."""

    def __missing__(self, value: str) -> Label:
        if not value or value.isspace():
            raise KeyError(value)  # no label, rather than one of its own
        return value


def as_bad_rows(skip_bad_rows: int | BadRows) -> BadRows:
    """Return a counter for a reader's `skip_bad_rows`; a counter that is shared by several files passes through."""
    return skip_bad_rows if isinstance(skip_bad_rows, BadRows) else BadRows(skip_bad_rows)


def unknown_label(name: str, value: str, labels: Labels) -> str:
    """Say that a label is none of those that are known, or is missing."""
    if isinstance(labels, AsIs):
        return f"{name} is empty; every document needs a label. Add it, or pass --skip-bad-rows N."
    return f"{name} must be one of {', '.join(labels)}; got {as_shown(value)}. Pass --labels to map other values."


def nothing_read(path: Path, what: str, bad_rows: BadRows) -> ValueError:
    """Return the error for a file in which there are no documents."""
    skipped = f" but the {bad_rows.n_skipped:,} that were skipped" if bad_rows.n_skipped else ""
    return ValueError(f"{path}: there are no {what}{skipped}.")


def text_fault(text: str, encoding: str) -> str | None:
    """Say what makes a text unreadable: a NUL or a byte that is not in the encoding; None if nothing does."""
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            # Files are opened with errors="surrogateescape", which hides byte 0xNN in the surrogate U+DCNN.
            if text.startswith(UTF16_MARKS):
                return "this is UTF-16; pass --encoding utf-16."
            if text.startswith(BINARY_MARKS):
                return "this is a picture or a program, no text; pass a file of documents."
            byte = ord(text[error.start]) - 0xDC00
            if 0x80 <= byte <= 0xFF:
                return f"the byte 0x{byte:02x} is not {encoding}; pass the file's encoding, such as --encoding latin-1."
            return f"U+{ord(text[error.start]):04X} is half a character (a lone surrogate)."
    if "\0" in text:
        return "a NUL byte, which no text holds; the file is damaged, or pass its encoding, such as --encoding utf-16."
    return None


def as_shown(value: str, length: int = 60) -> str:
    """Return a value as an error message can show it.

    Examples
    --------
    >>> as_shown("spam " * 50, 10)
    "'spam spam …'"
    """
    return repr(value if len(value) <= length else value[:length] + "…")


def check_file(path: Path, reader: str) -> None:
    """Refuse a path that is no file."""
    if path.is_dir():
        raise IsADirectoryError(
            f"{path}: this is a folder, but {reader} reads a file; pass a file, a pattern such as "
            f"'{path / '*.csv'}', or --format folders."
        )
    if not path.exists():
        raise FileNotFoundError(f"{path}: there is no such file.")


def check_encoding(encoding: str) -> None:
    """Refuse an encoding that Python does not know."""
    try:
        " ".encode(encoding)
    except LookupError as error:
        raise ValueError(f"encoding {encoding!r} is unknown; utf-8, latin-1 and cp1252 are common ones.") from error


def check_delimiter(delimiter: str) -> None:
    """Refuse a delimiter that cannot part fields."""
    if len(delimiter) != 1 or delimiter in '"\r\n\0':
        raise ValueError(f"the delimiter must be one character, no quote and no line break; got {delimiter!r}.")
