"""Evaluate a finished training on documents that it has not seen."""

from collections.abc import Callable, Iterable, Mapping, Sequence
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
from movieclassifier.models.packed_record import PackedRecord
from movieclassifier.system.memory import give_back
from movieclassifier.system.packed_arrays import PackedArray


def evaluate_unseen(
    classifier: Classifier,
    sample: Sequence[Document],
    score: Callable[[], tuple[NDArray[np.integer], NDArray[np.float64]]],
    trained: Iterable[Document] = (),
    packed: PackedRecord | None = None,
) -> Mapping[str, NDArray[Any] | PackedArray]:
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
    packed : PackedRecord, optional
        The record that the guard set is compressed for, while all documents are scored.

    Returns
    -------
    mapping of str to (ndarray or PackedArray)
        The guard set, which the record keeps.
    """
    if not sample:
        classifier.metadata["ngrams"] = name_strongest(classifier, [text for text, _ in islice(trained, N_GUARD)])
        return {}
    with ThreadPoolExecutor(1, "sample") as pool:  # neither needs the other
        judged = pool.submit(_judge_sample, classifier, sample, packed)
        metrics = evaluate(*score(), classifier)
        found, guard, kept = judged.result()
    classifier.metadata |= {**found, "metrics": metrics}
    classifier.guard = (classifier.columns, guard)
    free_buffers()
    give_back()  # the rows: saving the model takes as much memory
    return kept


def _judge_sample(
    classifier: Classifier, sample: Sequence[Document], packed: PackedRecord | None
) -> tuple[Provenance, Mapping[str, NDArray[Any]], Mapping[str, NDArray[Any] | PackedArray]]:
    """Return the names and thresholds that a sample gives, and the guard set twice: as it is, and for the record."""
    texts = [text for text, _ in sample]
    rows = classifier.rows(texts)
    found: Provenance = {
        "ngrams": name_strongest(classifier, texts, rows),
        "threshold": measure_thresholds(classifier, sample, rows),
    }
    guard = make_guard(classifier, sample, rows)
    del rows
    give_back()  # what all of this took: compressing takes as much
    return found, guard, guard if packed is None else packed.pack_extra(guard)
