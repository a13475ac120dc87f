"""Notice a stream that is sorted by label, which ruins one-pass training (.54 in place of .92)."""

import math

import numpy as np
from numpy.typing import NDArray

# A shuffled stream shows a minibatch this far from the shares less than once in 10**13 minibatches.
LIMIT_NATS = 30.0
WAY_OUT = (
    "A stream sorted by label trains badly; pass ReadingOptions(shuffle=True), shuffle the file once and for all "
    "(movieclassifier shuffle IN OUT), or pass allow_sorted=True to go on."
)


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

    References
    ----------
    Cover and Thomas, *Elements of Information Theory*, 2nd edition, Wiley 2006, theorem 11.4.1 (Sanov).

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


def surprise_limit(n_classes: int) -> float:
    """Return the surprise that a shuffled stream of so many classes stays below, in nats.

    Twice the surprise has about a chi-squared distribution, whose mean grows with the classes. The bound on its tail is
    that of Laurent and Massart; a fifth is added because many classes have few documents in a minibatch.

    References
    ----------
    Laurent and Massart, *Adaptive estimation of a quadratic functional by model selection*, Annals of Statistics 2000.

    Examples
    --------
    >>> [round(surprise_limit(n_classes)) for n_classes in (2, 5, 1000)]
    [30, 42, 818]
    """
    freedom = 1.2 * (n_classes - 2)
    return freedom / 2 + math.sqrt(freedom * LIMIT_NATS) + LIMIT_NATS


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
    if label_surprise(counts, shares) <= surprise_limit(len(shares)):
        return
    most = int(np.argmax(counts))
    raise ValueError(
        f"documents {first} to {first + int(counts.sum()) - 1}: {counts[most]} of {counts.sum()} are labelled "
        f"{names[most]!r}, a shuffled stream would show about {round(counts.sum() * float(shares[most]))}. {WAY_OUT}"
    )


class LabelOrder:
    """Refuse a stream whose labels come in an order that ruins the training.

    Parameters
    ----------
    shares, n_documents, names
        As for :class:`LabelRuns`.

    Attributes
    ----------
    runs : LabelRuns
    """

    def __init__(self, shares: NDArray[np.floating], n_documents: int, names: list[str]):
        self._shares, self._names = shares, names
        self.runs = LabelRuns(shares, n_documents, names)

    def check(self, y: NDArray[np.integer], first: int) -> None:
        """Look at the labels of the next minibatch; parameters and errors are those of :meth:`LabelRuns.check`."""
        self.runs.check(y, first)
        check_label_order(np.bincount(y, minlength=len(self._names)), self._shares, first, self._names)


class LabelRuns:
    """Notice runs of one label that a shuffled stream would not show, for any size of the minibatches.

    A run of L documents with a label of the share p starts somewhere among n with a probability below ``n * p**L``.

    Parameters
    ----------
    shares : ndarray of shape (n_classes,)
        Share of each label in the whole stream.
    n_documents : int
        Length of the stream.
    names : list of str
        The labels.

    Attributes
    ----------
    run : tuple of (int, int)
        Position of the last label, and how many documents in a row have had it. A stream that is looked at from its
        middle goes on from there.

    Examples
    --------
    >>> runs = LabelRuns(np.array([0.5, 0.5]), 1000, ["bad", "good"])
    >>> runs.check(np.array([0, 1, 1, 0, 1] * 100), first=1)
    >>> runs.check(np.array([1] * 300), first=501)
    Traceback (most recent call last):
    ...
    ValueError: documents 500 to 553 are all labelled 'good'. A stream sorted by label trains badly; ...
    """

    def __init__(self, shares: NDArray[np.floating], n_documents: int, names: list[str]):
        with np.errstate(divide="ignore"):
            surprise = -np.log(shares)
        limit = LIMIT_NATS + np.log(max(1, n_documents))
        # A label with the share 1 has runs of any length.
        self._longest = np.divide(limit, surprise, out=np.full(len(shares), np.inf), where=surprise > 0)
        self._names = names
        self.run = (-1, 0)

    def check(self, y: NDArray[np.integer], first: int) -> None:
        """Look at the labels that follow in the stream.

        Parameters
        ----------
        y : ndarray of shape (n_samples,)
            Positions of the labels.
        first : int
            Number of the first of them in the stream, from 1.

        Raises
        ------
        ValueError
            If the stream seems to be sorted by label.
        """
        if not len(y):
            return
        edges = np.concatenate([[0], (y[1:] != y[:-1]).nonzero()[0] + 1, [len(y)]])
        if y[0] == self.run[0]:
            edges[0] -= self.run[1]
        starts, lengths, labels = edges[:-1], edges[1:] - edges[:-1], y[edges[1:] - 1]
        too_long = (lengths > self._longest[labels]).nonzero()[0]
        last = too_long[0] if len(too_long) else -1
        label = int(labels[last])
        self.run = (label, int(lengths[last]))
        if len(too_long):
            start = first + int(starts[last])
            stop = start + int(self._longest[label])
            raise ValueError(f"documents {start} to {stop} are all labelled {self._names[label]!r}. {WAY_OUT}")
