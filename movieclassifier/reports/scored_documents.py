"""One pass over the test documents: decision values, lengths, the worst mistakes, and digests."""

import hashlib
import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from movieclassifier.corpora.minibatches import iter_minibatches
from movieclassifier.corpora.readers.contract import Document
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.decisions import predicted_positions, probabilities

N_MISTAKES = 12
SIZE = 1000


@dataclass(frozen=True, order=True)
class Mistake:
    """A document with the wrong label.

    Attributes
    ----------
    p_predicted : float
        Probability of the label that it got.
    number : int
        Its number in the test part, from 1.
    p_true : float
        Probability of its own label.
    """

    p_predicted: float
    number: int
    p_true: float
    text: str = field(compare=False)
    label: int | str = field(compare=False)
    predicted: int | str = field(compare=False)


@dataclass(frozen=True)
class TestPart:
    """The findings in the test documents; it grows by 20 bytes a document and 8 for each row.

    Attributes
    ----------
    y : ndarray of shape (n_samples,)
        Positions of the true classes.
    values : ndarray of shape (n_samples, n_rows)
        Decision values.
    n_words : ndarray of shape (n_samples,)
        What stands between white space.
    digests : ndarray of shape (n_samples,), uint64
        See :func:`digest`.
    mistakes : list of Mistake
        The surest first.
    """

    __test__ = False  # pytest takes the name for a test

    y: NDArray[np.intp]
    values: NDArray[np.float64]
    n_words: NDArray[np.int32]
    digests: NDArray[np.uint64]
    mistakes: list[Mistake]


def digest(text: str) -> int:
    """Return a 64-bit digest that is the same for texts that differ in case and white space only.

    Examples
    --------
    >>> digest("A great  film ") == digest("a GREAT film")
    True
    """
    same = " ".join(text.casefold().split())
    return int.from_bytes(hashlib.blake2b(same.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def read_test_part(classifier: Classifier, documents: Iterable[Document]) -> TestPart:
    """Read the test documents once.

    Parameters
    ----------
    classifier : Classifier
    documents : iterable of Document

    Raises
    ------
    ValueError
        If there are no documents, or a label is not one of the classifier's.
    """
    place = {label: position for position, label in enumerate(classifier.classes_.tolist())}
    parts: list[tuple[NDArray[np.generic], ...]] = []
    mistakes: list[Mistake] = []
    n_read = 0
    for texts, labels in iter_minibatches(documents, SIZE):
        unknown = next((label for label in labels if label not in place), None)
        if unknown is not None:
            raise ValueError(f"the model has no label {unknown!r}; it has {', '.join(map(str, place))}.")
        y = np.array([place[label] for label in labels], dtype=np.intp)
        values = classifier.decide(classifier.rows(texts))
        found = find_mistakes(classifier, texts, y, values, n_read + 1)
        mistakes = heapq.nlargest(N_MISTAKES, [*mistakes, *found])
        n_words = np.array([len(text.split()) for text in texts], dtype=np.int32)
        parts.append((y, values, n_words, np.array([digest(text) for text in texts], dtype=np.uint64)))
        n_read += len(texts)
    if not parts:
        raise ValueError("there are no documents to report on.")
    y, values, n_words, digests = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return TestPart(y, values, n_words, digests, mistakes)


def find_mistakes(
    classifier: Classifier, texts: Sequence[str], y: NDArray[np.intp], values: NDArray[np.float64], first: int
) -> list[Mistake]:
    """Return the documents of a minibatch that get a wrong label; the first one has the number `first`."""
    y_proba = probabilities(values, classifier.temperature_)
    y_pred = predicted_positions(values)
    labels = classifier.classes_.tolist()
    return [
        Mistake(
            p_predicted=float(y_proba[i, y_pred[i]]),
            number=first + i,
            p_true=float(y_proba[i, y[i]]),
            text=texts[i],
            label=labels[y[i]],
            predicted=labels[y_pred[i]],
        )
        for i in np.flatnonzero(y_pred != y).tolist()
    ]
