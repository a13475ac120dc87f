"""Rows: texts as numbered columns. They are made once; deciding, explaining and learning take the same rows."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of some texts, as the arrays of a CSR matrix.

    Parameters
    ----------
    data : ndarray of shape (nnz,), float32 or float64
        The values.
    columns : ndarray of shape (nnz,), int32
        The column of each value, ascending within a row.
    indptr : ndarray of shape (n_rows + 1,), int32
        Row ``i`` holds the values ``indptr[i]:indptr[i + 1]``.
    n_features : int
        Number of columns.

    Examples
    --------
    >>> rows = Rows(np.array([1.0, 2.0, 3.0]), np.array([0, 4, 1]), np.array([0, 2, 3]), n_features=8)
    >>> rows.shape, rows.lengths.tolist()
    ((2, 8), [2, 1])
    """

    data: NDArray[Any]
    columns: NDArray[np.int32]
    indptr: NDArray[np.int32]
    n_features: int

    def __len__(self) -> int:
        return len(self.indptr) - 1

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and of columns."""
        return len(self), self.n_features

    @property
    def lengths(self) -> NDArray[np.int32]:
        """Number of values in each row, of shape (n_rows,)."""
        return np.diff(self.indptr)

    def with_data(self, data: NDArray[Any]) -> "Rows":
        """Return rows with the same columns and different values, of shape (nnz,)."""
        return Rows(data, self.columns, self.indptr, self.n_features)

    def to_csr(self) -> "csr_matrix":
        """Return a SciPy matrix over the same arrays, for scikit-learn."""
        from scipy.sparse import csr_matrix

        X = csr_matrix((self.data, self.columns, self.indptr), shape=self.shape)
        X.has_canonical_format = True  # sorted and without duplicates, which spares a check of every row
        return X


class EvenRows(Rows):
    """Rows of which each has the same value in all of its columns; the values are spelled out when they are asked for.

    Parameters
    ----------
    values : ndarray of shape (n_rows,), float32 or float64
        The value of each row.
    columns, indptr, n_features
        As for :class:`Rows`.

    Examples
    --------
    >>> EvenRows(np.array([1.0, 0.5]), np.array([0, 4, 1]), np.array([0, 2, 3]), n_features=8).data.tolist()
    [1.0, 1.0, 0.5]
    """

    def __init__(
        self, values: NDArray[Any], columns: NDArray[np.int32], indptr: NDArray[np.int32], n_features: int
    ) -> None:
        self.__dict__ |= {"values": values, "columns": columns, "indptr": indptr, "n_features": n_features}

    values: NDArray[Any]

    @cached_property
    def data(self) -> NDArray[Any]:
        """The value of each column."""
        return np.repeat(self.values, self.lengths)


def sums_of_rows(terms: NDArray[np.float64], indptr: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return the sum over each row, which does not depend on its neighbours.

    Parameters
    ----------
    terms : ndarray of shape (nnz,)
    indptr : ndarray of shape (n_rows + 1,)
        Row ``i`` holds the terms ``indptr[i]:indptr[i + 1]``.

    Returns
    -------
    ndarray of shape (n_rows,)

    Examples
    --------
    >>> sums_of_rows(np.array([1.0, 2.0, 4.0]), np.array([0, 1, 1, 3])).tolist()
    [1.0, 0.0, 6.0]
    """
    # A 0 behind each row lets reduceat see empty ones. The order in which numpy adds depends on how many terms there
    # are, so that a 0 behind the last row alone would give that row different bits.
    n = len(indptr) - 1
    spaced = np.insert(terms, indptr[1:], 0.0)
    sums: NDArray[np.float64] = np.add.reduceat(spaced, indptr[:-1] + np.arange(n)) if n else np.zeros(0)
    return sums
