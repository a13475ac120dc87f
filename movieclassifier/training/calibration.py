"""Calibration: one temperature that makes probabilities mean what they say."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from movieclassifier.models.decisions import probabilities

# With fewer documents, all temperatures are tried.
MANY = 500
STEPS = (48, 6)
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
    places = range(len(TEMPERATURES))
    if values.shape[1] == 1 and len(y) >= MANY:
        # The loss of two classes has one minimum: it is convex in the inverse of the temperature.
        for step in STEPS:
            best = _best(places[::step], values, y)
            places = places[max(0, places.index(best) - step) : places.index(best) + step + 1]
    return float(TEMPERATURES[_best(places, values, y)])


def _best(places: Sequence[int], values: NDArray[np.float64], y: NDArray[np.integer]) -> int:
    """Return the place of the temperature with the lowest loss, the first of several."""
    losses = [
        -np.log(np.maximum(probabilities(values, temperature)[np.arange(len(y)), y], 1e-300)).sum()
        + np.log(temperature) ** 2 / 2
        for temperature in TEMPERATURES[places]
    ]
    return places[int(np.argmin(losses))]
