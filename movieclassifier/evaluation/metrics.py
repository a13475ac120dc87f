"""How good a classifier is on a stream of documents it has not seen."""

import math
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from movieclassifier.evaluation.roc import pack, roc_auc
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.decisions import predicted_positions, probabilities
from movieclassifier.models.metadata import ClassMetrics, Metrics

N_BINS = 15
CHUNK = 2**13
# Of the probabilities of several classes that are sorted at a time for their ROC curves.
BLOCK_BYTES = 2**25


def evaluate(y: NDArray[np.integer], values: NDArray[np.float64], classifier: Classifier) -> Metrics:
    """Return the metrics of decision values against the truth.

    All figures have the bits of scikit-learn's, except the log loss: scikit-learn takes numpy's logarithm, whose last
    bit depends on the processor. This one is that of the C library. The figures take about nine bytes per
    document, besides the arguments.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        Positions of the true classes.
    values : ndarray of shape (n_samples, n_rows)
        Decision values.
    classifier : Classifier
        Whose classes, names and temperature are used.

    Returns
    -------
    Metrics
        ``n_documents``, ``accuracy`` and its ``standard_error``, ``log_loss`` (nats per document), ``roc_auc``
        (one-vs-rest mean for more than two classes, None where a class is missing), ``calibration_error``
        (expected, 15 bins), ``confusion_matrix`` (rows are true), and precision, recall, F1 ``per_class``.
    """
    n_classes, temperature = len(classifier.classes_), classifier.temperature_
    confusion = np.zeros((n_classes, n_classes), dtype=np.int64)
    losses, gaps = np.empty(len(y)), np.zeros(N_BINS)
    for part in _parts(len(y)):
        y_part, y_proba = y[part].astype(np.intp), probabilities(values[part], temperature)
        np.add.at(confusion, (y_part, predicted_positions(values[part])), 1)
        losses[part] = _log_losses(y_part, y_proba)
        _add_gaps(gaps, y_part, y_proba)
    log_loss = float(losses.mean())
    del losses
    accuracy = int(confusion.trace()) / len(y)
    n_true = confusion.sum(axis=1)
    aucs = list(_iter_aucs(y, values, temperature, n_true)) if n_true.all() else []
    return {
        "n_documents": len(y),
        "accuracy": accuracy,
        "standard_error": float(np.sqrt(accuracy * (1 - accuracy) / len(y))),
        "log_loss": log_loss,
        "roc_auc": float(np.mean(aucs)) if aucs else None,
        "calibration_error": float(np.abs(gaps).sum() / len(y)),
        "confusion_matrix": confusion.tolist(),
        "per_class": _per_class(confusion, classifier.label_names),
    }


def _parts(n: int) -> Iterator[slice]:
    return (slice(start, min(start + CHUNK, n)) for start in range(0, n, CHUNK))


def _log_losses(y: NDArray[np.intp], y_proba: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the log loss of each document, which is cut off where float64 ends."""
    eps = np.finfo(np.float64).eps
    likely = np.clip(y_proba[np.arange(len(y)), y], eps, 1 - eps)
    # The logarithm of the C library, as scikit-learn takes it; numpy's differs between processors with AVX-512.
    return -np.fromiter(map(math.log, likely.tolist()), np.float64, len(y))


def _iter_aucs(
    y: NDArray[np.integer], values: NDArray[np.float64], temperature: float, n_true: NDArray[np.int64]
) -> Iterator[float]:
    """Yield the area under the ROC curve of the second class, or of each of more than two against the rest."""
    positions = np.arange(values.shape[1]) if values.shape[1] > 1 else np.array([1])
    size = max(1, BLOCK_BYTES // (8 * len(y)))
    for start in range(0, len(positions), size):
        block = positions[start : start + size]
        packed = np.empty((len(block), len(y)), dtype=np.uint64)
        for part in _parts(len(y)):
            y_proba = np.ascontiguousarray(probabilities(values[part], temperature)[:, block].T)
            packed[:, part] = pack(y_proba, y[part] == block[:, None])
        yield from map(roc_auc, packed, n_true[block].tolist())


def _per_class(confusion: NDArray[np.int64], names: Iterable[str]) -> dict[str, ClassMetrics]:
    """Return precision, recall and F1 of each class; a division by 0 gives 0."""
    correct, n_predicted, n_true = confusion.diagonal(), confusion.sum(axis=0), confusion.sum(axis=1)
    rows = zip(names, correct.tolist(), n_predicted.tolist(), n_true.tolist(), strict=True)
    return {
        name: {
            "precision": hits / predicted if predicted else 0.0,
            "recall": hits / true if true else 0.0,
            "f1": 2 * hits / (true + predicted) if true + predicted else 0.0,
            "n_documents": true,
        }
        for name, hits, predicted, true in rows
    }


def calibration_error(y: NDArray[np.integer], y_proba: NDArray[np.floating], n_bins: int = N_BINS) -> float:
    """Return the expected calibration error.

    For two classes the probability of the second is compared with its share, for more the probability of the
    predicted class with the share of right predictions, in equal bins of probability.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        Positions of the true classes.
    y_proba : ndarray of shape (n_samples, n_classes)
    n_bins : int

    Returns
    -------
    float
        The mean over documents of the distance between probability and share of their bin.

    References
    ----------
    Naeini et al., *Obtaining Well Calibrated Probabilities Using Bayesian Binning*, AAAI 2015.

    Examples
    --------
    >>> round(calibration_error(np.array([1, 0, 1, 1]), np.array([[0.25, 0.75]] * 4)), 3)
    0.0
    """
    gaps = np.zeros(n_bins)
    _add_gaps(gaps, y, y_proba)
    return float(np.abs(gaps).sum() / len(y))


def _add_gaps(gaps: NDArray[np.float64], y: NDArray[np.integer], y_proba: NDArray[np.floating]) -> None:
    """Add what each document's probability is above its hit to the bin of that probability."""
    binary = y_proba.shape[1] == 2
    confidence = y_proba[:, 1] if binary else y_proba.max(axis=1)
    hit = y == 1 if binary else y == y_proba.argmax(axis=1)
    bins = np.minimum((confidence * len(gaps)).astype(int), len(gaps) - 1)
    # One after the other, so that the sums do not depend on how the documents are parted.
    np.add.at(gaps, bins, confidence - hit)
