"""The guard at every vote: how many documents of the guard set the served weights get right.

The sums are of whole numbers, so they are exact: after any steps forward and back they are those of the weights.
"""

import copy
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.feedback.space import Space
from movieclassifier.models.decisions import predicted_positions
from movieclassifier.system.compiled import moved_weights_twin

# Values times weights as whole numbers: sums of a document's products stay below 2**53, where float64 is exact.
VALUE, WEIGHT = 2.0**21, 2.0**24


class GuardScores:
    """Decision values of a guard set under weights that change a few at a time.

    Parameters
    ----------
    space : Space
    weights : ndarray of shape (n_rows, n_places + 1)
        The weights to start from.
    intercept : ndarray of shape (n_rows,)
    arrays : mapping of str to ndarray
        The guard set, as :func:`movieclassifier.models.guard.make_guard` returned it.
    columns : ndarray of shape (n_columns,)
        The known columns of the model that it was made with.
    floor : float
        The share of right answers that votes must not go below.

    Attributes
    ----------
    n_right : int
    n_documents : int
    """

    def __init__(
        self,
        space: Space,
        weights: NDArray[np.floating],
        intercept: NDArray[np.floating],
        arrays: Mapping[str, NDArray[Any]],
        columns: NDArray[np.integer],
        floor: float,
    ):
        lengths, self._y = arrays["guard_lengths"], arrays["guard_y"]
        self.n_documents = len(self._y)
        self._floor = floor * self.n_documents - 1e-6
        starts = np.concatenate([[0], np.cumsum(lengths)])
        sums = np.concatenate([[0], np.cumsum(arrays["guard_steps"], dtype=np.int64)])
        places = space.places(columns[sums[1:] - np.repeat(sums[starts[:-1]], lengths)])
        document = np.repeat(np.arange(self.n_documents, dtype=np.int32), lengths)
        order = np.argsort(places, kind="stable")
        self._document = document[order]
        self._value = np.rint(arrays["guard_data"].astype(float) * VALUE)[order]
        self._start = np.searchsorted(places[order], np.arange(weights.shape[1] + 1))
        every = np.arange(weights.shape[1])
        moved = [self._sums(every, np.rint(row.astype(float) * WEIGHT)) for row in weights]
        self._values = np.array(moved) + np.rint(intercept.astype(float) * WEIGHT * VALUE)[:, None]
        self.n_right = self._count(self._values)

    def change(
        self, places: NDArray[np.integer], old: NDArray[np.floating], new: NDArray[np.floating]
    ) -> NDArray[np.float64]:
        """Return what a change of weights adds to the decision values, of shape (n_rows, n_documents)."""
        steps = np.rint(new.astype(float) * WEIGHT) - np.rint(old.astype(float) * WEIGHT)
        return np.array([self._sums(places, row) for row in steps])

    def allows(self, change: NDArray[np.float64]) -> bool:
        """Tell whether a change keeps the accuracy, or at least keeps it at the floor."""
        n_right = self._count(self._values + change)
        return n_right >= self._floor or n_right >= self.n_right

    def add(self, change: NDArray[np.float64]) -> None:
        """Make a change."""
        self._values += change
        self.n_right = self._count(self._values)

    def copy(self) -> "GuardScores":
        """Return scores that change on their own."""
        other = copy.copy(self)
        other._values = self._values.copy()
        return other

    @property
    def accuracy(self) -> float:
        """The share of right answers."""
        return self.n_right / self.n_documents

    def _sums(self, places: NDArray[np.integer], steps: NDArray[np.float64]) -> NDArray[np.float64]:
        twin = moved_weights_twin()
        if twin is not None:
            sums = np.zeros(self.n_documents)
            twin.add_products(
                self._document, self._value, self._start, places.astype(np.int64), np.ascontiguousarray(steps), sums
            )
            return sums
        places, steps = places[steps != 0], steps[steps != 0]
        starts, lengths = self._start[places], self._start[places + 1] - self._start[places]
        ends = np.cumsum(lengths)
        if not len(ends) or not ends[-1]:
            return np.zeros(self.n_documents)
        flat = np.repeat(starts - ends + lengths, lengths) + np.arange(ends[-1])
        products = self._value[flat] * np.repeat(steps, lengths)
        return np.bincount(self._document[flat], products, self.n_documents).astype(np.float64)

    def _count(self, values: NDArray[np.float64]) -> int:
        return int(np.count_nonzero(predicted_positions(values.T) == self._y))
