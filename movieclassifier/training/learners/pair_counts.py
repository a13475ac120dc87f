"""Counts of (column, class) pairs, of which only those that occur take memory."""

import numpy as np
from numpy.typing import NDArray


class PairCounts:
    """Documents of each class that have a column, for columns that are in few documents.

    Sorted runs of pairs are kept, each at least twice as long as the next: adding costs little more than sorting what
    is added.

    Parameters
    ----------
    n_classes : int

    Examples
    --------
    >>> counts = PairCounts(3)
    >>> counts.add(np.array([7, 7, 2, 7]), np.array([0, 2, 1, 2]))
    >>> counts.of(np.array([2, 5, 7])).tolist()
    [[0, 1, 0], [0, 0, 0], [1, 0, 2]]
    """

    def __init__(self, n_classes: int):
        self._n_classes = n_classes
        self._runs: list[tuple[NDArray[np.int64], NDArray[np.int32]]] = []

    def add(self, columns: NDArray[np.integer], classes: NDArray[np.integer]) -> None:
        """Count the documents of each class that have each column."""
        keys, counts = np.unique(columns * np.int64(self._n_classes) + classes, return_counts=True)
        self._runs.append((keys, counts.astype(np.int32)))
        while len(self._runs) > 1 and len(self._runs[-2][0]) < 2 * len(self._runs[-1][0]):
            self._runs[-2:] = [_merged(*self._runs[-2:])]

    def of(self, columns: NDArray[np.integer]) -> NDArray[np.int32]:
        """Return the counts of some columns, of shape (n_columns, n_classes)."""
        found = np.zeros((len(columns), self._n_classes), np.int32)
        first = columns.astype(np.int64) * self._n_classes
        for keys, counts in self._runs:
            starts, stops = np.searchsorted(keys, first), np.searchsorted(keys, first + self._n_classes)
            lengths = stops - starts
            row = np.repeat(np.arange(len(columns)), lengths)
            places = np.arange(len(row)) - np.repeat(np.cumsum(lengths) - lengths, lengths) + np.repeat(starts, lengths)
            found[row, keys[places] % self._n_classes] += counts[places]
        return found

    def pairs(self, without: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Return all pairs as ``column * n_classes + class``, ascending, with their counts.

        Parameters
        ----------
        without : ndarray of shape (n_features,), bool
            Columns to leave out.
        """
        keys, counts = np.empty(0, np.int64), np.empty(0, np.int32)
        for run in self._runs:
            keys, counts = _merged((keys, counts), run)
        kept = ~without[keys // self._n_classes]
        return keys[kept], counts[kept]

    def load(self, keys: NDArray[np.int64], counts: NDArray[np.int32]) -> None:
        """Go on from what :meth:`pairs` returned."""
        self._runs = [(keys, counts)]


def _merged(
    one: tuple[NDArray[np.int64], NDArray[np.int32]], other: tuple[NDArray[np.int64], NDArray[np.int32]]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    keys, places = np.unique(np.concatenate([one[0], other[0]]), return_inverse=True)
    counts = np.zeros(len(keys), np.int32)
    np.add.at(counts, places, np.concatenate([one[1], other[1]]))
    return keys, counts
