"""Whole numbers as a small record keeps them: their lowest bytes first, then the bytes above."""

import numpy as np
from numpy.typing import NDArray

MAX_BYTES = 4  # of one number


def to_planes(numbers: NDArray[np.integer]) -> NDArray[np.uint8]:
    """Return the bytes of numbers that are not negative: a row of the lowest bytes, and a row for each byte above.

    Most steps between the columns of a model fit one byte. zlib finds no pattern in them, and the zeros above them
    take a quarter of the room that they take between them.

    Parameters
    ----------
    numbers : ndarray of shape (n,)
        Below 2**32.

    Returns
    -------
    ndarray of shape (n_bytes, n), uint8

    Examples
    --------
    >>> to_planes(np.array([3, 258])).tolist()
    [[3, 2], [0, 1]]
    """
    n_bytes = np.min_scalar_type(numbers.max(initial=0)).itemsize
    planes = np.empty((n_bytes, len(numbers)), np.uint8)
    for place, plane in enumerate(planes):
        np.right_shift(numbers, 8 * place, out=plane, casting="unsafe")
    return planes


def from_planes(planes: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Return the numbers of :func:`to_planes`.

    Raises
    ------
    ValueError
        If the array is not one of bytes, or has more rows than a number has bytes.

    Examples
    --------
    >>> from_planes(to_planes(np.array([3, 258]))).tolist()
    [3, 258]
    """
    if planes.dtype != np.uint8 or planes.ndim != 2 or not 1 <= len(planes) <= MAX_BYTES:
        raise ValueError("bytes of numbers must be an array of 1 to 4 rows")
    numbers = np.zeros((planes.shape[1], MAX_BYTES), np.uint8)
    for place, plane in enumerate(planes):
        numbers[:, place] = plane
    return numbers.view("<u4").reshape(-1).astype(np.uint32, copy=False)
