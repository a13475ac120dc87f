"""Small networks over document vectors."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

BATCH = 4096


@dataclass(frozen=True)
class NetSettings:
    """Settings of the networks.

    Parameters
    ----------
    n_hidden : int
        Units of the one hidden layer.
    n_nets : int
        Networks side by side, whose probabilities are averaged.
    epochs : int
    batch_size : int
    rate : float
        Of Adam.
    alpha : float
        Strength of the L2 penalty.
    scale : float
        Factor of the vectors, which have length 1.
    """

    n_hidden: int = 128
    n_nets: int = 4
    epochs: int = 9
    batch_size: int = 200
    rate: float = 2e-3
    alpha: float = 1e-4
    scale: float = 3.0


def fit_nets(
    vectors: NDArray[np.float32], y: NDArray[np.integer], n_classes: int, settings: NetSettings, seed: int
) -> dict[str, NDArray[Any]]:
    """Fit the networks.

    Parameters
    ----------
    vectors : ndarray of shape (n_texts, size)
    y : ndarray of shape (n_texts,)
    n_classes : int
    settings : NetSettings
    seed : int

    Returns
    -------
    dict of str to ndarray
        The weights of all networks, and ``scale``.
    """
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier
    from threadpoolctl import threadpool_limits

    arrays: dict[str, NDArray[Any]] = {"scale": np.array(settings.scale, np.float32)}
    for number in range(settings.n_nets):
        net = MLPClassifier(
            (settings.n_hidden,),
            alpha=settings.alpha,
            batch_size=min(settings.batch_size, len(y)),
            learning_rate_init=settings.rate,
            max_iter=settings.epochs,
            random_state=seed + number,
        )
        # One thread: sums of several come in an order that the machine decides.
        with threadpool_limits(1), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # it stops after its epochs
            net.fit(vectors * np.float32(settings.scale), y)
        for layer, (coef, intercept) in enumerate(zip(net.coefs_, net.intercepts_, strict=True)):
            arrays |= {f"coef_{number}_{layer}": coef, f"intercept_{number}_{layer}": intercept}
    return arrays


def net_probabilities(arrays: dict[str, NDArray[Any]], vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the mean probability of each class.

    Parameters
    ----------
    arrays : dict of str to ndarray
        What :func:`fit_nets` returned.
    vectors : ndarray of shape (n_texts, size)

    Returns
    -------
    ndarray of shape (n_texts, n_classes)
    """
    n_nets = sum(name.startswith("coef") for name in arrays) // 2
    result: NDArray[np.float64] = np.mean([_forward(arrays, number, vectors) for number in range(n_nets)], axis=0)
    return result


def _forward(arrays: dict[str, NDArray[Any]], number: int, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    inner, outer = (arrays[f"coef_{number}_{layer}"].astype(float) for layer in (0, 1))
    first, last = (arrays[f"intercept_{number}_{layer}"].astype(float) for layer in (0, 1))
    hidden = np.maximum(vectors.astype(float) * float(arrays["scale"]) @ inner + first, 0)
    scores = hidden @ outer + last
    if scores.shape[1] == 1:
        scores = np.hstack([np.zeros_like(scores), scores])
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return result
