"""How good a classifier is on a stream of documents it has not seen."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.classifier import Classifier
from movieclassifier.datasets import Document
from movieclassifier.decisions import predicted_positions, probabilities
from movieclassifier.minibatches import iter_minibatches

N_BINS = 15


def score_documents(
    classifier: Classifier, documents: Iterable[Document], n_threads: int = 1
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
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
        Decision values. These two are all that grows with the stream: nine bytes a document.

    Raises
    ------
    ValueError
        If there are no documents, or a label is not one of ``classes_``.
    """
    from movieclassifier.pipelining import iter_vectorized

    minibatches = iter_minibatches(documents, 1000)
    parts = [
        (
            y.astype(np.uint8 if len(classifier.classes_) < 256 else np.intp),
            classifier.decide_features(X.data, X.indices, X.indptr),
        )
        for X, y in iter_vectorized(minibatches, classifier.recipe, classifier.classes_.tolist(), n_threads)
    ]
    if not parts:
        raise ValueError("there are no documents to evaluate on.")
    return np.concatenate([y for y, _ in parts]).astype(np.intp), np.concatenate([values for _, values in parts])


def evaluate(y: NDArray[np.integer], values: NDArray[np.float64], classifier: Classifier) -> dict[str, Any]:
    """Return the metrics of decision values against the truth.

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
    dict
        ``n_documents``, ``accuracy`` and its ``standard_error``, ``log_loss`` (nats per document), ``roc_auc``
        (one-vs-rest mean for more than two classes, None where a class is missing), ``calibration_error``
        (expected, 15 bins), ``confusion_matrix`` (rows are true), and precision, recall, F1 ``per_class``.
    """
    from sklearn.metrics import confusion_matrix, log_loss, precision_recall_fscore_support, roc_auc_score

    n_classes = len(classifier.classes_)
    positions = np.arange(n_classes)
    y_proba = probabilities(values, classifier.temperature_)
    y_pred = predicted_positions(values)
    accuracy = float((y_pred == y).mean())
    complete = len(np.unique(y)) == n_classes
    scores = y_proba[:, 1] if n_classes == 2 else y_proba
    per_class = precision_recall_fscore_support(y, y_pred, labels=positions, zero_division=0.0)
    return {
        "n_documents": len(y),
        "accuracy": accuracy,
        "standard_error": float(np.sqrt(accuracy * (1 - accuracy) / len(y))),
        "log_loss": float(log_loss(y, y_proba, labels=positions)),
        "roc_auc": float(roc_auc_score(y, scores, multi_class="ovr", labels=positions)) if complete else None,
        "calibration_error": calibration_error(y, y_proba),
        "confusion_matrix": confusion_matrix(y, y_pred, labels=positions).tolist(),
        "per_class": {
            name: {"precision": float(precision), "recall": float(recall), "f1": float(f1), "n_documents": int(n)}
            for name, precision, recall, f1, n in zip(classifier.label_names, *per_class, strict=True)
        },
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
    binary = y_proba.shape[1] == 2
    confidence = y_proba[:, 1] if binary else y_proba.max(axis=1)
    hit = y == 1 if binary else y == y_proba.argmax(axis=1)
    bins = np.minimum((confidence * n_bins).astype(int), n_bins - 1)
    gaps = np.bincount(bins, weights=confidence - hit, minlength=n_bins)
    return float(np.abs(gaps).sum() / len(y))
