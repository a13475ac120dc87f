"""From decision values to probabilities and predicted classes, the one rule that training and serving share."""

import numpy as np
from numpy.typing import NDArray


def predicted_positions(values: NDArray[np.floating]) -> NDArray[np.intp]:
    """Return the positions of the predicted classes: by the sign of one row, else the largest of several.

    Parameters
    ----------
    values : ndarray of shape (n_samples, n_rows)
        Decision values; one row for two classes, one per class for more.

    Returns
    -------
    ndarray of shape (n_samples,)

    Examples
    --------
    >>> predicted_positions(np.array([[0.1], [0.0], [-2.0]])).tolist()
    [1, 0, 0]
    >>> predicted_positions(np.array([[0.1, 0.3, 0.2]])).tolist()
    [1]
    """
    return (values[:, 0] > 0).astype(np.intp) if values.shape[1] == 1 else values.argmax(axis=1)


def probabilities(values: NDArray[np.float64], temperature: float = 1.0) -> NDArray[np.float64]:
    """Turn decision values into probabilities, one-vs-rest normalised for more than two classes.

    Parameters
    ----------
    values : ndarray of shape (n_samples, n_rows)
    temperature : float
        Divides the decision values.

    Returns
    -------
    ndarray of shape (n_samples, n_classes)

    Examples
    --------
    >>> probabilities(np.array([[0.0]])).tolist()
    [[0.5, 0.5]]
    """
    if values.shape == (1, 1):
        # The same operations on Python's floats: of one text, numpy's calls took most of the time.
        value = float(values[0, 0]) / temperature
        small = float(np.exp(-abs(value)))
        sigmoid = (1 if value >= 0 else small) / (1 + small)
        return np.array([[1 - sigmoid, sigmoid]])
    # exp of -|v| cannot overflow.
    smalls = np.exp(-np.abs(values / temperature))
    sigmoids: NDArray[np.float64] = np.where(values >= 0, 1, smalls) / (1 + smalls)
    if values.shape[1] == 1:
        return np.hstack([1 - sigmoids, sigmoids])
    total = sigmoids.sum(axis=1, keepdims=True)
    shares = np.full_like(sigmoids, 1 / values.shape[1])
    np.divide(sigmoids, total, out=shares, where=total > 0)
    return shares
