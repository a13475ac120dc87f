"""Evaluate a finished training on documents that it has not seen."""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.corpora.readers.contract import Document
from movieclassifier.evaluation.metrics import evaluate
from movieclassifier.features.hashing import free_buffers
from movieclassifier.models.abstaining import measure_thresholds
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.guard import N_GUARD, make_guard
from movieclassifier.models.naming import name_strongest
from movieclassifier.system.memory import give_back


def evaluate_unseen(
    classifier: Classifier,
    sample: Sequence[Document],
    score: Callable[[], tuple[NDArray[np.integer], NDArray[np.float64]]],
    trained: Iterable[Document] = (),
) -> dict[str, NDArray[Any]]:
    """Evaluate a classifier on documents that it was not trained on; its metadata says what was found.

    Parameters
    ----------
    classifier : Classifier
    sample : sequence of Document
        Some of them, for the thresholds and the guard set; if it is empty, nothing is evaluated.
    score : callable
        It returns the classes and the decision values of all of them, as
        :func:`movieclassifier.models.scoring.score_documents` does.
    trained : iterable of Document
        The documents of the training, of which the first name the strongest n-grams if `sample` is empty.

    Returns
    -------
    dict of str to ndarray
        The guard set, which the record keeps.
    """
    named = sample or islice(trained, N_GUARD)
    classifier.metadata["ngrams"] = name_strongest(classifier, [text for text, _ in named])
    if not sample:
        return {}
    classifier.metadata["threshold"] = measure_thresholds(classifier, sample)
    give_back()
    classifier.metadata["metrics"] = evaluate(*score(), classifier)
    free_buffers()
    give_back()  # the rows that were scored: finding the guard set takes as much memory, and saving after it
    guard = make_guard(classifier, sample)
    classifier.guard = (classifier.columns, guard)
    free_buffers()
    give_back()
    return guard
