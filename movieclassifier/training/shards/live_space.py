"""The ratios and weights that a pass starts from, and the sums of those that shards have learned, on a worker."""

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.training.shards.caches import ShardColumns
from movieclassifier.training.shards.messages import LiveColumns, PassWeights
from movieclassifier.training.shards.numbering import add_weights, pair, take, take_both
from movieclassifier.training.shards.small_integers import SmallIntegers, columns_to_send, take_small

# Large arrays that the thread's last task had: the operating system clears new memory, a fifth of a short task's time.
_kept = threading.local()


class LiveSpace:
    """Slots for the live columns, where the shards of a task find what they start from and add what they learn.

    A shard reads memory at random, once for each of its columns. With one row of weights, ratio and weight therefore
    lie side by side. If at least half of the columns are live, a column is its own slot, which saves a look-up.

    The next space of the same thread takes the memory of this one, if it has one row of weights: the thread of a
    cluster keeps that memory after the training.

    Parameters
    ----------
    live : LiveColumns
    weights : PassWeights
    n_features : int
    by_column : bool, optional
        Whether columns are their own slots; by default if half of them are live, and there is one row of weights.

    Attributes
    ----------
    weights : PassWeights
    """

    def __init__(self, live: LiveColumns, weights: PassWeights, n_features: int, by_column: bool | None = None):
        n_rows, n_live = weights.coef.shape
        by_column = n_rows == 1 and 2 * n_live >= n_features if by_column is None else by_column
        self.weights = weights
        self._lookup = None if by_column else live.lookup(n_features)
        self._columns = live.columns if by_column else None
        slots = live.columns if by_column else np.arange(n_live, dtype=np.int32)
        size, dtype = n_features if by_column else n_live, weights.coef.dtype
        self._sources = list(zip(live.ratio, weights.coef, strict=True))
        if by_column or n_rows == 1:
            pairs = _zeros("pairs", (size, 2), dtype)
            pair(*self._sources[0], slots, pairs)
            self._sources = [(pairs[:, 0], pairs[:, 1])]
        shape = n_rows, size
        self._sums = _zeros("sums", shape, np.int64) if n_rows == 1 else np.zeros(shape, np.int64)
        self._room: list[NDArray[np.floating]] = [np.empty((2, 0), dtype)] * n_rows

    def slots(self, columns: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the slot of each column; one that is not live gets -1, or a slot where ratio and weight are 0."""
        return columns if self._lookup is None else take(self._lookup, columns, -1)

    def start(self, row: int, slots: NDArray[np.int32]) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
        """Return the ratios and weights of a row at some slots; those of the last call are overwritten."""
        if self._room[row].shape[1] < len(slots):
            self._room[row] = np.empty((2, len(slots) + len(slots) // 4), self.weights.coef.dtype)
        return take_both(*self._sources[row], slots, self._room[row])

    def add(self, row: int, slots: NDArray[np.int32], columns: ShardColumns, coef: NDArray[np.floating]) -> None:
        """Add the weights that a shard has learned, times the documents that have their column."""
        add_weights(slots, columns.frequency, coef, self._sums[row])

    def sums(self) -> tuple[NDArray[np.int32] | None, tuple[SmallIntegers, ...]]:
        """Return the sums in units of 2^-24, as :class:`movieclassifier.training.shards.messages.Steps` has them."""
        if self._columns is not None and (small := take_small(self._sums[0], self._columns)) is not None:
            return None, (small,)
        sums = self._sums if self._columns is None else take(self._sums[0], self._columns, 0)[np.newaxis]
        changed = columns_to_send(sums, n_bytes=np.dtype(np.int32).itemsize * len(sums))
        return changed, tuple(SmallIntegers.of(row if changed is None else row[changed], np.int32) for row in sums)


def _zeros(name: str, shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
    """Return zeros, in memory that the thread had before where it can."""
    kept: NDArray[Any] | None = getattr(_kept, name, None)
    if kept is not None and (kept.shape, kept.dtype) == (shape, np.dtype(dtype)):
        kept.fill(0)
        return kept
    array = np.zeros(shape, dtype)
    setattr(_kept, name, array)
    return array
