"""The weights of the linear layer: they decide, and they are looked up by column."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.features.hashing import sum_rows
from movieclassifier.features.rows import Rows, sums_of_rows
from movieclassifier.models.column_coef import ColumnCoef

# Columns that are looked up at a time: numpy makes their numbers twice as long for it.
PART = 2**18


@dataclass(eq=False)
class Weights:
    """The linear layer of a classifier.

    Parameters
    ----------
    coef : ndarray of shape (n_rows, n_features) or ColumnCoef
        Weights: one row for two classes, one per class for more.
    intercept : ndarray of shape (n_rows,)
    columns : ndarray of shape (n_columns,), int32
        The columns that the training gave a weight, ascending.
    ratio : ndarray of shape (n_rows, n_columns) or None
        Log-count ratio at those columns; None for a recipe without one.
    t : float
        The ``t_`` of SGD: one more than the number of its steps so far.

    Examples
    --------
    >>> weights = Weights(np.array([[0.0, 2.0, -1.0]]), np.array([0.5]), np.array([1, 2], np.int32), None)
    >>> rows = Rows(np.array([1.0, 1.0, 3.0]), np.array([0, 1, 2]), np.array([0, 2, 3, 3]), n_features=3)
    >>> weights.decide(rows).tolist()
    [[2.5], [-2.5], [0.5]]
    >>> weights.n_known(rows).tolist()
    [1, 1, 0]
    """

    coef: Any
    intercept: NDArray[np.floating]
    columns: NDArray[np.integer]
    ratio: NDArray[np.floating] | None = None
    t: float = 1.0

    def decide(self, rows: Rows) -> NDArray[np.float64]:
        """Return decision values (log-odds, before the temperature).

        Those of a row do not depend on its neighbours, to the last bit.

        Parameters
        ----------
        rows : Rows

        Returns
        -------
        ndarray of shape (n_samples, n_rows)
        """
        values = np.empty((len(rows), len(self.coef)))
        for row, coef in enumerate(self.coef):
            sums = sum_rows(rows, coef)
            if sums is None:
                sums = sum_rows_in_python(rows, coef)
            values[:, row] = sums + float(self.intercept[row])
        return values

    def n_known(self, rows: Rows) -> NDArray[np.intp]:
        """Return how many columns of each row have a weight, of shape (n_samples,)."""
        known = np.append((self.coef[:, rows.columns] != 0).any(axis=0), False).astype(np.intp)
        return np.where(rows.lengths > 0, np.add.reduceat(known, rows.indptr[:-1]), 0)

    def ratio_at(self, row: int, columns: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return the log-count ratio at some columns: 0 where the training knew nothing, 1 for recipes without one."""
        if self.ratio is None:
            return np.ones(len(columns))
        return look_up(self.columns, self.ratio[row], columns)

    def weighted_columns(self) -> tuple[NDArray[np.integer], NDArray[np.floating] | None]:
        """Return all columns with a weight, also those that got it after the training, and their log-count ratio.

        Returns
        -------
        columns : ndarray of shape (n_columns,), int32
            Ascending; :attr:`columns` are among them where there is a ratio.
        ratio : ndarray of shape (n_rows, n_columns) or None
            0 at columns that the training did not know.
        """
        weighted: NDArray[np.bool_] = np.any(self.coef, axis=0)
        if self.ratio is None:
            return np.flatnonzero(weighted).astype(np.int32), None
        for part in _parts(len(self.columns)):
            weighted[self.columns[part]] = False
        new = np.flatnonzero(weighted).astype(np.int32)
        if not len(new):
            return self.columns, self.ratio
        columns = np.concatenate([self.columns, new])
        ratio = np.pad(self.ratio, ((0, 0), (0, len(new))))
        order = np.argsort(columns)
        return columns[order], np.ascontiguousarray(ratio[:, order])

    def at(self, columns: NDArray[np.integer]) -> NDArray[np.floating]:
        """Return the weights at some columns, of shape (n_rows, n_columns)."""
        weights = np.empty((len(self.coef), len(columns)), self.coef.dtype)
        for part in _parts(len(columns)):
            weights[:, part] = self.coef[:, columns[part]]
        return weights

    def cover(self) -> None:
        """Let :attr:`columns` name every column with a weight: without a ratio, votes give weights to new ones."""
        if self.ratio is None:
            weighted = np.flatnonzero(self.coef.any(axis=0))
            self.columns = np.union1d(self.columns, weighted).astype(np.int32)

    def copy(self) -> "Weights":
        """Return weights that learn on their own; arrays that learning does not change in place are shared."""
        return replace(self, coef=self.coef.copy(), intercept=self.intercept.copy())

    def sha256(self) -> str:
        """Return the SHA-256 of the bytes of the weights and intercepts, as 64 hexadecimal digits."""
        import hashlib

        by_column = isinstance(self.coef, ColumnCoef)
        digest = self.coef.sha256() if by_column else hashlib.sha256(np.ascontiguousarray(self.coef).data)
        digest.update(self.intercept.tobytes())
        return digest.hexdigest()


def _parts(n: int) -> Iterator[slice]:
    return (slice(start, start + PART) for start in range(0, n, PART))


def sum_rows_in_python(rows: Rows, coef: Any) -> NDArray[np.float64]:
    """Do as :func:`movieclassifier.features.hashing.sum_rows` does, by the definition."""
    return sums_of_rows(np.multiply(rows.data, coef[rows.columns], dtype=np.float64), rows.indptr)


def look_up(known: NDArray[np.integer], values: NDArray[Any], columns: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return the values at some columns, 0 at those that are unknown.

    Parameters
    ----------
    known : ndarray of shape (n_known,)
        Columns, ascending.
    values : ndarray of shape (..., n_known)
        The values at the known columns.
    columns : ndarray of shape (n,)

    Returns
    -------
    ndarray of shape (..., n), float64

    Examples
    --------
    >>> look_up(np.array([2, 5]), np.array([0.5, 1.5]), np.array([5, 3, 9])).tolist()
    [1.5, 0.0, 0.0]
    """
    if not len(known):
        return np.zeros((*values.shape[:-1], len(columns)))
    places = np.minimum(np.searchsorted(known, columns), len(known) - 1)
    found: NDArray[np.float64] = np.where(known[places] == columns, values[..., places], 0).astype(float)
    return found
