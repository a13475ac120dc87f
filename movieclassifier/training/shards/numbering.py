"""The columns of a shard by numbers of its own: counting, taking, scaling and adding up.

A shard knows a part of the columns. They are numbered as they occur, and what a shard costs does not grow with the
columns of the corpus. The numbers are a function of the shard: whoever makes them again gets the same ones.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.features.rows import EvenRows, Rows
from movieclassifier.system.compiled import numbering_twin

# Weights are added up in units of 2^-24: the rounding is below that of a float32 weight of 1.
SCALE = 2.0**24


class Numbering:
    """Numbers for the columns of a shard as they occur, and the documents of each class that have them.

    Parameters
    ----------
    n_features, n_classes : int

    Attributes
    ----------
    n : int
        How many columns have a number.
    """

    def __init__(self, n_features: int, n_classes: int):
        self._table = np.full(n_features, -1, np.int32)
        # Room for all columns, of which the memory is taken only up to the last number.
        self._found = np.empty(n_features + 1, np.int32)
        self._counts = np.zeros((n_features, n_classes), np.int32)
        self.n = 0

    @property
    def columns(self) -> NDArray[np.int32]:
        """The column of each number, of shape (n,)."""
        return self._found[: self.n]

    @property
    def counts(self) -> NDArray[np.int32]:
        """Documents per number and class, of shape (n, n_classes)."""
        return self._counts[: self.n]

    @property
    def frequency(self) -> NDArray[np.int32]:
        """Documents per number, of shape (n,)."""
        frequency = np.zeros(self.n, np.int32)
        for counted in self.counts.T:
            frequency += counted
        return frequency

    def clear(self) -> None:
        """Forget all numbers and counts."""
        self._table.fill(-1)
        self._counts[: self.n] = 0
        self.n = 0

    def number(self, rows: Rows, y: NDArray[np.integer]) -> Rows:
        """Count a minibatch, and return it with numbers in place of columns."""
        if (twin := numbering_twin()) is not None:
            numbers, y = np.empty_like(rows.columns), y.astype(np.intp, copy=False)
            arrays = (rows.columns, rows.indptr, y, self._table, self._found, self._counts)
            self.n = twin.number_columns(*arrays, self.n, numbers)
            return _with_columns(rows, numbers)
        new, first = np.unique(rows.columns[self._table[rows.columns] < 0], return_index=True)
        new, end = new[np.argsort(first)], self.n + len(new)
        self._table[new] = np.arange(self.n, end, dtype=np.int32)
        self._found[self.n : end] = new
        self.n = end
        numbers = self._table[rows.columns]
        np.add.at(self._counts, (numbers, np.repeat(y, rows.lengths)), np.int32(1))
        return _with_columns(rows, numbers)

    def add_to(self, sums: NDArray[np.int32]) -> None:
        """Add the counts to those of all columns, of shape (n_features, n_classes)."""
        if (twin := numbering_twin()) is not None:
            twin.add_counts(self.columns, self.counts, sums)
        else:
            sums[self.columns] += self.counts


def _with_columns(rows: Rows, columns: NDArray[np.int32]) -> Rows:
    """Return rows with different columns, even ones where they were even."""
    if isinstance(rows, EvenRows):
        return EvenRows(rows.values, columns, rows.indptr, rows.n_features)
    return Rows(rows.data, columns, rows.indptr, rows.n_features)


def take(values: NDArray[np.signedinteger], indices: NDArray[np.int32], missing: int) -> NDArray[np.signedinteger]:
    """Return the values at some indices; an index of -1 gets the missing value.

    Examples
    --------
    >>> take(np.array([5, 6, 7], np.int32), np.array([2, -1, 0], np.int32), 0).tolist()
    [7, 0, 5]
    """
    if (twin := numbering_twin()) is not None:
        taken = np.empty(len(indices), values.dtype)
        twin.take(values, indices, missing, taken)
        return taken
    # A model may have no column at all.
    return np.append(values, values.dtype.type(missing))[indices]


def pair(
    ratio: NDArray[np.floating],
    weights: NDArray[np.floating],
    slots: NDArray[np.int32],
    pairs: NDArray[np.floating],
) -> None:
    """Put ratio and weight of each live column side by side.

    Parameters
    ----------
    ratio, weights : ndarray of shape (n_live,)
    slots : ndarray of shape (n_live,), int32
        Where each of them goes.
    pairs : ndarray of shape (n_slots, 2)

    Examples
    --------
    >>> pairs = np.zeros((3, 2))
    >>> pair(np.array([1.0, 2.0]), np.array([3.0, 4.0]), np.array([2, 0], np.int32), pairs)
    >>> pairs.tolist()
    [[2.0, 4.0], [0.0, 0.0], [1.0, 3.0]]
    """
    if (twin := numbering_twin()) is not None:
        twin.pair(ratio, weights, slots, pairs)
    else:
        pairs[slots, 0], pairs[slots, 1] = ratio, weights


def take_both(
    ratio: NDArray[np.floating],
    weights: NDArray[np.floating],
    slots: NDArray[np.int32],
    room: NDArray[np.floating] | None = None,
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Return the ratios and the weights at some slots; a slot of -1 gets 0.

    Parameters
    ----------
    ratio, weights : ndarray of shape (n_slots,)
    slots : ndarray of shape (n,), int32
    room : ndarray of shape (2, at least n), optional
        Where to put them: the operating system clears new memory, which takes a third of the time.

    Examples
    --------
    >>> take_both(np.array([1.0, 3.0]), np.array([2.0, 4.0]), np.array([1, -1], np.int32))
    (array([3., 0.]), array([4., 0.]))
    """
    if (twin := numbering_twin()) is not None:
        taken = (np.empty((2, len(slots)), weights.dtype) if room is None else room)[:, : len(slots)]
        twin.take_both(ratio, weights, slots, *taken)
        return taken[0], taken[1]
    # There may be no slot at all.
    return np.append(ratio, ratio.dtype.type(0))[slots], np.append(weights, weights.dtype.type(0))[slots]


def scale_and_decide(
    rows: Rows, ratio: NDArray[Any], weights: NDArray[Any], all_live: bool = False
) -> tuple[Rows, NDArray[Any]]:
    """Multiply a minibatch by the ratio of its columns, and the result by their weights.

    Parameters
    ----------
    rows : Rows
    ratio : ndarray of shape (n_columns,)
    weights : ndarray of shape (n_columns,)
        0 where the ratio is 0.
    all_live : bool
        Whether no ratio is 0.

    Returns
    -------
    scaled : Rows
        Without the entries that have a ratio of 0, which would add nothing.
    values : ndarray of shape (n_rows,)
        The sum of each row's values with the weights, as scipy adds them up.
    """
    if (twin := numbering_twin()) is None:
        scaled = _scaled(rows, ratio)
        return scaled, scaled.to_csr() @ weights
    even = isinstance(rows, EvenRows)
    values, given = np.empty(len(rows), weights.dtype), rows.values if isinstance(rows, EvenRows) else rows.data
    data, kept = np.empty(len(rows.columns), ratio.dtype), np.empty(0 if all_live else len(rows.columns), np.int32)
    ends = np.empty_like(rows.indptr)
    n = twin.scale_and_decide(given, even, rows.columns, rows.indptr, ratio, weights, data, kept, ends, values)
    return Rows(data[:n], rows.columns if all_live else kept[:n], ends, len(ratio)), values


def _scaled(rows: Rows, ratio: NDArray[Any]) -> Rows:
    """Multiply a minibatch by the ratio of its columns, and leave out the entries with a ratio of 0."""
    factors = ratio[rows.columns]
    live = factors != 0
    ends = np.concatenate([[0], np.cumsum(live)]).astype(np.int32)
    return Rows((rows.data * factors)[live], rows.columns[live], ends[rows.indptr], len(ratio))


def as_integers(values: Any) -> NDArray[np.int64]:
    """Round sums of weights to units of 2^-24.

    Raises
    ------
    ValueError
        If a value is not finite, or so large that sums of it could overflow.

    Examples
    --------
    >>> as_integers(np.array([0.5, -1e-9])).tolist()
    [8388608, 0]
    """
    scaled = np.rint(np.asarray(values, np.float64) * SCALE)
    if not (np.abs(scaled) < 2.0**62).all():
        raise ValueError(OVERFLOW)
    return scaled.astype(np.int64)


OVERFLOW = "the weights have overflowed; use a larger alpha."


def add_weights(
    slots: NDArray[np.int32], frequency: NDArray[np.integer], coef: NDArray[Any], sums: NDArray[np.int64]
) -> None:
    """Add the weights of a shard, times the documents that have their column, to those of all shards.

    Parameters
    ----------
    slots : ndarray of shape (n_columns,), int32
        The slot of each column of the shard; -1 for one that is left out.
    frequency : ndarray of shape (n_columns,), int32 or uint16
    coef : ndarray of shape (n_columns,)
    sums : ndarray of shape (n_slots,), int64
        In units of 2^-24.

    Raises
    ------
    ValueError
        If a weight is not finite, or so large that sums could overflow.
    """
    if (twin := numbering_twin()) is None:
        live = slots >= 0
        sums[slots[live]] += as_integers(frequency[live] * coef[live].astype(np.float64))
    elif not twin.add_weights(slots, frequency, coef, SCALE, sums):
        raise ValueError(OVERFLOW)
