"""``ColumnCoef``: weights of many classes, of which only the columns in use take memory."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import hashlib

# Weights that take more as a dense array are kept by column: 8 classes of 4,194,304 columns in float32.
MAX_DENSE_BYTES = 2**27


class ColumnCoef:
    """Weights of shape (n_rows, n_features) that are 0 in most columns.

    It is looked up as an array is: ``coef[row, columns]`` and ``coef[:, columns]``, which may also be assigned to.

    Parameters
    ----------
    columns : ndarray of shape (n_columns,)
        The columns in use, ascending.
    values : ndarray of shape (n_rows, n_columns)
    n_features : int

    Examples
    --------
    >>> coef = ColumnCoef(np.array([2, 5]), np.array([[0.5, 1.5], [0.0, -1.0]]), n_features=8)
    >>> coef[1, np.array([5, 3])].tolist()
    [-1.0, 0.0]
    >>> coef[:, [3]] += 0.25
    >>> coef.toarray()[0].tolist()
    [0.0, 0.0, 0.5, 0.25, 0.0, 1.5, 0.0, 0.0]
    """

    def __init__(self, columns: NDArray[np.integer], values: NDArray[np.floating], n_features: int):
        self.columns, self.n_features = columns.astype(np.int32), n_features
        # The last place is that of all columns that are not in use.
        self._values = np.pad(values, ((0, 0), (0, 1)))
        self._last: tuple[Any, NDArray[np.intp]] = (None, np.empty(0, np.intp))

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and of columns."""
        return len(self._values), self.n_features

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the weights."""
        result: np.dtype[Any] = self._values.dtype
        return result

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator["_Row"]:
        return (_Row(self, row) for row in range(len(self)))

    def __getitem__(self, key: tuple[Any, Any]) -> NDArray[Any]:
        row, columns = key
        found: NDArray[Any] = self._values[row, self._places(columns)]
        return found

    def __setitem__(self, key: tuple[Any, Any], values: Any) -> None:
        row, columns = key
        self._use(np.asarray(columns))
        self._values[row, self._places(columns)] = values

    def any(self, axis: int = 0, out: None = None) -> NDArray[np.bool_]:
        """Return which columns have a weight, of shape (n_features,)."""
        found = np.zeros(self.n_features, np.bool_)
        found[self.columns] = self._values[:, :-1].any(axis=0)
        return found

    def copy(self) -> "ColumnCoef":
        """Return weights that change on their own."""
        return ColumnCoef(self.columns, self._values[:, :-1], self.n_features)

    def only(self, columns: NDArray[np.integer]) -> "ColumnCoef":
        """Return the weights of some columns, ascending; all others are 0."""
        return ColumnCoef(columns, self[:, columns], self.n_features)

    def toarray(self) -> NDArray[Any]:
        """Return all weights, the zeros included."""
        dense = np.zeros(self.shape, self.dtype)
        dense[:, self.columns] = self._values[:, :-1]
        return dense

    def sha256(self) -> "hashlib._Hash":
        """Return the digest of the columns that have a weight, and of their weights."""
        import hashlib  # 3 ms, and predicting needs none

        used = self._values[:, :-1].any(axis=0)
        digest = hashlib.sha256(self.columns[used].tobytes())
        digest.update(np.ascontiguousarray(self._values[:, :-1][:, used]).data)
        return digest

    def _places(self, columns: Any) -> NDArray[np.intp]:
        """Return where columns are among the values; the rows of a text are asked for one after the other."""
        known, places = self._last
        if known is not columns or known is None:
            places = np.searchsorted(self.columns, columns)
            inside = np.minimum(places, max(0, len(self.columns) - 1))
            in_use = self.columns[inside] == columns if len(self.columns) else np.zeros(np.shape(columns), np.bool_)
            places = np.where(in_use, places, len(self.columns))
            self._last = (columns, places)
        return places

    def _use(self, columns: NDArray[np.integer]) -> None:
        """Make room for columns that are not in use yet."""
        new = np.setdiff1d(columns, self.columns)
        if len(new):
            union = np.union1d(self.columns, new)
            values = self[:, union]
            self.columns, self._values = union.astype(np.int32), np.pad(values, ((0, 0), (0, 1)))
            self._last = (None, np.empty(0, np.intp))


class _Row:
    """One row of the weights."""

    def __init__(self, coef: ColumnCoef, row: int):
        self._coef, self._row = coef, row

    def __getitem__(self, columns: Any) -> NDArray[Any]:
        return self._coef[self._row, columns]


Coef = NDArray[Any] | ColumnCoef


def make_coef(columns: NDArray[np.integer], values: NDArray[np.floating], n_features: int) -> Any:
    """Return weights as an array, or by column where the array would be large.

    Parameters
    ----------
    columns : ndarray of shape (n_columns,)
        Ascending; the weights of the remaining columns are 0.
    values : ndarray of shape (n_rows, n_columns)
    n_features : int

    Returns
    -------
    ndarray of shape (n_rows, n_features) or ColumnCoef
    """
    coef = ColumnCoef(columns, values, n_features)
    n_rows = len(values)
    is_large = n_rows > 1 and n_rows * n_features * values.itemsize > MAX_DENSE_BYTES
    return coef if is_large else coef.toarray()


def only(coef: Any, columns: NDArray[np.integer]) -> Any:
    """Return the weights of some columns, ascending; all others are 0."""
    if isinstance(coef, ColumnCoef):
        return coef.only(columns)
    kept = np.zeros_like(coef)
    kept[:, columns] = coef[:, columns]
    return kept


def as_array(coef: Any) -> NDArray[Any]:
    """Return weights as a dense array, which is a copy where they are kept by column."""
    array: NDArray[Any] = coef.toarray() if isinstance(coef, ColumnCoef) else coef
    return array
