"""Reader of fastText's training files: ``__label__positive a great film`` in each line."""

from collections.abc import Iterator
from os import PathLike

from movieclassifier.corpora.readers.contract import BadRows, Document, Labels, RowFault, as_shown
from movieclassifier.corpora.readers.lines import read_lines

PREFIX = "__label__"


def iter_fasttext(
    path: str | PathLike[str],
    labels: Labels | None = None,
    *,
    encoding: str = "utf-8",
    skip_bad_rows: int | BadRows = 0,
) -> Iterator[Document]:
    r"""Yield the documents of a file for fastText, one at a time.

    A line is a label, which begins with ``__label__``, and a text. The prefix does not belong to the label. Blank lines
    are left out, and the file may be compressed.

    Parameters
    ----------
    path : str or path-like
    labels : mapping of str to (int, str or None), optional
        As in :func:`movieclassifier.corpora.readers.tables.iter_csv`.
    encoding : str, default="utf-8"
    skip_bad_rows : int, default=0
        How many lines that cannot be read may be skipped, such as those with several labels.

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
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp()) / "train.ft.txt"
    >>> _ = path.write_text("__label__good Great, really!\n__label__bad Awful.\n")
    >>> list(iter_fasttext(path))
    [('Great, really!', 'good'), ('Awful.', 'bad')]

    References
    ----------
    https://fasttext.cc/docs/en/supervised-tutorial.html
    """
    return read_lines(path, _parted, labels, format="fasttext", encoding=encoding, skip_bad_rows=skip_bad_rows)


def _parted(line: str) -> tuple[str, str]:
    """Return the text and the value of the label."""
    word, _, text = line.lstrip().partition(" ")
    if "\t" in word:
        word, _, text = line.lstrip().partition("\t")
    if not word.startswith(PREFIX):
        raise RowFault(f"expected {PREFIX} and a label at the start; got {as_shown(line)}.")
    if text.lstrip().startswith(PREFIX):
        raise RowFault(f"expected one label; got {as_shown(line)}. Keep one, or pass ReadingOptions(skip_bad_rows=N).")
    return text, word.removeprefix(PREFIX)
