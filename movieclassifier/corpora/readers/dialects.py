"""Dialects of CSV: the ways in which programs write it.

Excel writes a first line ``sep=;``, Spark a backslash before a quote, and many people a space behind each comma.
"""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

from movieclassifier.corpora.readers.csv_lines import split_line

SEPARATOR = re.compile(r'"?sep=([^"\r\n])"?[\r\n]*', re.IGNORECASE)
# In characters; the escape is found in the first rows.
SAMPLE_SIZE = 2**20


@dataclass(frozen=True)
class Dialect:
    """The dialect of a file of rows.

    Attributes
    ----------
    delimiter : str
    escape : str
        The character that makes a quote after it part of the text; empty if the file has no such character.
    spaced : bool
        Whether spaces at the start of a field are dropped, which lets a quote follow them.
    n_lines : int
        How many lines come before the header.
    """

    delimiter: str = ","
    escape: str = ""
    spaced: bool = False
    n_lines: int = 0

    @property
    def is_plain(self) -> bool:
        """Whether quotes are as :func:`csv.reader` reads them by default."""
        return not (self.escape or self.spaced)


def find_dialect(lines: Iterator[str], delimiter: str, escape: str | None) -> tuple[Dialect, Iterator[str]]:
    r"""Return how a file is written, and its lines from the header on.

    Parameters
    ----------
    lines : iterator of str
        From the start of the file.
    delimiter : str
        A comma gives way to the character that Excel's first line names.
    escape : str or None
        None lets it be found. Whether fields are spaced is always found.

    Examples
    --------
    >>> dialect, lines = find_dialect(iter(["sep=;\n", "review;sentiment\n"]), ",", None)
    >>> dialect, list(lines)
    (Dialect(delimiter=';', escape='', spaced=False, n_lines=1), ['review;sentiment\n'])
    """
    first = next(lines, "")
    found = SEPARATOR.fullmatch(first[:20])
    if found:
        delimiter = found[1] if delimiter == "," else delimiter
    elif first:
        lines = chain([first], lines)
    sample, whole = _take(lines)
    if escape is None:
        escape = find_escape(sample, delimiter, whole)
    spaced = is_spaced(sample, delimiter, escape, whole)
    return Dialect(delimiter, escape, spaced, 1 if found else 0), chain(sample, lines)


def _take(lines: Iterator[str]) -> tuple[list[str], bool]:
    """Return the first lines, and whether they are all."""
    sample, n_characters = [], 0
    for line in lines:
        sample.append(line)
        n_characters += len(line)
        if n_characters >= SAMPLE_SIZE:
            return sample, False
    return sample, True


def find_escape(sample: list[str], delimiter: str, whole: bool) -> str:
    r"""Return a backslash if the first lines of a file have fewer faults with it as an escape; else nothing.

    Examples
    --------
    >>> find_escape(['text,label\n', '"He said \\"no\\".",1\n'], ",", True)
    '\\'
    >>> find_escape(['text,label\n', '"C:\\",1\n'], ",", True)
    ''
    """
    if not any("\\" in line and '\\"' in line for line in sample):  # a search for one character is faster
        return ""
    plain = _n_faults(sample, delimiter, "", whole)
    return "\\" if plain and _n_faults(sample, delimiter, "\\", whole) < plain else ""


def is_spaced(sample: list[str], delimiter: str, escape: str, whole: bool) -> bool:
    r"""Tell whether fields begin with spaces and a quote that do not belong to them.

    Examples
    --------
    >>> is_spaced(['text, label\n', '"a, b", "pos"\n'], ",", "", True)
    True
    >>> is_spaced(['label,text\n', 'pos, "Great" she said\n'], ",", "", True)
    False
    """
    mark = delimiter + " "
    if delimiter == " " or not any('"' in line and (mark in line or line[0] == " ") for line in sample):
        return False
    if not escape and _is_plain(sample, delimiter):
        return False
    n_plain, n_fields = _look(sample, delimiter, escape, whole)
    n_faults, _ = _look(sample, delimiter, escape, whole, skipinitialspace=True)
    return n_faults < n_plain or (n_faults == n_plain and n_fields > 0)


def _is_plain(sample: list[str], delimiter: str) -> bool:
    """Tell whether each line is a row, of as many fields, none of which begins with spaces and a quote."""
    try:
        rows = [_split(line, delimiter) for line in sample if line.strip("\r\n")]
    except csv.Error:
        return False
    if len(set(map(len, rows))) > 1:
        return False
    return not any(_is_spaced(field) for row in rows for field in row)


def _split(line: str, delimiter: str) -> list[str]:
    return split_line(line, delimiter) or next(csv.reader([line], delimiter=delimiter, strict=True))


def _is_spaced(field: str) -> bool:
    return field.startswith(" ") and field.lstrip(" ").startswith('"')


def _n_faults(sample: list[str], delimiter: str, escape: str, whole: bool) -> int:
    return min(_look(sample, delimiter, escape, whole, skipinitialspace=spaced)[0] for spaced in (False, True))


def _look(
    sample: list[str], delimiter: str, escape: str, whole: bool, skipinitialspace: bool = False
) -> tuple[int, int]:
    """Count the faults, and the fields that begin with spaces and a quote.

    A row has a fault if it cannot be read, or if its number of fields differs from that of the first row.
    """
    lines = unescaped(iter(sample), escape)
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=skipinitialspace)
    n_fields = n_faults = n_spaced = 0
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return n_faults, n_spaced
        except csv.Error as error:
            if str(error) == "unexpected end of data" and not whole:
                return n_faults, n_spaced  # the sample ends within a row
            n_faults += 1
            continue
        n_fields = n_fields or len(row)
        n_faults += len(row) not in (0, n_fields)
        n_spaced += sum(map(_is_spaced, row))


def unescaped(lines: Iterator[str], escape: str) -> Iterator[str]:
    """Yield lines with escaped quotes doubled; the same lines without an escape."""
    return map(unescaper(escape), lines) if escape else lines


def unescaper(escape: str) -> Callable[[str], str]:
    r"""Return a function that doubles the escaped quotes of a line, as CSV has them.

    Of several escapes before a quote, two stand for one; elsewhere an escape stands for itself.

    Examples
    --------
    >>> print(unescaper("\\")(r'"say \"no\" in C:\new\\",1'))
    "say ""no"" in C:\new\",1
    """
    one, mark = re.escape(escape), escape + '"'
    # Each run of escapes is looked at once: a hostile line may be full of them.
    found = re.compile(f'(?<!{one})({one}++)"')

    def double(match: re.Match[str]) -> str:
        n_escapes = len(match[1])
        return escape * (n_escapes // 2) + ('""' if n_escapes % 2 else '"')

    return lambda line: found.sub(double, line) if mark in line else line


def check_escape(escape: str | None, delimiter: str) -> None:
    """Refuse an escape that cannot stand before a quote; an empty one turns escapes off."""
    if escape and (len(escape) != 1 or escape in f'"\r\n\0{delimiter}'):
        raise ValueError(f"the escape must be one character that is not the delimiter; got {escape!r}.")


def check_delimiter(delimiter: str) -> None:
    """Refuse a delimiter that cannot part fields."""
    if len(delimiter) != 1 or delimiter in '"\r\n\0':
        raise ValueError(f"the delimiter must be one character, no quote and no line break; got {delimiter!r}.")
