"""Integers of which nearly all fit a small type: a fraction of the bytes travels, and nothing is lost."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.system.compiled import numbering_twin

BYTES_PER_COLUMN = 4  # of its index


@dataclass(frozen=True)
class SmallIntegers:
    """Integers in a small type, and those that do not fit it by themselves.

    Attributes
    ----------
    small : ndarray of shape (n,) or (n, n_values)
        0 where a number does not fit.
    large_indices : ndarray of shape (n_large,), int64
        Where those numbers stand in the flattened array.
    values : ndarray of shape (n_large,)

    Examples
    --------
    >>> found = SmallIntegers.of(np.array([1, -2, 1000]), np.int8)
    >>> found.small.tolist(), found.large_indices.tolist(), found.values.tolist()
    ([1, -2, 0], [2], [1000])
    """

    small: NDArray[np.signedinteger]
    large_indices: NDArray[np.int64]
    values: NDArray[np.signedinteger]

    @classmethod
    def of(cls, numbers: NDArray[np.signedinteger], dtype: type[np.signedinteger]) -> "SmallIntegers":
        """Split integers into those that fit a type and those that do not."""
        small, flat = numbers.astype(dtype), numbers.reshape(-1)
        large_indices = np.flatnonzero(small.reshape(-1) != flat)
        small.reshape(-1)[large_indices] = 0
        return cls(small, large_indices, flat[large_indices])

    def add_to(self, sums: NDArray[np.signedinteger], columns: NDArray[np.int32] | None) -> None:
        """Add the integers to sums.

        Parameters
        ----------
        sums : ndarray of shape (n_all,) or (n_all, n_values)
            Contiguous.
        columns : ndarray of shape (n,), int32, or None
            The index of each row in the sums, each one once; None stands for all rows of the sums.

        Examples
        --------
        >>> sums = np.zeros(4, np.int32)
        >>> SmallIntegers.of(np.array([1, 1000]), np.int8).add_to(sums, np.array([3, 0], np.int32))
        >>> sums.tolist()
        [1000, 0, 0, 1]
        """
        width = math.prod(sums.shape[1:])  # reshape() finds none for an empty array
        totals, small = sums.reshape(-1, width), self.small.reshape(-1, width)
        if columns is None:
            totals += small
        elif (twin := numbering_twin()) is not None:
            twin.add_small(columns, small, totals)
        else:
            totals[columns] += small
        rows, positions = np.divmod(self.large_indices, width)
        totals[rows if columns is None else columns[rows], positions] += self.values


def is_dense(n_columns: int, n_all: int, n_bytes: int) -> bool:
    """Tell whether the values of all columns take less room than those of some, with their indices.

    Parameters
    ----------
    n_columns, n_all : int
        How many columns have values, of how many.
    n_bytes : int
        Of the values of a column.

    Examples
    --------
    >>> is_dense(400, 1000, n_bytes=2), is_dense(400, 1000, n_bytes=4)
    (True, False)
    """
    return n_columns * (BYTES_PER_COLUMN + n_bytes) > n_all * n_bytes


def columns_to_send(rows: NDArray[Any], n_bytes: int) -> NDArray[np.int32] | None:
    """Return the columns in which a row is not 0; None where the values of all columns take less room.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_all)
    n_bytes : int
        Of the values of a column.

    Examples
    --------
    >>> rows = np.array([[0, 2, 0, 0]])
    >>> columns_to_send(rows, n_bytes=4).tolist(), columns_to_send(rows, n_bytes=1)
    ([1], None)
    """
    found = _have_values(rows)
    # They are counted first: to list them takes ten times as long.
    return None if is_dense(int(np.count_nonzero(found)), len(found), n_bytes) else _columns_where(found)


def take_small(values: NDArray[np.int64], columns: NDArray[np.int32]) -> SmallIntegers | None:
    """Return the values at some columns, which is quick where nearly all are not 0 and fit 32 bits; else None.

    Examples
    --------
    >>> values = np.array([0, 5, 6, 2**40])
    >>> take_small(values, np.array([2, 1], np.int32)).small.tolist()
    [6, 5]
    >>> take_small(values, np.array([0], np.int32)), take_small(values, np.array([3], np.int32))
    (None, None)
    """
    small = np.empty(len(columns), np.int32)
    if (twin := numbering_twin()) is not None:
        n_set, fits = twin.take_small(values, columns, small)
    else:
        taken = values[columns]
        small[:] = taken.astype(np.int32)
        n_set, fits = np.count_nonzero(taken), bool((small == taken).all())
    if not fits or not is_dense(n_set, len(columns), small.itemsize):
        return None
    return SmallIntegers(small, np.empty(0, np.int64), np.empty(0, values.dtype))


def columns_with_values(rows: NDArray[Any]) -> NDArray[np.int32]:
    """Return the columns in which a row is not 0.

    Examples
    --------
    >>> columns_with_values(np.array([[0, 2, 0], [0, 0, 3]])).tolist()
    [1, 2]
    """
    return _columns_where(_have_values(rows))


def _have_values(rows: NDArray[Any]) -> NDArray[np.bool_]:
    """Tell in which columns a row is not 0; numpy's any() is slow over few rows."""
    found = np.zeros(rows.shape[1], np.bool_)
    for row in rows:
        found |= row != 0
    return found


def _columns_where(found: NDArray[np.bool_]) -> NDArray[np.int32]:
    return np.flatnonzero(found).astype(np.int32)
