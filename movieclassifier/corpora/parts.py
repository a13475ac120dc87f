"""Parts of a corpus that can be read again and again, in any process: slices, and the folds of cross-validation."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol

from movieclassifier.corpora.corpus import Corpus
from movieclassifier.corpora.minibatches import holdout_sizes
from movieclassifier.corpora.pieces import Excerpt
from movieclassifier.corpora.readers.contract import Document, Label, Labels
from movieclassifier.corpora.survey import Survey, count_labels


class Part(Protocol):
    """Documents that can be read again and again; it can be pickled."""

    def __iter__(self) -> Iterator[Document]: ...


@dataclass(frozen=True)
class Slice:
    """Consecutive documents of a corpus.

    Attributes
    ----------
    corpus : Corpus
    labels : mapping of str to (int, str or None)
        The label that each value stands for.
    start : int
        How many documents come before.
    stop : int or None
        Where it ends; None goes to the end of the corpus.
    """

    corpus: Corpus
    labels: Labels
    start: int = 0
    stop: int | None = None

    def __iter__(self) -> Iterator[Document]:
        return islice(self.corpus.documents(self.labels), self.start, self.stop)


@dataclass(frozen=True)
class Fold:
    """One fold of a part, or all others.

    Attributes
    ----------
    documents : Part
    number : int
        From 0 to ``n_folds - 1``.
    n_folds : int
    seed : int
    held_out : bool
        Whether these are the documents of the fold, or those of all other folds.
    """

    documents: Part
    number: int
    n_folds: int
    seed: int = 0
    held_out: bool = False

    def __iter__(self) -> Iterator[Document]:
        for text, label in self.documents:
            if (fold_of(text, self.n_folds, self.seed) == self.number) == self.held_out:
                yield text, label


def fold_of(text: str, n_folds: int, seed: int = 0) -> int:
    """Return the fold of a document.

    It depends on the text and the seed alone: documents with the same text are never on both sides of a split, the
    order of a corpus does not matter, and nothing has to be kept in memory. This makes folds of about the same size.

    Parameters
    ----------
    text : str
    n_folds : int
    seed : int

    Returns
    -------
    int

    Examples
    --------
    >>> [fold_of(text, 5) for text in ("a great film", "an awful film", "a great film")]
    [0, 2, 0]
    """
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8, key=seed.to_bytes(8, "little"))
    return int.from_bytes(digest.digest(), "little") % n_folds


@dataclass(frozen=True)
class Split:
    """The documents to train on and those to test on.

    Attributes
    ----------
    train, test : Part
    n_train : int
        Documents to train on.
    label_counts : tuple of int
        Documents of each class among them, or in the corpus that they come from.
    """

    train: Part
    test: Part
    n_train: int
    label_counts: tuple[int, ...]


def make_splits(
    documents: Slice | Excerpt,
    found: Survey,
    *,
    test: Part | None = None,
    n_folds: int | None = None,
    n_train: int | None = None,
    n_holdout: int | None = None,
    seed: int = 0,
) -> list[Split]:
    """Return the splits that the command line asks for: a test corpus, folds, or a holdout at the end of the corpus.

    Parameters
    ----------
    documents : Slice or Excerpt
        The whole corpus.
    found : Survey
        Of the corpus.
    test : Part, optional
        Documents of a separate corpus.
    n_folds : int, optional
    n_train, n_holdout : int, optional
        As for :func:`movieclassifier.corpora.minibatches.holdout_sizes`.
    seed : int
        Of the folds.

    Raises
    ------
    ValueError
        If the corpus is too small, or if more than one kind of split is asked for.
    """
    if n_folds is not None and (test is not None or n_train is not None or n_holdout is not None):
        raise ValueError("n_folds does not go with test=…, n_train or n_holdout; pass one kind of split.")
    if n_folds is not None:
        return split_into_folds(documents, found.classes, n_folds, seed)
    if test is not None and n_holdout is None:
        n_holdout = 0
    n_train, n_holdout = holdout_sizes(found.n_documents, n_train, n_holdout)
    holdout = replace(documents, start=n_train, stop=n_train + n_holdout)
    counts = count_labels(found)
    return [Split(replace(documents, stop=n_train), holdout if test is None else test, n_train, counts)]


def split_into_folds(documents: Part, classes: Sequence[Label], n_folds: int, seed: int = 0) -> list[Split]:
    """Return the splits of cross-validation; the documents are read once to be counted.

    Parameters
    ----------
    documents : Part
    classes : sequence of labels
    n_folds : int
        At least 2.
    seed : int
        Different seeds make different folds.

    Returns
    -------
    list of Split
        Every document is in the test part of exactly one.

    Raises
    ------
    ValueError
        If there are fewer than two folds, or one would have nothing to test or lack a class to train on.

    Examples
    --------
    >>> documents = [("good", 1), ("bad", 0), ("fine", 1), ("poor", 0), ("nice", 1), ("dull", 0)]
    >>> splits = split_into_folds(documents, (0, 1), n_folds=2)
    >>> [split.n_train for split in splits], [list(split.test) for split in splits]
    ([3, 3], [[('bad', 0), ('poor', 0), ('nice', 1)], [('good', 1), ('fine', 1), ('dull', 0)]])
    """
    if n_folds < 2:
        raise ValueError(f"n_folds must be at least 2; got {n_folds}.")
    counts = _count(documents, classes, n_folds, seed)
    total = [sum(column) for column in zip(*counts, strict=True)]
    splits = []
    for number, held_out in enumerate(counts):
        kept = tuple(n - n_held_out for n, n_held_out in zip(total, held_out, strict=True))
        if not any(held_out) or not all(kept):
            rare = classes[min(range(len(total)), key=lambda i: total[i])]
            why = f"they have {min(total)} of the label {rare!r}, and every fold has to leave some to train on"
            way_out = "lower n_folds" if n_folds > 2 else "take more of them, or shuffle the corpus"
            raise ValueError(f"{sum(total)} documents are too few for {n_folds} folds: {why}; {way_out}.")
        train, test = (Fold(documents, number, n_folds, seed, held_out=side) for side in (False, True))
        splits.append(Split(train, test, sum(kept), kept))
    return splits


def _count(documents: Iterable[Document], classes: Sequence[Label], n_folds: int, seed: int) -> list[list[int]]:
    """Count the documents of each class in each fold."""
    positions = {label: position for position, label in enumerate(classes)}
    counts = [[0] * len(classes) for _ in range(n_folds)]
    for text, label in documents:
        counts[fold_of(text, n_folds, seed)][positions[label]] += 1
    return counts
