"""Calibration: one temperature that makes probabilities mean what they say."""

import numpy as np
from numpy.typing import NDArray

from movieclassifier.models.decisions import probabilities

TEMPERATURES = np.exp(np.linspace(np.log(0.05), np.log(20), 1201))


def fit_temperature(values: NDArray[np.float64], y: NDArray[np.integer]) -> float:
    """Return the temperature with the lowest log loss on documents that were not trained on.

    Half a squared logarithm of the temperature is added to the summed log loss, which keeps it near 1 where there
    are few documents and matters no more where there are hundreds.

    Parameters
    ----------
    values : ndarray of shape (n_samples, n_rows)
        Decision values.
    y : ndarray of shape (n_samples,)
        Positions of the classes.

    Returns
    -------
    float
        Between 0.05 and 20, in steps of half a percent; 1 without documents.

    References
    ----------
    Guo et al., *On Calibration of Modern Neural Networks*, ICML 2017.

    Examples
    --------
    >>> values = np.array([[4.0], [4.0], [-4.0], [-4.0]] * 50)
    >>> round(fit_temperature(values, np.array([1, 1, 0, 1] * 50)), 1)
    3.5
    """
    if not len(y):
        return 1.0
    losses = [
        -np.log(np.maximum(probabilities(values, temperature)[np.arange(len(y)), y], 1e-300)).sum()
        + np.log(temperature) ** 2 / 2
        for temperature in TEMPERATURES
    ]
    return float(TEMPERATURES[int(np.argmin(losses))])
