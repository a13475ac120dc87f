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
from movieclassifier.training.label_order import LabelOrder
from movieclassifier.training.learners.sgd import make_estimator, take_epoch
from movieclassifier.training.shards.caches import ShardColumns, iter_numbered, open_numbered
from movieclassifier.training.shards.live_space import LiveSpace
from movieclassifier.training.shards.messages import Counts, LiveColumns, PassWeights, Shard, ShardSettings, Steps
from movieclassifier.training.shards.numbering import Numbering, as_integers, scale_and_decide
from movieclassifier.training.shards.small_integers import SmallIntegers, columns_to_send


def count_shards(shards: Sequence[Shard], settings: ShardSettings) -> Counts:
    """Hash the documents of some shards, keep their minibatches, and count documents per column and class.

    Raises
    ------
    OSError
        If this worker cannot read the documents.
    ValueError
        If a shard seems to be sorted by label.
    """
    n_features, n_classes = settings.recipe.ngrams.n_features, len(settings.classes)
    counts, numbering = np.zeros((n_features, n_classes), np.int32), Numbering(n_features, n_classes)
    totals = np.zeros(n_classes, np.int64)
    for shard in shards:
        for _ in _checked(iter_numbered(shard, settings, numbering), shard, settings):
            pass
        numbering.add_to(counts)
        totals += [counted.sum(dtype=np.int64) for counted in numbering.counts.T]
    columns = columns_to_send(counts.T, n_bytes=n_classes)
    return Counts(columns, SmallIntegers.of(counts if columns is None else counts[columns], np.int8), totals)


def _checked(
    minibatches: Iterator[tuple[Rows, NDArray[np.integer]]], shard: Shard, settings: ShardSettings
) -> Iterator[tuple[Rows, NDArray[np.integer]]]:
    """Pass minibatches on, unless their labels come in an order that ruins the training."""
    order = LabelOrder(np.array(settings.shares), settings.n_fit, list(map(str, settings.classes)))
    first = shard.start + 1
    for rows, y in minibatches:
        if settings.shares:
            order.check(y, first)
        first += len(y)
        yield rows, y


def step_shards(
    shards: Sequence[Shard], settings: ShardSettings, live: LiveColumns, weights: PassWeights, n_passes_done: int
) -> Steps:
    """Take one pass of SGD over each of some shards, all from the same weights.

    Parameters
    ----------
    shards : sequence of Shard
    settings : ShardSettings
    live : LiveColumns
    weights : PassWeights
    n_passes_done : int
        Passes that were taken before this one.

    Returns
    -------
    Steps
    """
    space = LiveSpace(live, weights, settings.recipe.ngrams.n_features)
    intercepts, n_correct = np.zeros(len(weights.intercept), np.int64), 0
    for shard in shards:
        slots, columns, estimators, right = step_shard(shard, settings, space, n_passes_done)
        n_correct += right
        for row, estimator in enumerate(estimators):
            space.add(row, slots, columns, estimator.coef_[0])
            intercepts[row] += as_integers(shard.n_documents * float(estimator.intercept_[0]))
    return Steps(*space.sums(), intercepts, sum(shard.n_documents for shard in shards), n_correct)


def step_shard(
    shard: Shard, settings: ShardSettings, space: LiveSpace, n_passes_done: int
) -> tuple[NDArray[np.int32], ShardColumns, list[Any], int]:
    """Take one pass of SGD over a shard.

    Parameters
    ----------
    shard : Shard
    settings : ShardSettings
    space : LiveSpace
    n_passes_done : int
        Passes that were taken before this one.

    Returns
    -------
    slots : ndarray of shape (n_columns,), int32
        Those of the columns of the shard.
    columns : ShardColumns
    estimators : list
        For each row of weights what it has learned at these columns.
    n_correct : int
        Documents that were predicted right before the step on their minibatch.
    """
    with open_numbered(shard, settings) as (cache, columns):
        slots, t = space.slots(columns.columns), 1.0 + n_passes_done * shard.n_documents
        ratios, coefs = zip(*(space.start(row, slots) for row in range(len(settings.positions))), strict=True)
        all_live = [bool(ratio.all()) for ratio in ratios]
        starts = zip(coefs, space.weights.intercept, strict=True)
        estimators = [_estimator_at(settings, coef, intercept, t) for coef, intercept in starts]
        n_correct = 0
        for position in _order(shard, settings, n_passes_done, len(cache)):
            rows, y = cache.read(int(position))
            values = np.empty((len(y), len(ratios)))
            for row, (label, estimator) in enumerate(zip(settings.positions, estimators, strict=True)):
                scaled, decided = scale_and_decide(rows, ratios[row], estimator.coef_[0], all_live[row])
                values[:, row] = decided + estimator.intercept_
                take_epoch(estimator, scaled, y == label)
            predicted = values[:, 0] > 0 if len(ratios) == 1 else values.argmax(axis=1)
            n_correct += int((predicted == y).sum())
    return slots, columns, estimators, n_correct


def _order(shard: Shard, settings: ShardSettings, n_passes_done: int, n: int) -> NDArray[np.integer]:
    """Return the order of the minibatches, which is a different one for each shard and each pass but the first."""
    seed = np.random.SeedSequence((settings.seed, n_passes_done, shard.number))
    return np.random.Generator(np.random.PCG64(seed)).permutation(n) if n_passes_done else np.arange(n)


def _estimator_at(settings: ShardSettings, coef: NDArray[Any], intercept: float, t: float) -> Any:
    """Return plain SGD over some columns that goes on from weights and an intercept."""
    recipe = settings.recipe.with_settings(passes=1)
    estimator = make_estimator(recipe, settings.seed, n_features=len(coef))
    estimator.coef_, estimator.intercept_, estimator.t_ = coef[np.newaxis], np.array([intercept]), t
    estimator.classes_ = np.array([False, True])
    return estimator
