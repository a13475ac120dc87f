"""Surveys: labels, counts and digest, found in one pass over a corpus."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from movieclassifier.corpora.digests import FilesDigest, hash_files
from movieclassifier.corpora.label_values import find_labels
from movieclassifier.corpora.label_writing import check_writing
from movieclassifier.corpora.readers.contract import BadRows, Label, Labels, as_shown
from movieclassifier.corpora.tallies import Tally, tallies_of
from movieclassifier.corpora.without_text import WithoutText
from movieclassifier.system.progress import telling

if TYPE_CHECKING:
    from movieclassifier.corpora.corpus import Corpus

# A label column with more values than this, or with longer ones, is most probably the wrong column.
MAX_LABELS = 1000
MAX_LABEL_LENGTH = 1000


@dataclass(frozen=True)
class Survey:
    """The findings of one pass over a corpus.

    Attributes
    ----------
    n_documents : int
    label_counts : dict of str to int
        Documents per value of the label, as the corpus writes it, in the order of the labels.
    sha256 : str
        Of the file; of several files as :func:`movieclassifier.corpora.digests.join_digests` does. Where one of the
        paths is a folder: of value and text of each document in UTF-8, each followed by a NUL. Of a shuffled corpus:
        of what it was before.
    labels : mapping of str to (int, str or None)
        The label that each value stands for: the corpus's own labels, or else the integers they are if all are
        integers, or else the values themselves.
    bad_rows : tuple of str
        Messages about the first rows that were skipped, here or when the corpus was shuffled.
    n_bad_rows : int
    shuffle_seed : int or None
        Of the order in which the documents are read, if it is not that of the corpus.
    without_text : WithoutText
    """

    n_documents: int
    label_counts: dict[str, int]
    sha256: str
    labels: Labels
    bad_rows: tuple[str, ...] = ()
    n_bad_rows: int = 0
    shuffle_seed: int | None = None
    without_text: WithoutText = field(default_factory=WithoutText)

    @property
    def classes(self) -> tuple[Label, ...]:
        """The labels that occur, sorted."""
        labels = {self.labels[value] for value in self.label_counts}
        return tuple(sorted((label for label in labels if label is not None), key=_sort_key))


def survey(corpus: "Corpus", digest: FilesDigest | None = None) -> Survey:
    r"""Read a corpus once, in memory that does not grow with it, and count.

    Parameters
    ----------
    corpus : Corpus
    digest : FilesDigest, optional
        Of its files, begun before; one of other files is left aside.

    Returns
    -------
    Survey

    Raises
    ------
    OSError, ValueError
        As the reader does; also where there are more than 1,000 labels, or labels of more than 1,000 characters: those
        are the wrong column, and would be kept in memory.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from movieclassifier import open_corpus
    >>> path = Path(tempfile.mkdtemp()) / "tweets.csv"
    >>> _ = path.write_text("text,label\nso glad,4\nso sad,0\nglad,4\n")
    >>> found = survey(open_corpus(path))
    >>> found.n_documents, found.label_counts, found.labels
    (3, {'0': 1, '4': 2}, {'0': 0, '4': 4})
    """
    bad_rows = corpus.bad_rows()
    if corpus.copy or any(path.is_dir() for path in corpus.paths):
        documents, sha256 = with_digest(corpus, bad_rows)
        tally = count_values(tallies_of(documents), corpus)
        return survey_of(corpus, tally, corpus.copy.sha256 if corpus.copy else sha256(), bad_rows)
    if digest is None or digest.paths != corpus.paths:
        digest = FilesDigest(corpus.paths)
    try:
        tally = count_values(corpus.tallies(bad_rows), corpus)
        return survey_of(corpus, tally, digest.result(), bad_rows)
    finally:
        digest.stop()


def survey_of(corpus: "Corpus", tally: Tally, sha256: str, bad_rows: BadRows) -> Survey:
    """Return the survey of a corpus whose documents have been counted."""
    counts, without_text = tally
    if corpus.labels is None:
        check_writing(counts, corpus.names[0])
    labels = corpus.labels if corpus.labels is not None else find_labels(counts)
    copy = corpus.copy
    return Survey(
        n_documents=counts.total(),
        label_counts={value: counts[value] for value in labels if value in counts},
        sha256=sha256,
        labels=labels,
        bad_rows=(copy.bad_rows if copy else ()) + tuple(bad_rows.messages),
        n_bad_rows=(copy.n_bad_rows if copy else 0) + bad_rows.n_skipped,
        shuffle_seed=corpus.shuffle_seed,
        without_text=without_text,
    )


def with_digest(corpus: "Corpus", bad_rows: BadRows) -> tuple[Iterator[tuple[str, str]], Callable[[], str]]:
    """Return texts with the values of their labels, and a function that returns their digest after the last one.

    Parameters
    ----------
    corpus : Corpus
    bad_rows : BadRows
        Counts the rows that are skipped.

    Returns
    -------
    documents : iterator of (str, str)
    digest : callable
        Its result is :attr:`Survey.sha256`.
    """
    documents, digest = corpus.values(bad_rows), hashlib.sha256()
    if any(path.is_dir() for path in corpus.paths):
        return _hashed(documents, digest), digest.hexdigest
    return documents, lambda: hash_files(corpus.paths)


def files_digest(corpus: "Corpus") -> str:
    """Return :attr:`Survey.sha256` without reading a document; nothing where one of the paths is a folder."""
    return "" if any(path.is_dir() for path in corpus.paths) else hash_files(corpus.paths)


def count_values(tallies: Iterable[Tally], corpus: "Corpus") -> Tally:
    """Add tallies up, unless the labels are too many or too long to be labels."""
    counts, without_text = Counter[str](), WithoutText()
    for more, empty in telling(tallies, "Reading", size=lambda tally: tally[0].total()):
        without_text = without_text.followed_by(counts.total(), empty)
        for value, n_documents in more.items():
            counts[value] += n_documents
            fault = ""
            if len(value) > MAX_LABEL_LENGTH:
                fault = f"a label of {len(value):,} characters,"
            elif len(counts) > MAX_LABELS:
                fault = f"more than {MAX_LABELS:,} different labels, such as"
            if fault:
                raise ValueError(
                    f"{corpus.names[0]}: {fault} {as_shown(value)}; pass ReadingOptions(label_column=…), the column "
                    "that holds the labels."
                )
    return counts, without_text


def _sort_key(label: Label) -> tuple[bool, Label]:
    return isinstance(label, str), label


def _hashed(documents: Iterator[tuple[str, str]], digest: "hashlib._Hash") -> Iterator[tuple[str, str]]:
    for text, value in documents:
        digest.update(f"{value}\0{text}\0".encode())
        yield text, value


def count_labels(found: Survey) -> tuple[int, ...]:
    """Return the documents of each class of a survey, in the order of its classes."""
    counts: Counter[Label] = Counter()
    for value, count in found.label_counts.items():
        label = found.labels[value]
        if label is not None:
            counts[label] += count
    return tuple(counts[label] for label in found.classes)
