"""Readers of tables: a row is a document, and two of its columns are text and label."""

from collections.abc import Iterator, Sequence
from os import PathLike
from pathlib import Path

from movieclassifier.corpora.readers.columns import Choice, Column
from movieclassifier.corpora.readers.contract import (
    AsIs,
    BadRows,
    Document,
    Labels,
    as_bad_rows,
    check_encoding,
    check_file,
)
from movieclassifier.corpora.readers.dialects import Dialect, check_delimiter, check_escape
from movieclassifier.corpora.readers.table_documents import Table


def iter_csv(
    path: str | PathLike[str],
    labels: Labels | None = None,
    *,
    text_column: Column | Sequence[Column] | None = None,
    label_column: Column | None = None,
    header: bool = True,
    delimiter: str = ",",
    quoted: bool = True,
    escape: str | None = None,
    encoding: str = "utf-8",
    skip_bad_rows: int | BadRows = 0,
) -> Iterator[Document]:
    r"""Yield the documents of a CSV file, one at a time.

    Quotes, doubled quotes, line breaks inside quotes, CRLF and a byte order mark are read as ``csv.reader`` (strict)
    reads them. Blank lines and Excel's first line ``sep=;`` are left out, and a row that repeats the header is a bad
    row. The file may be compressed: gzip, bzip2, xz, zstd, or a zip of one file.

    Parameters
    ----------
    path : str or path-like
    labels : mapping of str to (int, str or None), optional
        The label that each value stands for; None leaves its documents out. Further values are errors. Without
        a mapping, values are yielded as they are.
    text_column, label_column : str or int, optional
        Name or position (from 0) of a column. By default ``review`` and ``sentiment``, or a different usual name;
        without a header the two columns of a file that has only two. Several text columns are joined by a line break.
    header : bool, default=True
        Whether the first row holds the names of the columns.
    delimiter : str, default=","
    quoted : bool, default=True
        Whether a field may stand in quotes. If not, quotes are part of the text and every line is a row.
    escape : str, optional
        A character that makes a quote after it part of the text, as Spark writes ``\\"``. By default the backslash is
        one if the first rows cannot be read otherwise; an empty string turns that off.
    encoding : str, default="utf-8"
    skip_bad_rows : int, default=0
        How many rows that cannot be read may be skipped.

    Yields
    ------
    text : str
    label : int or str

    Raises
    ------
    OSError
        If the path is not a file.
    ValueError
        At the call for a bad argument; later for a bad row, with its line number.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "movie_data.csv"
    >>> _ = path.write_text('review,sentiment\n"Great, really ""great""!",1\nAwful.,0\n')
    >>> list(iter_csv(path, {"0": 0, "1": 1}))
    [('Great, really "great"!', 1), ('Awful.', 0)]
    """
    check_file(Path(path), "csv")
    check_encoding(encoding)
    check_delimiter(delimiter)
    check_escape(escape, delimiter)
    table = Table(
        path=Path(path),
        choice=Choice(text_column, label_column),
        header=header,
        delimiter=delimiter,
        quoted=quoted,
        escape=escape,
        encoding=encoding,
    )
    return table.documents(AsIs() if labels is None else labels, as_bad_rows(skip_bad_rows))


def iter_tsv(
    path: str | PathLike[str],
    labels: Labels | None = None,
    *,
    text_column: Column | Sequence[Column] | None = None,
    label_column: Column | None = None,
    header: bool = True,
    quoted: bool = True,
    escape: str | None = None,
    encoding: str = "utf-8",
    skip_bad_rows: int | BadRows = 0,
) -> Iterator[Document]:
    r"""Yield the documents of a file with tabs between its columns; else as :func:`iter_csv`.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "imdb_labelled.txt"
    >>> _ = path.write_text('A "great movie.\t1\n')
    >>> list(iter_tsv(path, header=False, quoted=False))
    [('A "great movie.', '1')]
    """
    return iter_csv(
        path,
        labels,
        text_column=text_column,
        label_column=label_column,
        header=header,
        delimiter="\t",
        quoted=quoted,
        escape=escape,
        encoding=encoding,
        skip_bad_rows=skip_bad_rows,
    )


def iter_plain_csv(
    path: str | PathLike[str],
    labels: Labels | None = None,
    *,
    text_column: Column | Sequence[Column] | None = None,
    label_column: Column | None = None,
    header: bool = True,
    delimiter: str = ",",
    quoted: bool = True,
    encoding: str = "utf-8",
) -> Iterator[Document]:
    """Yield the documents of a CSV file whose quotes are neither escaped nor spaced, without looking for such.

    Parameters and errors are those of :func:`iter_csv`. Pieces of a file are read
    like this, because the first rows of a piece may look different from those of the file.
    """
    choice = Choice(text_column, label_column)
    table = Table(
        path=Path(path),
        choice=choice,
        header=header,
        delimiter=delimiter,
        quoted=quoted,
        escape="",
        encoding=encoding,
        dialect=Dialect(delimiter),
    )
    return table.documents(AsIs() if labels is None else labels, BadRows())
