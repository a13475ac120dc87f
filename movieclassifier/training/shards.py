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

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.corpora.minibatches import iter_minibatches
from movieclassifier.corpora.pieces import Excerpt
from movieclassifier.corpora.readers.contract import Document, Label
from movieclassifier.features.rows import Rows
from movieclassifier.features.vectorizing import iter_vectorized
from movieclassifier.recipes.linear import Recipe
from movieclassifier.training.label_order import LabelRuns, check_label_order
from movieclassifier.training.learners.log_count_ratio import LogCountRatio
from movieclassifier.training.learners.sgd import make_estimator, take_epoch
from movieclassifier.training.minibatch_cache import MinibatchCache

# Weights are added up in units of 2^-24: the rounding is below that of a float32 weight of 1.
SCALE = 2.0**24


@dataclass(frozen=True)
class Lines:
    """Documents as lines of JSON in a file that every worker can read.

    Attributes
    ----------
    path : str
    start, stop : int
        Bytes of the file.
    """

    path: str
    start: int
    stop: int

    def __iter__(self) -> Iterator[Document]:
        with open(self.path, "rb") as file:
            file.seek(self.start)
            while file.tell() < self.stop:
                line = file.readline()
                if not line.endswith(b"\n"):
                    raise ValueError(f"{self.path} is shorter than it was when it was written; start again.")
                text, label = json.loads(line)
                yield text, label


@dataclass(frozen=True)
class Shard:
    """Consecutive documents of the fit.

    Attributes
    ----------
    number : int
    documents : Lines or Excerpt
    start : int
        Documents of the fit that come before.
    n_documents : int
    """

    number: int
    documents: Lines | Excerpt
    start: int
    n_documents: int


@dataclass(frozen=True)
class ShardSettings:
    """All that a task has to know beside its shards.

    Attributes
    ----------
    recipe : Recipe
    classes : tuple of labels
    min_df : int
    minibatch_size : int
    seed : int
    run : str
        Names the caches of this run.
    cache_dir : str
        Folder for hashed minibatches, on any disk of the worker.
    shares : tuple of float
        Share of each class in the corpus; empty where the labels may come in any order.
    n_fit : int
        Documents of all shards.
    """

    recipe: Recipe
    classes: tuple[Label, ...]
    min_df: int
    minibatch_size: int
    seed: int
    run: str
    cache_dir: str
    shares: tuple[float, ...] = ()
    n_fit: int = 0

    @property
    def positions(self) -> tuple[int, ...]:
        """The classes that have a row of weights."""
        return (1,) if len(self.classes) == 2 else tuple(range(len(self.classes)))


@dataclass(frozen=True)
class Counts:
    """Documents per column and class of some shards.

    Attributes
    ----------
    columns : ndarray of shape (n_columns,), int32
        Ascending.
    counts : ndarray of shape (n_columns, n_classes), int32
    totals : ndarray of shape (n_classes,), int64
        Sums over the columns.
    """

    columns: NDArray[np.int32]
    counts: NDArray[np.int32]
    totals: NDArray[np.int64]


@dataclass(frozen=True)
class Weights:
    """The weights that a pass starts from, at the live columns: those whose document frequency reaches min_df.

    Attributes
    ----------
    columns : ndarray of shape (n_live,), int32
        Ascending.
    ratio : ndarray of shape (n_rows, n_live)
        Log-count ratio; ones where the recipe has none.
    coef : ndarray of shape (n_rows, n_live)
        Weights in the space of the ratio.
    intercept : ndarray of shape (n_rows,), float64
    """

    columns: NDArray[np.int32]
    ratio: NDArray[np.floating]
    coef: NDArray[np.floating]
    intercept: NDArray[np.float64]


@dataclass(frozen=True)
class Steps:
    """What some shards have learned in a pass, as integers that can be added in any order.

    Attributes
    ----------
    places : ndarray of shape (n_places,), int32
        Positions among the live columns, ascending.
    sums : ndarray of shape (n_rows, n_places), int64
        Sums over shards of document frequency times weight, in units of 2^-24.
    intercepts : ndarray of shape (n_rows,), int64
        Sums over shards of documents times intercept, in the same units.
    n_documents : int
    n_correct : int
        Documents that were predicted right before the step on their minibatch.
    """

    places: NDArray[np.int32]
    sums: NDArray[np.int64]
    intercepts: NDArray[np.int64]
    n_documents: int
    n_correct: int


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
        for rows, y in _checked(_iter_hashed(shard, settings, anew=True), shard, settings):
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


def step_shards(shards: Sequence[Shard], settings: ShardSettings, weights: Weights, number: int) -> Steps:
    """Take one pass of SGD over each of some shards, all from the same weights.

    Parameters
    ----------
    shards : sequence of Shard
    settings : ShardSettings
    weights : Weights
    number : int
        Of the pass, from 0.

    Returns
    -------
    Steps
    """
    n_rows, n_live = weights.coef.shape
    sums, seen = np.zeros((n_rows, n_live), np.int64), np.zeros(n_live, np.bool_)
    intercepts, n_correct = np.zeros(n_rows, np.int64), 0
    for shard in shards:
        frequency, estimators, right = _step_shard(shard, settings, weights, number)
        n_correct += right
        seen |= frequency > 0
        for row, estimator in enumerate(estimators):
            sums[row] += as_integers(frequency * estimator.coef_[0].astype(np.float64))
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


def _step_shard(
    shard: Shard, settings: ShardSettings, weights: Weights, number: int
) -> tuple[NDArray[np.int64], list[Any], int]:
    """Return the document frequency of the live columns, what each row has learned, and how many were right before."""
    n_rows, n_live = weights.coef.shape
    estimators = [_estimator_at(settings, weights, row, 1 + number * shard.n_documents) for row in range(n_rows)]
    frequency, n_correct = np.zeros(n_live, np.int64), 0
    for rows, y in _iter_live(shard, settings, weights.columns, number):
        frequency += np.bincount(rows.columns, minlength=n_live)
        values = np.empty((len(y), n_rows))
        for row, (position, estimator) in enumerate(zip(settings.positions, estimators, strict=True)):
            scaled = rows.with_data(rows.data * weights.ratio[row][rows.columns])
            values[:, row] = scaled.to_csr() @ estimator.coef_[0] + estimator.intercept_
            take_epoch(estimator, scaled, y == position)
        predicted = values[:, 0] > 0 if n_rows == 1 else values.argmax(axis=1)
        n_correct += int((predicted == y).sum())
    return frequency, estimators, n_correct


def _estimator_at(settings: ShardSettings, weights: Weights, row: int, t: int) -> Any:
    """Return plain SGD that goes on from the mixed weights of a row."""
    recipe = settings.recipe.with_settings(passes=1)
    estimator = make_estimator(recipe, settings.seed, n_features=len(weights.columns))
    estimator.coef_ = weights.coef[row : row + 1].copy()
    estimator.intercept_ = weights.intercept[row : row + 1].copy()
    estimator.t_ = float(t)
    estimator.classes_ = np.array([False, True])
    return estimator


# ---------------------------------------------------------------- hashed minibatches


def _iter_live(
    shard: Shard, settings: ShardSettings, live: NDArray[np.int32], number: int
) -> Iterator[tuple[Rows, NDArray[np.int32]]]:
    """Yield the minibatches of a shard at the live columns, in an order of their own for each pass and shard."""
    seed = np.random.SeedSequence((settings.seed, number, shard.number))
    n = _n_minibatches(shard, settings)
    order = np.random.Generator(np.random.PCG64(seed)).permutation(n) if number else np.arange(n)
    with _open_live(shard, settings, live) as cache:
        for place in order:
            yield cache.read(int(place))


def _open_live(shard: Shard, settings: ShardSettings, live: NDArray[np.int32]) -> "closing[MinibatchCache]":
    """Open the minibatches of a shard at the live columns, making them where they are missing."""
    digest = hashlib.blake2b(live.tobytes(), digest_size=8).hexdigest()
    path = _cache_path(shard, settings, f"live-{digest}")
    if not path.exists():
        lookup = np.full(settings.recipe.ngrams.n_features, -1, np.int32)
        lookup[live] = np.arange(len(live), dtype=np.int32)
        minibatches = ((_at(rows, lookup, len(live)), y) for rows, y in _iter_hashed(shard, settings))
        for _ in _iter_kept(minibatches, path, settings, len(live)):
            pass
    return closing(_open(path, settings, len(live), _n_minibatches(shard, settings)))


def _at(rows: Rows, lookup: NDArray[np.int32], n_live: int) -> Rows:
    """Keep the live columns of a minibatch, numbered by their places; all others have a ratio of 0."""
    places = lookup[rows.columns]
    kept = places >= 0
    ends = np.concatenate([[0], np.cumsum(kept)]).astype(np.int32)
    return Rows(rows.data[kept], places[kept], ends[rows.indptr], n_live)


def _iter_hashed(
    shard: Shard, settings: ShardSettings, anew: bool = False
) -> Iterator[tuple[Rows, NDArray[np.integer]]]:
    """Yield the hashed minibatches of a shard; they are kept, and hashed again only where they are gone."""
    ngrams = settings.recipe.ngrams
    path = _cache_path(shard, settings, "hashed")
    if anew or not path.exists():
        minibatches = iter_minibatches(shard.documents, settings.minibatch_size)
        yield from _iter_kept(iter_vectorized(minibatches, ngrams, settings.classes), path, settings, ngrams.n_features)
        return
    n = _n_minibatches(shard, settings)
    with closing(_open(path, settings, ngrams.n_features, n)) as cache:
        yield from map(cache.read, range(n))


def _iter_kept(
    minibatches: Iterator[tuple[Rows, NDArray[np.integer]]], path: Path, settings: ShardSettings, n_columns: int
) -> Iterator[tuple[Rows, NDArray[np.integer]]]:
    """Yield minibatches while they are written; the file gets its name when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}")
    with closing(_open(unfinished, settings, n_columns, 0)) as cache:
        for rows, y in minibatches:
            cache.append(rows, y)
            yield rows, y
    os.replace(unfinished, path)


def _open(path: Path, settings: ShardSettings, n_columns: int, n_kept: int) -> MinibatchCache:
    ngrams = settings.recipe.ngrams
    return MinibatchCache(path, n_columns, ngrams.dtype, ngrams.binary, n_kept)


def _n_minibatches(shard: Shard, settings: ShardSettings) -> int:
    return -(-shard.n_documents // settings.minibatch_size)


def _cache_path(shard: Shard, settings: ShardSettings, kind: str) -> Path:
    return Path(settings.cache_dir, f"movieclassifier-{settings.run}", f"{shard.number}-{kind}.minibatches")


def drop_caches(settings: ShardSettings) -> None:
    """Remove the minibatches that tasks of a run have kept on this machine."""
    shutil.rmtree(Path(settings.cache_dir, f"movieclassifier-{settings.run}"), ignore_errors=True)
