"""The columns that votes can move, numbered without gaps, and the weights there."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from movieclassifier.models.classifier import Classifier
from movieclassifier.models.column_coef import as_array

# Sorting so few places, as a share of all, is faster than marking them.
SMALL = 100


class Space:
    """The columns of a classifier that learning from a vote can move.

    With a log-count ratio these are the known columns. Without one every column can get a weight, and a place is a
    column. One more place stands for all other columns: its weight and its ratio are 0.

    Parameters
    ----------
    classifier : Classifier

    Attributes
    ----------
    columns : ndarray of shape (n_places,), int32, or None
        The column of each place; None where every column is a place.
    ratio : ndarray of shape (n_rows, n_places + 1), float64, or None
    ratio2 : ndarray of shape (n_rows, n_places + 1), float64, or None
        The squared ratio.
    """

    def __init__(self, classifier: Classifier):
        self.n_features = classifier.coef_.shape[1]
        self.columns: NDArray[np.int32] | None = None
        self.ratio: NDArray[np.float64] | None = None
        self.ratio2: NDArray[np.float64] | None = None
        self._places: NDArray[np.int32] | None = None
        weights = classifier.weights
        if weights.ratio is not None:
            self.columns = weights.columns.astype(np.int32)
            self._places = np.full(self.n_features, len(self.columns), dtype=np.int32)
            self._places[self.columns] = np.arange(len(self.columns), dtype=np.int32)
            self.ratio = np.ascontiguousarray(np.pad(weights.ratio.astype(np.float64), ((0, 0), (0, 1))))
            self.ratio2 = self.ratio**2

    def places(self, columns: NDArray[np.integer]) -> NDArray[np.int32]:
        """Return the places of columns."""
        return columns.astype(np.int32, copy=False) if self._places is None else self._places[columns]

    def union(self, rows: Sequence[NDArray[np.integer]]) -> NDArray[np.intp]:
        """Return the different places of some rows, in ascending order."""
        n_places = self.n_features if self.columns is None else len(self.columns)
        if SMALL * sum(map(len, rows)) < n_places:
            return np.unique(np.concatenate([np.zeros(0, np.intp), *rows]))
        seen = np.zeros(n_places + 1, bool)
        for row in rows:
            seen[row] = True
        return np.flatnonzero(seen)

    def take(self, coef: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return the weights at all places, of shape (n_rows, n_places + 1)."""
        return np.pad(as_array(coef) if self.columns is None else coef[:, self.columns], ((0, 0), (0, 1)))

    def put(self, weights: NDArray[np.floating], places: NDArray[np.integer], coef: NDArray[np.floating]) -> None:
        """Write the weights at some places into the dense weights of a classifier."""
        inside = places[places < (self.n_features if self.columns is None else len(self.columns))]
        coef[:, inside if self.columns is None else self.columns[inside]] = weights[:, inside]
