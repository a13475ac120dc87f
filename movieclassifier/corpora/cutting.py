"""Cut the files of a corpus into pieces that many processes can read at the same time."""

import codecs
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from movieclassifier.corpora.corpus import Corpus
from movieclassifier.corpora.pieces import Piece, small_file
from movieclassifier.corpora.ranges import cut_rows
from movieclassifier.corpora.readers.contract import Document
from movieclassifier.corpora.readers.dialects import find_dialect
from movieclassifier.corpora.readers.fasttext import iter_fasttext
from movieclassifier.corpora.readers.formats import READERS
from movieclassifier.corpora.readers.json_arrays import is_array
from movieclassifier.corpora.readers.json_lines import iter_jsonl
from movieclassifier.corpora.readers.records import RecordFormat, iter_records
from movieclassifier.corpora.readers.streams import open_text, plain_size
from movieclassifier.corpora.readers.tables import iter_plain_csv
from movieclassifier.corpora.survey import count_values
from movieclassifier.corpora.tallies import Tally

# In bytes. A shard begins within a piece, and the documents before it are read in vain.
MIN_PIECE, MAX_PIECE = 2**16, 2**23
N_PIECES = 256
# In these encodings quotes, delimiters and line breaks are single bytes, which are never a part of a letter.
ENCODINGS = ("utf-8", "ascii", "iso8859", "cp125", "koi8")
KAGGLE = {"text_column": "review", "label_column": "sentiment"}
SENTIMENT140 = {"header": False, "text_column": 5, "label_column": 0, "encoding": "latin-1"}
# Formats of rows: a reader of rows, and its arguments.
ROW_READERS: dict[str, tuple[Callable[..., Iterator[Document]], dict[str, Any]]] = {
    "csv": (iter_plain_csv, {}),
    "tsv": (iter_plain_csv, {"delimiter": "\t"}),
    "kaggle-imdb": (iter_plain_csv, KAGGLE),
    "sentiment140": (iter_plain_csv, SENTIMENT140),
    "jsonl": (iter_jsonl, {}),
    "fasttext": (iter_fasttext, {}),
}


def cut_corpus(corpus: Corpus, n_shards: int = 1) -> list[Piece]:
    r"""Return the pieces of a corpus; nothing if it can only be read as one stream.

    The files of a corpus are its pieces. A file of rows that is not compressed is cut further.

    Parameters
    ----------
    corpus : Corpus
    n_shards : int
        A shard may begin inside a piece, which is then read from its start. Of files that cannot be cut there must be
        at least half as many as shards.

    Raises
    ------
    OSError
        If a file cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from movieclassifier import open_corpus
    >>> path = Path(tempfile.mkdtemp()) / "reviews.csv"
    >>> _ = path.write_text("review,sentiment\n" + "good,1\nbad,0\n" * 20_000)
    >>> corpus = open_corpus(path)
    >>> pieces = cut_corpus(corpus)
    >>> len(pieces), sum(counts.total() for counts, _ in count_pieces(pieces, corpus))
    (3, 40000)
    """
    return join_pieces(corpus, cut_files(corpus, range(len(corpus.paths)), size_of_files(corpus)), n_shards)


def join_pieces(corpus: Corpus, cuts: Sequence[Sequence[Piece]], n_shards: int) -> list[Piece]:
    """Return the pieces of all files; nothing if too many of them cannot be cut.

    Parameters
    ----------
    corpus : Corpus
    cuts : sequence of sequence of Piece
        As :func:`cut_file` has returned them for each file.
    n_shards : int
        As for :func:`cut_corpus`.
    """
    n_whole = sum(not pieces for pieces in cuts)
    if can_be_cut(corpus) and (not n_whole or 2 * n_whole >= n_shards):
        read = partial(READERS[corpus.format], **_arguments(corpus))
        return [
            piece for name, pieces in zip(_names(corpus), cuts, strict=True) for piece in pieces or [Piece(name, read)]
        ]
    return []


def can_be_cut(corpus: Corpus) -> bool:
    """Tell whether the documents of a corpus lie in files, in their order."""
    return corpus.copy is None and not any(path.is_dir() for path in corpus.paths)


def _names(corpus: Corpus) -> tuple[str, ...]:
    return corpus.addresses or tuple(str(path.resolve()) for path in corpus.paths)


def _arguments(corpus: Corpus) -> dict[str, Any]:
    return {name: value for name, value in corpus.reading.reader_arguments().items() if name != "skip_bad_rows"}


def size_of_files(corpus: Corpus) -> int:
    """Return how many bytes the files of a corpus have."""
    return sum(map(os.path.getsize, corpus.paths))


def cut_file(corpus: Corpus, number: int, n_bytes_in_all: int) -> list[Piece]:
    """Return the pieces of one of a corpus's files; nothing if it cannot be cut.

    Parameters
    ----------
    corpus : Corpus
    number : int
        Of the file.
    n_bytes_in_all : int
        As :func:`size_of_files` returns them.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    path = corpus.paths[number].resolve()
    if corpus.format not in ROW_READERS or corpus.copy is not None or path.is_dir():
        return []
    name = corpus.addresses[number] if corpus.addresses else str(path)
    reader, settings = ROW_READERS[corpus.format]
    settings = {**settings, **_arguments(corpus)}
    encoding, n_bytes = codecs.lookup(settings.get("encoding", "utf-8")).name, plain_size(path)
    size = min(max(n_bytes_in_all // N_PIECES, MIN_PIECE), MAX_PIECE)
    if not encoding.startswith(ENCODINGS) or encoding.endswith("sig") or n_bytes is None or n_bytes < 2 * size:
        return []
    try:
        rows = _row_format(path, reader, settings)
        if rows is None:
            return []
        settings.pop("escape", None)
        ranges = [(one.start, one.stop) for one in cut_rows(path, n_bytes // size, rows)]
        return _with_head(_head(path, rows), rows, ranges, Piece(name, partial(reader, **settings)), corpus)
    except ValueError:  # reading the whole file brings the error message
        return []


def cut_files(corpus: Corpus, numbers: Sequence[int], n_bytes_in_all: int) -> list[list[Piece]]:
    """Return the pieces of some of a corpus's files; as :func:`cut_file`."""
    return [cut_file(corpus, number, n_bytes_in_all) for number in numbers]


def _with_head(
    head: bytes, rows: RecordFormat, ranges: Sequence[tuple[int, int]], whole: Piece, corpus: Corpus
) -> list[Piece]:
    n_head = 0
    if not rows.header:  # the first row is a document of the first piece, unless its label is left out
        with small_file(head) as path:
            n_head = sum(1 for _ in whole.read(path, corpus.known()))
    others = [replace(whole, start=start, stop=stop, head=head, n_head=n_head) for start, stop in ranges[1:]]
    return [replace(whole, start=0, stop=ranges[0][1]), *others]


def _row_format(path: Path, reader: Any, settings: Mapping[str, Any]) -> RecordFormat | None:
    """Return how the rows of a file are told apart; None if their format is unknown."""
    if reader is not iter_plain_csv:
        return None if is_array(path, settings.get("encoding", "utf-8")) else RecordFormat(quoted=False, header=False)
    rows = RecordFormat(settings.get("quoted", True), settings.get("header", True), settings.get("delimiter", ","))
    with open_text(path, "latin-1") as lines:
        dialect, _ = find_dialect(lines, rows.delimiter, settings.get("escape") if rows.quoted else "")
    plain = (dialect.is_plain or not rows.quoted) and not dialect.n_lines and rows.delimiter.isascii()
    return replace(rows, escape="") if plain else None


def _head(path: Path, rows: RecordFormat) -> bytes:
    """Return the bytes up to the end of the header, or of the first row of a file without one."""
    records = iter_records(path, rows)
    head = (next(records) + ("" if rows.header else next(records, ""))).encode("latin-1")
    with open(path, "rb") as file:
        if file.read(len(head)) != head:
            raise ValueError(f"{path}: there are blank lines above the first row.")
    return head


def count_pieces(pieces: Sequence[Piece], corpus: Corpus) -> list[Tally]:
    """Return the documents of each label in each of some pieces, and those without a text.

    Raises
    ------
    OSError, ValueError
        As the readers do.
    """
    return [count_values(piece.tallies(corpus.known()), corpus) for piece in pieces]
