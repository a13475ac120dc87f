"""Notice a stream that is sorted by label, which ruins one-pass training (.54 in place of .92)."""

import numpy as np
from numpy.typing import NDArray

# A shuffled stream shows a minibatch this far from the shares less than once in 10**13 minibatches.
LIMIT_NATS = 30.0


def label_surprise(counts: NDArray[np.integer], shares: NDArray[np.floating]) -> float:
    """Return how far the labels of a minibatch are from what a shuffled stream would show, in nats.

    By Sanov's theorem a shuffled stream shows such a minibatch with a probability of about ``exp(-surprise)``:
    the number of documents times the Kullback-Leibler divergence of their labels from the stream's.

    Parameters
    ----------
    counts : ndarray of shape (n_classes,)
        Labels in the minibatch.
    shares : ndarray of shape (n_classes,)
        Share of each label in the whole stream.

    Returns
    -------
    float

    Examples
    --------
    >>> round(label_surprise(np.array([500, 500]), np.array([0.5, 0.5])), 1)
    0.0
    >>> round(label_surprise(np.array([1000, 0]), np.array([0.5, 0.5])), 1)
    693.1
    """
    seen = counts > 0
    share = counts[seen] / counts.sum()
    return float(counts.sum() * np.sum(share * np.log(share / shares[seen])))


def check_label_order(counts: NDArray[np.integer], shares: NDArray[np.floating], first: int, names: list[str]) -> None:
    """Refuse a minibatch that a shuffled stream would not show.

    Parameters
    ----------
    counts, shares : ndarray of shape (n_classes,)
        As for :func:`label_surprise`.
    first : int
        Number of the minibatch's first document in the stream, from 1.
    names : list of str
        The labels.

    Raises
    ------
    ValueError
        If the stream seems to be sorted by label.
    """
    if label_surprise(counts, shares) <= LIMIT_NATS:
        return
    most = int(np.argmax(counts))
    raise ValueError(
        f"documents {first} to {first + int(counts.sum()) - 1}: {counts[most]} of {counts.sum()} are labelled "
        f"{names[most]!r}, a shuffled stream would show about {round(counts.sum() * float(shares[most]))}. A stream "
        "sorted by label trains badly; shuffle it (movieclassifier shuffle IN OUT), or pass --allow-sorted to go on."
    )
