"""SGD on log-count ratios where the label of a document is a probability. Students learn with it."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.system.compiled import soft_targets_twin


@dataclass(frozen=True)
class SoftSGD:
    """Settings of averaged SGD with a constant rate and no penalty.

    Parameters
    ----------
    passes : int
    rate : float
        Of each step; the intercept moves at a tenth of it.
    n_plain_passes : int
        First passes that the mean of the weights leaves out.
    """

    passes: int = 6
    rate: float = 10.0
    n_plain_passes: int = 1


def count_soft(
    columns: NDArray[np.int32], indptr: NDArray[np.int64], amounts: NDArray[np.float32], counts: NDArray[np.float32]
) -> None:
    """Add documents to the counts of each column and class, each with its amount of every class.

    Parameters
    ----------
    columns : ndarray of shape (nnz,)
        Without duplicates in a row.
    indptr : ndarray of shape (n_rows + 1,)
    amounts : ndarray of shape (n_rows, n_classes)
        Probability of the class times the importance of the document.
    counts : ndarray of shape (n_features, n_classes)
        Changed in place.

    Examples
    --------
    >>> counts = np.zeros((3, 2), np.float32)
    >>> count_soft(np.array([0, 2], np.int32), np.array([0, 2]), np.array([[0.25, 0.75]], np.float32), counts)
    >>> counts.tolist()
    [[0.25, 0.75], [0.0, 0.0], [0.25, 0.75]]
    """
    if (twin := soft_targets_twin()) is not None:
        twin.count(columns, indptr, amounts, counts)
        return
    # add.at goes through the rows one after the other, as the twin does.
    np.add.at(counts, columns, np.repeat(amounts, np.diff(indptr), axis=0))


def soft_ratio(
    counts: NDArray[np.float32], min_df: float, position: int, whole: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    """Return the log-count ratio of a class against the rest from amounts in place of counts.

    Parameters
    ----------
    counts : ndarray of shape (n_columns, n_classes)
    min_df : float
        Columns with a smaller amount in all have ratio 0.
    position : int
    whole : ndarray of shape (n_features, n_classes), optional
        The counts of all columns, where `counts` has only some of them.

    Returns
    -------
    ndarray of shape (n_columns,)

    References
    ----------
    :class:`movieclassifier.training.learners.log_count_ratio.LogCountRatio`, which does the same with whole numbers.
    """
    whole = counts if whole is None else whole
    totals = whole.sum(axis=0, dtype=np.float64)
    n_added = len(whole) if counts.shape[1] == 2 else 1
    rest = totals.sum() - totals[position]
    constant = math.log((totals[position] + n_added) / (rest + n_added))
    exact = counts.astype(np.float64)
    in_all, own = exact.sum(axis=1), exact[:, position]
    found = np.log((own + 1) / (in_all - own + 1)) - constant
    return np.where(in_all >= min_df, found, 0).astype(np.float32)


class SoftLearner:
    """One row of weights under way.

    Parameters
    ----------
    ratio : ndarray of shape (n_places,)
        Log-count ratio at the columns that have one.
    n_rows : int
        Documents in a pass.
    settings : SoftSGD

    Attributes
    ----------
    weights : ndarray of shape (n_places, 2)
        The weight for unscaled features, and its mean; the mean is complete after the last step.
    intercept : ndarray of shape (2,)
        The same of the intercept.
    """

    def __init__(self, ratio: NDArray[np.float32], n_rows: int, settings: SoftSGD):
        self.weights = np.zeros((len(ratio), 2), np.float32)
        self.intercept = np.zeros(2)
        self._squares = ratio * ratio
        self._settings = settings
        self._n_done = 0
        self._n_plain, self._n_steps = n_rows * settings.n_plain_passes, n_rows * settings.passes

    def step(
        self,
        places: NDArray[np.int32],
        indptr: NDArray[np.int64],
        values: NDArray[np.float32],
        targets: NDArray[np.float32],
        importance: NDArray[np.float32],
        order: NDArray[np.int32],
    ) -> None:
        """Take a step for each document.

        Parameters
        ----------
        places : ndarray of shape (nnz,)
            Places among the columns that have a ratio.
        indptr : ndarray of shape (n_rows + 1,)
        values : ndarray of shape (n_rows,)
            The value that all columns of a row share.
        targets : ndarray of shape (n_rows,)
            Probability of the class.
        importance : ndarray of shape (n_rows,)
        order : ndarray of shape (n_rows,)
        """
        twin = soft_targets_twin()
        step: Any = sgd_in_python if twin is None else twin.sgd
        rows = (places, indptr, values, targets, importance, order)
        times = (self._n_done, self._n_plain, self._n_steps)
        step(self.weights, self._squares, self.intercept, *rows, self._settings.rate, *times)
        self._n_done += len(order)
        if not np.isfinite(self.intercept).all():
            raise ValueError(f"the weights have overflowed; use a smaller rate than {self._settings.rate:g}.")


def sgd_in_python(
    weights: NDArray[np.float32],
    squares: NDArray[np.float32],
    intercept: NDArray[np.float64],
    places: NDArray[np.int32],
    indptr: NDArray[np.int64],
    values: NDArray[np.float32],
    targets: NDArray[np.float32],
    importance: NDArray[np.float32],
    order: NDArray[np.int32],
    rate: float,
    n_before: int,
    n_plain: int,
    n_steps: int,
) -> None:
    """Take steps by the definition. A weight w in the space of the ratio r is kept as w·r, which a step moves by r².

    Parameters
    ----------
    weights : ndarray of shape (n_places, 2)
    squares : ndarray of shape (n_places,)
        The squared ratios.
    intercept : ndarray of shape (2,)
    places, indptr, values, targets, importance, order : ndarray
        As for :meth:`SoftLearner.step`.
    rate : float
    n_before, n_plain, n_steps : int
        Steps taken before, steps that the mean leaves out, and steps in all. A step counts in the mean for as long
        as its result lasts.
    """
    for t, row in enumerate(order.tolist(), n_before):
        own = places[indptr[row] : indptr[row + 1]]
        # cumsum adds one after the other, sum in pairs.
        total = np.cumsum(weights[own, 0], dtype=np.float64)[-1] if len(own) else 0.0
        score = float(total * float(values[row]) + intercept[0])
        small = math.exp(-abs(score))
        probability = 1 / (1 + small) if score >= 0 else small / (1 + small)
        step = rate * float(importance[row]) * (float(targets[row]) - probability)
        share = 1.0 if t < n_plain else (n_steps - t) / (n_steps - n_plain)
        intercept += 0.1 * step, 0.1 * step * share
        step *= float(values[row])
        weights[own, 0] += (step * squares[own].astype(np.float64)).astype(np.float32)
        weights[own, 1] += (step * share * squares[own].astype(np.float64)).astype(np.float32)
