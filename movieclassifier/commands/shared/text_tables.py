"""Tables of text: a header, and columns as wide as their widest entry."""

from collections.abc import Iterable, Sequence


def text_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows below their header; columns of numbers are set to the right.

    Parameters
    ----------
    header : sequence of str
    rows : iterable of sequences
        Numbers, and anything that has a text.

    Returns
    -------
    str

    Examples
    --------
    >>> print(text_table(["client", "votes"], [["5d41402abc4b", 7], ["127.0.0.1", 12]]))
    client        votes
    5d41402abc4b      7
    127.0.0.1        12
    """
    rows = list(rows)
    cells = [list(header), *([str(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    sides = [">" if rows and isinstance(cell, int | float) else "<" for cell in (rows[0] if rows else header)]
    lines = ("  ".join(f"{c:{s}{w}}" for c, s, w in zip(row, sides, widths, strict=True)) for row in cells)
    return "\n".join(line.rstrip() for line in lines)


def counted(n: int, noun: str) -> str:
    """Return a number of things, in the singular for one.

    Examples
    --------
    >>> counted(1, "vote"), counted(1200, "vote")
    ('1 vote', '1,200 votes')
    """
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
