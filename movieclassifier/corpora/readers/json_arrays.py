"""The items of one large JSON array, one at a time."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from movieclassifier.corpora.readers.streams import open_chunks
from movieclassifier.system.printable import as_printable

BLANKS = " \t\r\n"
# The characters that values begin with.
STARTS = '{["-0123456789tfnNI'


def is_array(path: Path, encoding: str = "utf-8") -> bool:
    """Tell whether a file is one array of objects or arrays, rather than an array in each line."""
    start = ""
    with open_chunks(path, encoding) as chunks:
        for chunk in chunks:
            start = (start + chunk).lstrip(BLANKS)
            if start and not start.startswith("["):
                return False
            inner = start[1:].lstrip(BLANKS)
            if inner:
                return inner[0] in "[{"
            start = start[:1]
    return False


def iter_items(chunks: Iterator[str], path: Path, max_size: int) -> Iterator[tuple[int, Any]]:
    """Yield the items of an array, each with the number of the line in which it begins.

    Parameters
    ----------
    chunks : iterator of str
        The text of the array in pieces.
    path : Path
        For messages.
    max_size : int
        How many characters an item may have.

    Raises
    ------
    ValueError
        If the array is damaged or cut off; behind a fault nothing tells where the next item begins.
    """
    items = _Items(chunks, path, max_size)
    items.expect("[")
    if items.next_mark() == "]":
        items.expect("]")
    else:
        while True:
            yield items.n_line, items.decode()
            mark = items.expect(",]")
            if mark == "]":
                break
            items.next_mark()
    if mark := items.next_mark():
        raise items.fault(f"expected nothing behind the array; got {mark!r}")


class _Items:
    """A window on the text of an array.

    Attributes
    ----------
    n_line : int
        Line of the first character in the window.
    """

    def __init__(self, chunks: Iterator[str], path: Path, max_size: int) -> None:
        self.chunks, self.path, self.max_size = chunks, path, max_size
        self.window, self.at_end, self.n_line = "", False, 1
        self.decoder = json.JSONDecoder()

    def next_mark(self) -> str:
        """Return the next character that is not a blank, which stays; an empty string at the end."""
        while True:
            text = self.window.lstrip(BLANKS)
            self._drop(len(self.window) - len(text))
            if text or self.at_end:
                return text[:1]
            self._fill(1)

    def expect(self, marks: str) -> str:
        """Take the next character, which must be one of `marks`."""
        mark = self.next_mark()
        if not mark or mark not in marks:
            wanted = " or ".join(marks)
            raise self.fault(
                f"expected {wanted} in the array; got {mark!r}" if mark else f"it ends before its {wanted}"
            )
        self._drop(1)
        return mark

    def decode(self) -> Any:
        """Take an item."""
        while True:
            try:
                item, end = self.decoder.raw_decode(self.window)
            except json.JSONDecodeError as error:
                # The item may go on behind the window. It grows twofold, so that each character is read but few times.
                if self.at_end or self.window[0] not in STARTS:
                    raise self.fault(f"{error.msg}, character {error.pos + 1:,} of an item") from None
            except RecursionError:  # whose own words differ from one Python to the next
                raise self.fault("its brackets are nested too deeply") from None
            except ValueError as error:  # a number of thousands of digits
                raise self.fault(str(error)) from None
            else:
                if end < len(self.window) or self.at_end:
                    self._drop(end)
                    return item
            if len(self.window) > self.max_size:
                raise self.fault(f"an item of more than {self.max_size:,} characters, or one that is not valid JSON")
            self._fill(len(self.window))

    def fault(self, message: str) -> ValueError:
        message = as_printable(message)
        return ValueError(f"{self.path}, line {self.n_line}: this JSON array cannot be read ({message}).")

    def _fill(self, n_more: int) -> None:
        pieces = [self.window]
        while n_more > 0 and not self.at_end:
            chunk = next(self.chunks, "")
            self.at_end = not chunk
            pieces.append(chunk)
            n_more -= len(chunk)
        self.window = "".join(pieces)

    def _drop(self, n: int) -> None:
        self.n_line += self.window.count("\n", 0, n)
        self.window = self.window[n:]
