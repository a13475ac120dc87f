"""Formats of one document in each line, which differ only in how a line holds text and label."""

from collections.abc import Callable, Iterator
from os import PathLike
from pathlib import Path

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
from movieclassifier.corpora.readers.streams import open_text


def read_lines(
    path: str | PathLike[str],
    part: Callable[[str], tuple[str, str]],
    labels: Labels | None,
    *,
    format: str,
    encoding: str,
    skip_bad_rows: int | BadRows,
) -> Iterator[Document]:
    r"""Yield the documents of a file with one in each line; blank lines are left out.

    The arguments are checked at the call, and the file is opened when the first document is asked for.

    Parameters
    ----------
    path : str or path-like
        The file, which may be compressed.
    part : callable of str
        Returns the text of a line and the value of its label, or raises a RowFault.
    labels : mapping of str to (int, str or None) or None
        None takes every value for a label.
    format : str
        Its name in READERS.
    encoding : str
    skip_bad_rows : int or BadRows

    Yields
    ------
    text : str
    label : int or str

    Raises
    ------
    OSError
        If the path is not a file.
    ValueError
        At the call for a bad argument; later for a bad line, with its number, and for a file without documents.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "notes.txt"
    >>> _ = path.write_text("Great!|good\n\nAwful.|bad\n")
    >>> how = {"format": "notes", "encoding": "utf-8", "skip_bad_rows": 0}
    >>> list(read_lines(path, lambda line: tuple(line.split("|")), {"good": 1, "bad": 0}, **how))
    [('Great!', 1), ('Awful.', 0)]
    """
    check_file(Path(path), format)
    check_encoding(encoding)
    return _documents(Path(path), part, AsIs() if labels is None else labels, encoding, as_bad_rows(skip_bad_rows))


def _documents(
    path: Path, part: Callable[[str], tuple[str, str]], labels: Labels, encoding: str, bad_rows: BadRows
) -> Iterator[Document]:
    empty = True
    with open_text(path, encoding, "\n") as lines:
        for n_line, line in enumerate(lines, 1):
            if line.isspace():
                continue
            try:
                text, value = part(line.rstrip("\r\n"))
                label = find_label(text, value, labels, encoding, "the label")
            except RowFault as fault:
                bad_rows.add(f"{path}, line {n_line}: {fault}")
                continue
            empty = False
            if label is not None:
                yield text, label
    if empty:
        raise nothing_read(path, "documents", bad_rows)
