"""Training by shards: tasks that are pure functions of a bundle of shards, so that anybody may compute them again.

A corpus is cut into shards by its order, never by the number of workers. A pass of SGD starts every shard from the
same weights. Afterwards the weights of each column are averaged, weighted by the documents of each shard that have the
column. All sums are sums of integers, and therefore the order of addition, the bundling of shards and the number of
workers cannot change a bit of the result.

References
----------
Agarwal, Chapelle, Dudík and Langford, *A Reliable Effective Terascale Linear Learning System*, JMLR 2014: non-uniform
averaging of the weights that shards have learned.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.features.rows import Rows
from movieclassifier.training.label_order import LabelRuns, check_label_order
from movieclassifier.training.learners.log_count_ratio import LogCountRatio
from movieclassifier.training.learners.sgd import make_estimator, take_epoch
from movieclassifier.training.shards.caches import LiveColumns, ShardColumns, iter_hashed, open_live
from movieclassifier.training.shards.messages import Counts, PassWeights, Shard, ShardSettings, Steps

# Weights are added up in units of 2^-24: the rounding is below that of a float32 weight of 1.
SCALE = 2.0**24


def count_shards(shards: Sequence[Shard], settings: ShardSettings) -> Counts:
    """Hash the documents of some shards, keep their minibatches, and count documents per column and class.

    Raises
    ------
    OSError
        If this worker cannot read the documents.
    ValueError
        If a shard seems to be sorted by label.
    """
    counter = LogCountRatio(len(settings.classes), settings.recipe.ngrams.n_features, settings.min_df)
    for shard in shards:
        for rows, y in _checked(iter_hashed(shard, settings, anew=True), shard, settings):
            counter.partial_fit(rows, y)
    columns = np.flatnonzero(counter.counts_.any(axis=1)).astype(np.int32)
    return Counts(columns, counter.counts_[columns], counter.totals_)


def _checked(
    minibatches: Iterator[tuple[Rows, NDArray[np.integer]]], shard: Shard, settings: ShardSettings
) -> Iterator[tuple[Rows, NDArray[np.integer]]]:
    """Pass minibatches on, unless their labels come in an order that ruins the training."""
    shares, names, first = np.array(settings.shares), [str(label) for label in settings.classes], shard.start + 1
    runs = LabelRuns(shares, settings.n_fit, names)
    for rows, y in minibatches:
        if len(shares):
            runs.check(y, first)
            check_label_order(np.bincount(y, minlength=len(names)), shares, first, names)
        first += len(y)
        yield rows, y


def step_shards(shards: Sequence[Shard], settings: ShardSettings, weights: PassWeights, number: int) -> Steps:
    """Take one pass of SGD over each of some shards, all from the same weights.

    Parameters
    ----------
    shards : sequence of Shard
    settings : ShardSettings
    weights : PassWeights
    number : int
        Of the pass, from 0.

    Returns
    -------
    Steps
    """
    n_rows, n_live = weights.coef.shape
    sums, seen = np.zeros((n_rows, n_live), np.int64), np.zeros(n_live, np.bool_)
    intercepts, n_correct = np.zeros(n_rows, np.int64), 0
    live = LiveColumns(weights.columns, settings.recipe.ngrams.n_features)
    for shard in shards:
        columns, estimators, right = step_shard(shard, settings, weights, live, number)
        n_correct += right
        seen[columns.places] = True
        for row, estimator in enumerate(estimators):
            weighted = columns.frequency * estimator.coef_[0].astype(np.float64)
            sums[row, columns.places] += as_integers(weighted)
            intercepts[row] += as_integers(shard.n_documents * float(estimator.intercept_[0]))
    places = np.flatnonzero(seen).astype(np.int32)
    n_documents = sum(shard.n_documents for shard in shards)
    return Steps(places, sums[:, places], intercepts, n_documents, n_correct)


def as_integers(values: Any) -> NDArray[np.int64]:
    """Round sums of weights to units of 2^-24.

    Raises
    ------
    ValueError
        If a value is not finite, or so large that sums of it could overflow.

    Examples
    --------
    >>> as_integers(np.array([0.5, -1e-9])).tolist()
    [8388608, 0]
    """
    scaled = np.rint(np.asarray(values, np.float64) * SCALE)
    if not (np.abs(scaled) < 2.0**62).all():
        raise ValueError("the weights have overflowed; use a larger alpha.")
    return scaled.astype(np.int64)


def step_shard(
    shard: Shard, settings: ShardSettings, weights: PassWeights, live: LiveColumns, number: int
) -> tuple[ShardColumns, list[Any], int]:
    """Return the live columns of a shard, what each row has learned at them, and how many were right before."""
    with open_live(shard, settings, live) as (cache, columns):
        places, t = columns.places, 1.0 + number * shard.n_documents
        ratio = weights.ratio[:, places]
        estimators = [_estimator_at(settings, weights, row, places, t) for row in range(len(ratio))]
        n_correct = 0
        for position in _order(shard, settings, number, len(cache)):
            rows, y = cache.read(int(position))
            rows = Rows(rows.data, rows.columns, rows.indptr, len(places))
            values = np.empty((len(y), len(ratio)))
            for row, (label, estimator) in enumerate(zip(settings.positions, estimators, strict=True)):
                scaled = rows.with_data(rows.data * ratio[row][rows.columns])
                values[:, row] = scaled.to_csr() @ estimator.coef_[0] + estimator.intercept_
                take_epoch(estimator, scaled, y == label)
            predicted = values[:, 0] > 0 if len(ratio) == 1 else values.argmax(axis=1)
            n_correct += int((predicted == y).sum())
    return columns, estimators, n_correct


def _order(shard: Shard, settings: ShardSettings, number: int, n: int) -> NDArray[np.integer]:
    """Return the order of the minibatches, which is a different one for each shard and each pass but the first."""
    seed = np.random.SeedSequence((settings.seed, number, shard.number))
    return np.random.Generator(np.random.PCG64(seed)).permutation(n) if number else np.arange(n)


def _estimator_at(settings: ShardSettings, weights: PassWeights, row: int, places: NDArray[np.int32], t: float) -> Any:
    """Return plain SGD over some columns that goes on from the mixed weights of a row."""
    recipe = settings.recipe.with_settings(passes=1)
    estimator = make_estimator(recipe, settings.seed, n_features=len(places))
    estimator.coef_ = weights.coef[row : row + 1, places]
    estimator.intercept_ = weights.intercept[row : row + 1].copy()
    estimator.t_ = t
    estimator.classes_ = np.array([False, True])
    return estimator
