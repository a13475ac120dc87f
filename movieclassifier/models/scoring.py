"""The decision values of a model over a stream of documents."""

from array import array
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from movieclassifier.corpora.minibatches import iter_minibatches
from movieclassifier.corpora.readers.contract import Document
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
    from movieclassifier.features.vectorizing import iter_vectorized

    minibatches = iter_minibatches(telling(documents, "Evaluating"), SIZE)
    # These grow in place; lists of arrays would have to be copied into one.
    positions, values = array(np.min_scalar_type(len(classifier.classes_) - 1).char), array("d")
    ngrams, classes = classifier.recipe.ngrams, classifier.classes_.tolist()
    for rows, y in iter_vectorized(minibatches, ngrams, classes, n_threads, even=True):
        positions.frombytes(y.astype(positions.typecode).tobytes())
        values.frombytes(classifier.decide(rows).tobytes())
    if not positions:
        raise ValueError("there are no documents to evaluate on.")
    return np.frombuffer(positions, positions.typecode), np.frombuffer(values).reshape(len(positions), -1)
