"""The weights of the linear layer, and how they are looked up."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from movieclassifier.models.classifier import Classifier


def weighted_columns(classifier: "Classifier") -> tuple[NDArray[np.integer], NDArray[np.floating]]:
    """Return all columns with a weight, also those that got it after the training, and the log-count ratio there.

    Parameters
    ----------
    classifier : Classifier

    Returns
    -------
    columns : ndarray of shape (n_columns,), int32
        Ascending; ``classifier.columns`` are among them where the recipe has a ratio.
    ratio : ndarray of shape (n_rows, n_columns)
        0 at columns that the training did not know; of shape (n_rows, 0) where the recipe has none.
    """
    weighted: NDArray[np.bool_] = np.any(classifier.coef_, axis=0)
    if not classifier.recipe.log_count_ratio:
        return np.flatnonzero(weighted).astype(np.int32), classifier.ratio
    weighted[classifier.columns] = False
    new = np.flatnonzero(weighted).astype(np.int32)
    if not len(new):
        return classifier.columns, classifier.ratio
    columns = np.concatenate([classifier.columns, new])
    ratio = np.pad(classifier.ratio, ((0, 0), (0, len(new))))
    order = np.argsort(columns)
    return columns[order], np.ascontiguousarray(ratio[:, order])


def _ratio_at(classifier: "Classifier", row: int, columns: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return the log-count ratio at some columns: 0 where the model knows nothing, 1 without a ratio."""
    if not classifier.recipe.log_count_ratio:
        return np.ones(len(columns))
    if not len(classifier.columns):
        return np.zeros(len(columns))
    places = np.minimum(np.searchsorted(classifier.columns, columns), len(classifier.columns) - 1)
    return np.where(classifier.columns[places] == columns, classifier.ratio[row, places], 0).astype(float)
