"""The decision values of a model over a stream of documents."""

from array import array
from collections.abc import Generator, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from movieclassifier.corpora.minibatches import iter_minibatches
from movieclassifier.corpora.readers.contract import Document, Label
from movieclassifier.features.ngrams import NGrams
from movieclassifier.features.rows import Rows
from movieclassifier.models.classifier import Classifier
from movieclassifier.system.progress import telling

# Documents that are hashed at a time; several times as many are on their way, which would take more memory than a fit.
SIZE = 250


def score_documents(
    classifier: Classifier, documents: Iterable[Document], n_threads: int = 1
) -> tuple[NDArray[np.unsignedinteger], NDArray[np.float64]]:
    """Return the true classes and the decision values of a stream.

    Parameters
    ----------
    classifier : Classifier
    documents : iterable of Document
    n_threads : int
        Vectorizing threads.

    Returns
    -------
    y : ndarray of shape (n_samples,)
        Positions of the labels in ``classes_``.
    values : ndarray of shape (n_samples, n_rows)
        Decision values. Only these two grow with the stream: by nine bytes per document with two classes.

    Raises
    ------
    ValueError
        If there are no documents, or a label is not one of ``classes_``.
    """
    ngrams, classes = classifier.recipe.ngrams, classifier.classes_.tolist()
    return score_rows(classifier, iter_rows(documents, ngrams, classes, n_threads))


def iter_rows(
    documents: Iterable[Document], ngrams: NGrams, classes: Sequence[Label], n_threads: int = 1, n: int | None = None
) -> Generator[tuple[Rows, NDArray[np.intp]], None, None]:
    """Yield the rows of documents, of `n` at most, and the positions of their labels in `classes`."""
    from movieclassifier.features.vectorizing import iter_vectorized

    minibatches = telling(iter_minibatches(documents, SIZE, n), "Evaluating", size=lambda batch: len(batch[1]))
    return iter_vectorized(minibatches, ngrams, classes, n_threads, even=True)


def score_rows(
    classifier: Classifier, hashed: Iterable[tuple[Rows, NDArray[np.intp]]]
) -> tuple[NDArray[np.unsignedinteger], NDArray[np.float64]]:
    """Do as :func:`score_documents` with documents that :func:`iter_rows` has hashed."""
    # These grow in place; lists of arrays would have to be copied into one.
    positions, values = array(np.min_scalar_type(len(classifier.classes_) - 1).char), array("d")
    for rows, y in hashed:
        positions.frombytes(y.astype(positions.typecode).tobytes())
        values.frombytes(classifier.decide(rows).tobytes())
    if not positions:
        raise ValueError("there are no documents to evaluate on.")
    return np.frombuffer(positions, positions.typecode), np.frombuffer(values).reshape(len(positions), -1)
