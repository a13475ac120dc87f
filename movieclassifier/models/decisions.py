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
    # exp of -|v| cannot overflow.
    small = np.exp(-np.abs(values / temperature))
    sigmoid = np.where(values >= 0, 1, small) / (1 + small)
    if values.shape[1] == 1:
        return np.hstack([1 - sigmoid, sigmoid])
    total = sigmoid.sum(axis=1, keepdims=True)
    even = np.full_like(sigmoid, 1 / values.shape[1])
    return np.divide(sigmoid, total, out=even, where=total > 0)
