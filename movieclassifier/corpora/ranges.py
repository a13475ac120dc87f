"""Cut a CSV into ranges of whole rows, which many workers can read at the same time.

The file is cut without being parsed. Quotes are counted block by block: where their number so far is even, an offset
is outside quotes, and the next line feed ends a row. Line breaks and doubled quotes inside quotes do not disturb the
count. A quote in the middle of an unquoted field does, for ``csv.reader`` takes it for a letter. Therefore each quote
is looked at: one that opens a field must stand at its start, and one that closes it at its end. If a quote stands
anywhere else, or quotes are escaped, the rows are read one after the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from movieclassifier.corpora.readers.contract import BadRows, check_file
from movieclassifier.corpora.readers.csv_rows import iter_csv_records
from movieclassifier.corpora.readers.dialects import find_dialect
from movieclassifier.corpora.readers.records import RecordFormat, iter_records
from movieclassifier.corpora.readers.streams import open_text, plain_size

BLOCK_SIZE = 2**22
QUOTE, LINE_FEED, CARRIAGE_RETURN = b'"\n\r'


@dataclass(frozen=True)
class Range:
    """Whole rows of a file.

    Attributes
    ----------
    path : Path
    start, stop : int
        The bytes of the file. The header is in no range.
    """

    path: Path
    start: int
    stop: int

    def read(self) -> bytes:
        """Return the rows.

        Raises
        ------
        ValueError
            If the file is shorter than it was when it was cut.
        """
        with open(self.path, "rb") as file:
            file.seek(self.start)
            content = file.read(self.stop - self.start)
        if len(content) < self.stop - self.start:
            raise ValueError(f"{self.path} is shorter than it was when it was cut; start again.")
        return content


def cut_rows(path: Path, n_ranges: int, rows: RecordFormat | None = None) -> list[Range]:
    r"""Return ranges of about the same size that hold all rows below the header, in their order.

    The cuts depend on the file and `n_ranges` alone. Every file is read once, in memory that does not depend on it.

    Parameters
    ----------
    path : Path
        A file that is not compressed.
    n_ranges : int
        Fewer ranges are returned if there are too few rows.
    rows : RecordFormat, optional
        The format of a row; told by the name of the file by default.

    Raises
    ------
    OSError, ValueError
        If the file cannot be read, is compressed, or has a fault that hides where rows end.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "x.csv"
    >>> _ = path.write_bytes(b'text,label\n"two\nlines",1\nb,0\nc,1\n')
    >>> [one.read() for one in cut_rows(path, 2)]
    [b'"two\nlines",1\n', b'b,0\nc,1\n']
    """
    check_file(path, "cutting")
    if n_ranges < 1:
        raise ValueError(f"the number of ranges must be at least 1; got {n_ranges}.")
    size = plain_size(path)
    if size is None:
        raise ValueError(
            f"{path}: a compressed file cannot be read from the middle; decompress it, or pass many files."
        )
    rows = rows or RecordFormat.of(path)
    start = _header_end(path, rows)
    wanted = [start + (size - start) * i // n_ranges for i in range(1, n_ranges)]
    cuts = _cuts(path, start, wanted, rows)
    edges = sorted({start, size, *cuts})
    return [Range(path, one, other) for one, other in pairwise(edges)]


def _header_end(path: Path, rows: RecordFormat) -> int:
    head = next(iter_records(path, rows))
    with open(path, "rb") as file:
        # Blank lines before the header, which are in no record.
        content = file.read(len(head) + 2**16)
    offset = content.find(head.rstrip("\r\n").encode("latin-1")) if head else 0
    if offset < 0:
        raise ValueError(f"{path}: there are blank lines above the header; remove them.")
    end = offset + len(head.rstrip("\r\n"))
    while rows.header and end < len(content) and content[end] in b"\r\n":
        end += 1
    return end


def _cuts(path: Path, start: int, wanted: list[int], rows: RecordFormat) -> list[int]:
    """Return the first ends of rows at or behind the offsets that are wanted."""
    if not rows.quoted:
        return _by_lines(path, wanted)
    with open_text(path, "latin-1") as lines:
        dialect, _ = find_dialect(lines, rows.delimiter, rows.escape)
    if dialect.is_plain and dialect.delimiter.isascii():
        found = _by_parity(path, start, wanted, ord(dialect.delimiter))
        if found is not None:
            return found
    return _by_rows(path, wanted, rows)


def _by_lines(path: Path, wanted: list[int]) -> list[int]:
    cuts = []
    with open(path, "rb") as file:
        for offset in wanted:
            file.seek(offset - 1)
            file.readline()
            cuts.append(file.tell())
    return cuts


def _by_rows(path: Path, wanted: list[int], rows: RecordFormat) -> list[int]:
    """Read the rows one after the other."""
    cuts: list[int] = []
    with open_text(path, "latin-1") as lines:  # a character is a byte
        first = next(lines, "")
        dialect, rest = find_dialect(chain([first], lines), rows.delimiter, rows.escape)
        n_bytes = len(first) if dialect.n_lines else 0

        def counted() -> Iterator[str]:
            nonlocal n_bytes
            for line in rest:
                n_bytes += len(line)
                yield line

        for _ in iter_csv_records(counted(), dialect, str(path), BadRows()):
            while len(cuts) < len(wanted) and wanted[len(cuts)] <= n_bytes:
                cuts.append(n_bytes)
            if len(cuts) == len(wanted):
                break
    return cuts


def _by_parity(path: Path, start: int, wanted: list[int], delimiter: int) -> list[int] | None:
    """Count quotes; None if only a parser can tell the meaning of one."""
    cuts: list[int] = []
    inside, before, offset = False, LINE_FEED, start
    for content, after in _blocks(path, start):
        block = np.frombuffer(content, np.uint8)
        quotes = np.flatnonzero(block == QUOTE)
        if not _are_plain(block, quotes, inside, before=before, after=after, delimiter=delimiter):
            return None
        while len(cuts) < len(wanted) and wanted[len(cuts)] <= offset + len(block):
            cut = _cut_behind(quotes, inside, max(0, wanted[len(cuts)] - offset - 1), content)
            if cut is None:
                break
            cuts.append(offset + cut)
        inside ^= bool(len(quotes) % 2)
        before, offset = int(block[-1]), offset + len(block)
    return None if inside else cuts


def _blocks(path: Path, start: int) -> Iterator[tuple[bytes, int]]:
    """Yield the bytes block by block, each with the byte behind it; behind the last one is a line feed."""
    with open(path, "rb") as file:
        file.seek(start)
        block = file.read(BLOCK_SIZE)
        while block:
            more = file.read(BLOCK_SIZE)
            yield block, more[0] if more else LINE_FEED
            block = more


def _are_plain(
    block: NDArray[np.uint8], quotes: NDArray[np.intp], inside: bool, *, before: int, after: int, delimiter: int
) -> bool:
    """Tell whether every quote stands at an edge of its field, or next to the one that it doubles."""
    edges = np.zeros(256, bool)
    edges[[delimiter, LINE_FEED, CARRIAGE_RETURN, QUOTE]] = True
    padded = np.concatenate(([before], block[quotes - 1] if len(quotes) else block[:0]))
    left = padded[1:]
    if len(quotes) and quotes[0] == 0:
        left[0] = before
    right = block[np.minimum(quotes + 1, len(block) - 1)]
    if len(quotes) and quotes[-1] == len(block) - 1:
        right[-1] = after
    first = int(inside)  # of the quotes in the block, those that close begin here
    return bool(edges[left[first::2]].all() and edges[right[1 - first :: 2]].all())


def _cut_behind(quotes: NDArray[np.intp], inside: bool, offset: int, content: bytes) -> int | None:
    """Return where the row at an offset ends; None if that is behind the block."""
    feed = content.find(b"\n", offset)
    while feed >= 0:
        if (int(np.searchsorted(quotes, feed)) + inside) % 2 == 0:
            return feed + 1
        feed = content.find(b"\n", feed + 1)
    return None
