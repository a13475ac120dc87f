"""Pruning: keep the weights that matter most."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from movieclassifier.models.classifier import Classifier
from movieclassifier.models.column_coef import only


def prune(classifier: Classifier, n_keep: int, document_frequency: NDArray[np.number] | None = None) -> Classifier:
    """Return a classifier that keeps the columns with the largest ``|weight| * sqrt(document frequency)``.

    Parameters
    ----------
    classifier : Classifier
    n_keep : int
        Number of columns to keep.
    document_frequency : ndarray of shape (n_columns,), optional
        Documents that have each of ``classifier.columns``; without it ``|weight|`` alone decides.

    Returns
    -------
    Classifier

    Raises
    ------
    ValueError
        If n_keep is below 1.
    """
    if n_keep < 1:
        raise ValueError(f"n_keep must be at least 1; got {n_keep}.")
    if n_keep >= len(classifier.columns):
        return classifier
    importance = np.abs(classifier.weights.coef[:, classifier.columns]).max(axis=0).astype(float)
    if document_frequency is not None:
        importance *= np.sqrt(document_frequency)
    # A stable sort, so that ties fall the same way everywhere.
    kept = np.sort(np.argsort(-importance, kind="stable")[:n_keep])
    weights = classifier.weights
    columns = weights.columns[kept]
    coef = only(weights.coef, columns)
    pruned = classifier.copy()
    pruned.weights = replace(
        pruned.weights, coef=coef, columns=columns, ratio=None if weights.ratio is None else weights.ratio[:, kept]
    )
    return pruned
