"""A linear layer fitted to probabilities: the student, and the naive Bayes that a teacher sets out from."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from movieclassifier.models.decisions import probabilities
from movieclassifier.training.learners.soft_targets import SoftLearner, SoftSGD, count_soft, soft_ratio
from movieclassifier.training.row_store import RowBlock, RowStore


@dataclass(frozen=True)
class SoftLinear:
    """Weights for rows whose columns share one value.

    Attributes
    ----------
    columns : ndarray of shape (n_columns,), int32
        The columns with a weight, ascending.
    coef : ndarray of shape (n_rows, n_columns), float32
        One row for two classes, one per class for more.
    ratio : ndarray of shape (n_rows, n_columns), float32
        The log-count ratio, from probabilities in place of labels.
    intercept : ndarray of shape (n_rows,)
    frequency : ndarray of shape (n_columns,), float32
        Amount of documents, each with its importance.
    """

    columns: NDArray[np.int32]
    coef: NDArray[np.float32]
    ratio: NDArray[np.float32]
    intercept: NDArray[np.float64]
    frequency: NDArray[np.float32]

    def decide(self, block: RowBlock) -> NDArray[np.float64]:
        """Return the decision values of rows.

        Returns
        -------
        ndarray of shape (n_rows_of_block, n_rows)
        """
        places = np.searchsorted(self.columns, block.columns)
        places[places == len(self.columns)] = 0
        known = self.columns[places] == block.columns if len(self.columns) else np.zeros(len(places), bool)
        lengths = np.maximum(np.diff(block.indptr), 1)
        row = np.repeat(np.arange(len(block.rows)), np.diff(block.indptr))
        sums = [np.bincount(row[known], weights[places[known]], len(block.rows)) for weights in self.coef]
        return np.stack(sums, axis=1) / np.sqrt(lengths)[:, None] + self.intercept

    def log_probabilities(self, block: RowBlock) -> NDArray[np.float64]:
        """Return the logarithm of the probability of each class, of shape (n_rows, n_classes)."""
        return np.log(np.maximum(probabilities(self.decide(block)), 1e-12))


@dataclass(frozen=True)
class SoftOptions:
    """Settings of fitting a linear layer.

    Parameters
    ----------
    min_df : int
        Columns with a smaller amount of documents get no weight.
    sgd : SoftSGD
    seed : int
        Of the order of the rows.
    """

    min_df: int
    sgd: SoftSGD
    seed: int = 1


def fit_soft(
    rows: RowStore,
    targets: NDArray[np.float32],
    importance: NDArray[np.float32],
    n_features: int,
    options: SoftOptions,
    tell: Callable[[int], None] = lambda n: None,
    only: NDArray[np.integer] | None = None,
) -> SoftLinear:
    """Fit a linear layer on log-count ratios to the first rows of a store.

    Parameters
    ----------
    rows : RowStore
    targets : ndarray of shape (n, n_classes), float32
        Probability of each class, of the first n rows.
    importance : ndarray of shape (n,), float32
    n_features : int
    options : SoftOptions
    tell : callable, optional
        Called with the number of rows of each step.
    only : ndarray of shape (n_kept,), optional
        Columns that may have a weight, of those with documents enough; all by default.

    Raises
    ------
    ValueError
        If the weights overflow.
    """
    n, n_classes = targets.shape
    min_df, settings = options.min_df, options.sgd
    counts = _count(rows, targets * importance[:, None], n_features, tell)
    columns = np.flatnonzero(_at_least(counts, min_df)).astype(np.int32)
    if only is not None:
        columns = np.intersect1d(columns, only).astype(np.int32)
    positions = (1,) if n_classes == 2 else tuple(range(n_classes))
    kept = counts[columns]
    ratio = np.stack([soft_ratio(kept, min_df, position, counts) for position in positions])
    frequency = kept.sum(axis=1)
    del counts, kept
    places = np.full(n_features, -1, np.int32)
    places[columns] = np.arange(len(columns), dtype=np.int32)
    learners = [SoftLearner(row, n, settings) for row in ratio]
    values = rows.values()
    for number in range(settings.passes):
        for window, order in rows.windows(options.seed + number, n):
            own = places[window.columns]
            block = window.keep(own >= 0, own[own >= 0])
            own_rows = np.minimum(window.rows, n - 1)  # those above are not in the order
            shared = (values[own_rows], importance[own_rows])
            for learner, position in zip(learners, positions, strict=True):
                goal = np.ascontiguousarray(targets[own_rows, position])
                learner.step(block.columns, block.indptr, shared[0], targets=goal, importance=shared[1], order=order)
            tell(len(order))
    coef = np.stack([learner.weights[:, 1] for learner in learners])
    return SoftLinear(columns, coef, ratio, np.array([learner.intercept[1] for learner in learners]), frequency)


def _count(
    rows: RowStore, amounts: NDArray[np.float32], n_features: int, tell: Callable[[int], None]
) -> NDArray[np.float32]:
    counts = np.zeros((n_features, amounts.shape[1]), np.float32)
    for block in rows.blocks():
        block = block.take(np.flatnonzero(block.rows < len(amounts)))
        if not len(block.rows):
            break
        count_soft(block.columns, block.indptr, amounts[block.rows], counts)
        tell(len(block.rows))
    return counts


def _at_least(counts: NDArray[np.float32], min_df: int) -> NDArray[np.bool_]:
    """Tell which columns are in enough documents; a column in no document is never enough."""
    in_all = counts.sum(axis=1)
    result: NDArray[np.bool_] = (in_all >= min_df) & (in_all > 0)
    return result
