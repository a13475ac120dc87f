"""Messages between the driver of a training by shards and its workers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from movieclassifier.corpora.pieces import Excerpt
from movieclassifier.corpora.readers.contract import Label
from movieclassifier.recipes.linear import Recipe
from movieclassifier.training.shards.document_lines import Lines
from movieclassifier.training.shards.small_integers import SmallIntegers


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
    minibatch_size : int
    seed : int
    cache_name : str
        Names the caches of this run, and of no other one that has the same cache_dir.
    cache_dir : str
        Folder for hashed minibatches, on any disk of the worker.
    shares : tuple of float
        Share of each class in the corpus; empty where the labels may come in any order.
    n_fit : int
        Documents of all shards.
    """

    recipe: Recipe
    classes: tuple[Label, ...]
    minibatch_size: int
    seed: int
    cache_name: str
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
    columns : ndarray of shape (n_columns,), int32, or None
        Ascending; None stands for all columns.
    counts : SmallIntegers of shape (n_columns, n_classes)
    totals : ndarray of shape (n_classes,), int64
        Sums over the columns.
    """

    columns: NDArray[np.int32] | None
    counts: SmallIntegers
    totals: NDArray[np.int64]


@dataclass(frozen=True)
class LiveColumns:
    """The columns that have weights: those whose document frequency reaches min_df. All passes have the same ones.

    Attributes
    ----------
    columns : ndarray of shape (n_live,), int32
        Ascending.
    ratio : ndarray of shape (n_rows, n_live)
        Log-count ratio; ones where the recipe has none.
    """

    columns: NDArray[np.int32]
    ratio: NDArray[np.floating]

    def lookup(self, n_features: int) -> NDArray[np.int32]:
        """Return the position of each column among the live ones, or -1."""
        lookup = np.full(n_features, -1, np.int32)
        lookup[self.columns] = np.arange(len(self.columns), dtype=np.int32)
        return lookup


@dataclass(frozen=True)
class PassWeights:
    """The weights that a pass starts from, in the space of the ratio.

    Attributes
    ----------
    coef : ndarray of shape (n_rows, n_live)
    intercept : ndarray of shape (n_rows,), float64
    """

    coef: NDArray[np.floating]
    intercept: NDArray[np.float64]


@dataclass(frozen=True)
class Steps:
    """The steps of some shards in a pass, as integers that can be added in any order.

    Attributes
    ----------
    live_positions : ndarray of shape (n_positions,), int32, or None
        Positions among the live columns, ascending; None stands for all of them. The sums at all others are 0.
    sums : tuple of SmallIntegers of shape (n_positions,)
        For each row of weights, sums over shards of document frequency times weight, in units of 2^-24.
    intercepts : ndarray of shape (n_rows,), int64
        Sums over shards of documents times intercept, in the same units.
    n_documents : int
    n_correct : int
        Documents that were predicted right before the step on their minibatch.
    """

    live_positions: NDArray[np.int32] | None
    sums: tuple[SmallIntegers, ...]
    intercepts: NDArray[np.int64]
    n_documents: int
    n_correct: int
