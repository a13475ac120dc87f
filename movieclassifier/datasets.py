"""Corpora: what to read, in which format, and what a first look at it finds."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

from movieclassifier.readers.contract import BadRows, Document, Label, Labels
from movieclassifier.readers.tables import iter_csv

__all__ = ["READERS", "Corpus", "Document", "Label", "Survey", "iter_csv", "open_corpus", "survey"]

READERS: dict[str, Callable[..., Iterator[Document]]] = {"csv": iter_csv}

# A label column with more values than this is most probably another column.
MAX_LABELS = 1000


@dataclass(frozen=True)
class Corpus:
    """What to read and how; iterating reads it from the start, again and again.

    Attributes
    ----------
    paths : tuple of Path
        Read one after the other, as one stream.
    format : str
        A name in :data:`READERS`.
    options : dict
        Options of the reader.
    labels : mapping of str to (int or str), optional
        What the values in the corpus stand for; without it, they are yielded as they are.
    """

    paths: tuple[Path, ...]
    format: str = "csv"
    options: dict[str, Any] = field(default_factory=dict)
    labels: Labels | None = None

    def __iter__(self) -> Iterator[Document]:
        return self.documents(self.labels)

    def documents(self, labels: Labels | None, bad_rows: BadRows | None = None) -> Iterator[Document]:
        """Yield the documents with labels mapped in another way, counting bad rows in `bad_rows`."""
        reader = READERS[self.format]
        # One counter for all files: the limit is on the whole stream.
        options = {**self.options, "skip_bad_rows": bad_rows or self.bad_rows()}
        for path in self.paths:
            yield from reader(path, labels, **options)

    def bad_rows(self) -> BadRows:
        """Return a counter with this corpus's limit."""
        return BadRows(self.options.get("skip_bad_rows", 0))


def open_corpus(
    *paths: str | PathLike[str],
    format: str | None = None,
    labels: Labels | None = None,
    **options: Any,
) -> Corpus:
    """Return the corpus at one or several paths.

    Parameters
    ----------
    *paths : str or path-like
        Files or folders that are read as one stream.
    format : str, optional
        A name in :data:`READERS`; guessed by default.
    labels : mapping of str to (int or str), optional
        What the values in the corpus stand for. A CSV with the book's header ``review,sentiment`` has 0 and 1.
    **options
        Options of the reader.

    Returns
    -------
    Corpus

    Raises
    ------
    OSError
        If a path cannot be read.
    ValueError, TypeError
        If the format or an option is unknown, or an option's value is wrong.
    """
    if not paths:
        raise ValueError("no corpus; pass the path of one.")
    format = format or "csv"
    if format not in READERS:
        raise ValueError(f"format must be one of {', '.join(READERS)}; got {format!r}.")
    corpus = Corpus(tuple(Path(path) for path in paths), format, options, labels)
    for path in corpus.paths:
        READERS[format](path, labels, **options)  # checks path and options, and reads nothing yet
    if labels is None and format == "csv" and _has_books_header(corpus):
        return Corpus(corpus.paths, format, options, {"0": 0, "1": 1})
    return corpus


def _has_books_header(corpus: Corpus) -> bool:
    with open(corpus.paths[0], "rb") as file:
        return file.readline(100).removeprefix(b"\xef\xbb\xbf").strip() == b"review,sentiment"


@dataclass(frozen=True)
class Survey:
    """What one pass over a corpus found.

    Attributes
    ----------
    n_documents : int
    label_counts : dict of str to int
        Documents per value of the label, as the corpus writes it, in the order of the labels.
    sha256 : str
        Of the bytes of the files, one after the other.
    labels : mapping of str to (int or str)
        What the values stand for: the corpus's own labels, or else the integers they are if all are integers, or else
        the values themselves.
    bad_rows : tuple of str
        What was wrong with the first rows that were skipped.
    n_bad_rows : int
    """

    n_documents: int
    label_counts: dict[str, int]
    sha256: str
    labels: Labels
    bad_rows: tuple[str, ...] = ()
    n_bad_rows: int = 0

    @property
    def classes(self) -> tuple[Label, ...]:
        """The labels that occur, sorted."""
        labels = {self.labels[value] for value in self.label_counts}
        return tuple(sorted((label for label in labels if label is not None), key=_sort_key))


def survey(corpus: Corpus) -> Survey:
    r"""Read a corpus once, in memory that does not grow with it, and count.

    Parameters
    ----------
    corpus : Corpus

    Returns
    -------
    Survey

    Raises
    ------
    OSError, ValueError
        As the reader does; also where there are more labels than a classifier can want.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "tweets.csv"
    >>> _ = path.write_text("text,label\nso glad,4\nso sad,0\nglad,4\n")
    >>> found = survey(open_corpus(path))
    >>> found.n_documents, found.label_counts, found.labels
    (3, {'0': 1, '4': 2}, {'0': 0, '4': 4})
    """
    bad_rows = corpus.bad_rows()
    # Known labels are checked but not mapped: the counts are by value.
    known = None if corpus.labels is None else {value: value for value in corpus.labels}
    counts: Counter[str] = Counter()
    for _, value in corpus.documents(known, bad_rows):
        counts[value] += 1  # type: ignore[index]  # an int is no value here
        if len(counts) > MAX_LABELS:
            raise ValueError(
                f"{corpus.paths[0]}: more than {MAX_LABELS} different labels, such as {value!r:.80}; "
                "pass the --label-column that holds the labels."
            )
    labels = corpus.labels if corpus.labels is not None else find_labels(counts)
    ordered = {value: counts[value] for value in labels if value in counts}
    return Survey(counts.total(), ordered, _sha256(corpus.paths), labels, tuple(bad_rows.messages), bad_rows.n_skipped)


def find_labels(values: Mapping[str, int]) -> dict[str, Label]:
    """Map values to the integers they are if all are integers, else to themselves; sorted.

    Examples
    --------
    >>> find_labels({"4": 5, "0": 9})
    {'0': 0, '4': 4}
    >>> find_labels({"tech": 1, "1": 1})
    {'1': '1', 'tech': 'tech'}
    """
    if all(value.removeprefix("-").isdecimal() and str(int(value)) == value for value in values):
        return {value: int(value) for value in sorted(values, key=int)}
    return {value: value for value in sorted(values)}


def _sort_key(label: Label) -> tuple[bool, Label]:
    return isinstance(label, str), label


def _sha256(paths: tuple[Path, ...]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as file:
            while chunk := file.read(2**20):
                digest.update(chunk)
    return digest.hexdigest()
