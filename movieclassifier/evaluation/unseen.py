"""Evaluate a finished training on documents that it has not seen."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
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
from movieclassifier.models.metadata import Provenance
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
    if not sample:
        classifier.metadata["ngrams"] = name_strongest(classifier, [text for text, _ in islice(trained, N_GUARD)])
        return {}
    with ThreadPoolExecutor(1, "sample") as pool:  # neither needs the other
        judged = pool.submit(_judge_sample, classifier, sample)
        metrics = evaluate(*score(), classifier)
        found, guard = judged.result()
    classifier.metadata |= {**found, "metrics": metrics}
    classifier.guard = (classifier.columns, guard)
    free_buffers()
    give_back()  # the rows: saving the model takes as much memory
    return guard


def _judge_sample(classifier: Classifier, sample: Sequence[Document]) -> tuple[Provenance, dict[str, NDArray[Any]]]:
    """Return the names and thresholds that a sample gives, and the guard set."""
    texts = [text for text, _ in sample]
    rows = classifier.rows(texts)
    found: Provenance = {
        "ngrams": name_strongest(classifier, texts, rows),
        "threshold": measure_thresholds(classifier, sample, rows),
    }
    return found, make_guard(classifier, sample, rows)
