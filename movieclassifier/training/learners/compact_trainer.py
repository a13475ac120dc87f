"""``CompactTrainer``: a trainer of many classes, whose cost follows the columns that have a weight.

Each class has counts and a row of weights. Of 77 classes and 2**22 columns these would be 2.6 GB, however short the
corpus. A column that is in fewer than ``min_df`` documents has weight 0, and its few documents are kept as pairs of
column and class. The remaining columns are numbered in the order in which they reach ``min_df``. A ``Trainer`` over the
numbers learns the same bits: the entries of a document keep their order, and those that are left out add 0.
"""

from collections.abc import Generator, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.features.rows import Rows
from movieclassifier.models.column_coef import make_coef
from movieclassifier.models.weights import Weights
from movieclassifier.recipes.linear import Recipe
from movieclassifier.training.capacity import check_growth
from movieclassifier.training.learners.pair_counts import PairCounts
from movieclassifier.training.learners.trainer import Trainer
from movieclassifier.training.learners.trainer_state import ESTIMATOR_STATE

# Room for columns grows by doubling, and stays a multiple of this: BLAS adds the rest of an array in a different way.
LEAST_ROOM = 2**12
OWN = ("columns", "waiting", "waiting_counts")


class CompactTrainer:
    """A ``Trainer`` for more than two classes.

    Parameters
    ----------
    recipe : Recipe
    n_classes : int
        At least 3.
    min_df : int
    seed : int

    Attributes
    ----------
    columns : ndarray of shape (n_used,), int32
        The columns in use, in the order in which they were put to use.
    """

    def __init__(self, recipe: Recipe, n_classes: int, min_df: int, seed: int = 1):
        self.recipe, self.n_classes = recipe, n_classes
        self.columns = np.empty(0, np.int32)
        self._waiting = PairCounts(n_classes)
        self._n_documents = np.zeros(recipe.ngrams.n_features, np.int32)
        # 0 for a column that is not in use.
        self._place = np.zeros(recipe.ngrams.n_features, np.int32)
        self._room = LEAST_ROOM
        self._trainer = Trainer(recipe.with_settings(n_features=LEAST_ROOM), n_classes, min_df, seed)

    @property
    def t(self) -> float:
        """One more than the number of steps of SGD."""
        return self._trainer.t

    @property
    def min_df(self) -> int:
        """Smallest document frequency that gives a column a ratio."""
        return self._trainer.min_df

    @min_df.setter
    def min_df(self, min_df: int) -> None:
        self._trainer.min_df = min_df

    def iter_fitted(
        self, minibatches: Iterable[tuple[Rows, NDArray[np.integer]]]
    ) -> Generator[tuple[int, int], None, None]:
        """Predict each minibatch, then learn from it; yields how many predictions were right, of how many."""
        for rows, y in minibatches:
            n_correct = int((self.predict(rows) == y).sum())
            self.count(rows, y)
            self.step(rows, y)
            yield n_correct, len(y)

    def count(self, rows: Rows, y: NDArray[np.integer]) -> None:
        """Add a minibatch to the counts, and put the columns to use that have reached ``min_df``."""
        ratio = self._trainer.ratio_
        if ratio is None:
            self._use(np.unique(rows.columns[self._place[rows.columns] == 0]))
            return
        totals = ratio.totals_.copy()
        np.add.at(totals, y, rows.lengths)
        self._trainer.count(self._in_use(rows), y)
        ratio.totals_ = totals  # of all columns
        new = self._place[rows.columns] == 0
        columns = rows.columns[new]
        self._waiting.add(columns, np.repeat(y, rows.lengths)[new])
        np.add.at(self._n_documents, rows.columns, np.int32(1))
        first = len(self.columns) + 1
        self._use(np.unique(columns[self._n_documents[columns] >= self.min_df]))
        ratio.counts_[first : len(self.columns) + 1] = self._waiting.of(self.columns[first - 1 :])

    def step(self, rows: Rows, y: NDArray[np.integer]) -> None:
        """Take one epoch of SGD over a minibatch that was counted."""
        self._trainer.step(self._in_use(rows), y)

    def predict(self, rows: Rows) -> NDArray[np.integer]:
        """Return the positions of the most probable classes."""
        return self._trainer.predict(self._in_use(rows))

    def document_frequency(self, columns: NDArray[np.integer]) -> NDArray[np.integer] | None:
        """Return in how many documents some columns were seen; None where nothing is counted."""
        return None if self._trainer.ratio_ is None else self._n_documents[columns]

    def weights(self) -> Weights:
        """Fold the ratio into the weights, in place: the trainer cannot go on afterwards."""
        found = self._trainer.weights()
        n_features = self.recipe.ngrams.n_features
        columns = self.columns[found.columns - 1]
        order = np.argsort(columns)
        columns, places = columns[order], found.columns[order]
        coef = make_coef(columns, found.coef[:, places], n_features)
        ratio = None if found.ratio is None else np.ascontiguousarray(found.ratio[:, order])
        return Weights(coef, found.intercept, columns, ratio, found.t)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return everything that training needs to go on, as small arrays."""
        keys, counts = self._waiting.pairs(without=self._place > 0)
        steps = np.diff(keys, prepend=np.int64(0))
        own = {
            "columns": self.columns,
            "waiting": steps.astype(np.min_scalar_type(steps.max(initial=0))),
            "waiting_counts": counts.astype(np.min_scalar_type(counts.max(initial=0))),
        }
        return self._trainer.state() | own

    def load_state(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Go on from what :meth:`state` returned.

        Raises
        ------
        ValueError
            If they are not the arrays of a trainer with these settings.
        """
        columns, waiting, waiting_counts = (self._own(arrays, name) for name in OWN)
        n_features = self.recipe.ngrams.n_features
        keys = np.cumsum(waiting, dtype=np.int64)
        if len(np.unique(columns)) < len(columns) or (np.diff(keys) <= 0).any() or len(keys) != len(waiting_counts):
            raise ValueError("its 'columns' or those that wait are there twice")
        for used in (columns, keys // self.n_classes):
            if len(used) and not (used.min() >= 0 and used.max() < n_features):
                raise ValueError(f"its 'columns' go beyond the {n_features:,} columns")
        if len(waiting_counts) and not 0 < waiting_counts.min() <= waiting_counts.max() < 2**31:
            raise ValueError("its 'waiting_counts' are not counts of documents")
        self._use(columns.astype(np.int32))
        self._trainer.load_state({name: array for name, array in arrays.items() if name not in OWN})
        self._check_places()
        self._waiting.load(keys, waiting_counts.astype(np.int32))
        np.add.at(self._n_documents, keys // self.n_classes, waiting_counts.astype(np.int32))
        if self._trainer.ratio_ is not None:
            self._n_documents[columns] = self._trainer.ratio_.counts_[1 : len(columns) + 1].sum(axis=1)

    def _check_places(self) -> None:
        """Refuse weights and counts at numbers that no column has."""
        found = [vars(estimator).get(name) for estimator in self._trainer.estimators_ for name in ESTIMATOR_STATE]
        rows = [value.reshape(-1) for value in found if isinstance(value, np.ndarray) and value.size == self._room]
        if self._trainer.ratio_ is not None:
            rows += list(self._trainer.ratio_.counts_.T)
        if any(row[0] or row[len(self.columns) + 1 :].any() for row in rows):
            raise ValueError("its weights or counts are at more columns than its 'columns'")

    def _own(self, arrays: Mapping[str, NDArray[Any]], name: str) -> NDArray[Any]:
        array = arrays.get(name)
        if array is None:
            raise ValueError(f"it lacks {name!r}")
        if array.ndim != 1 or array.dtype.kind not in "iu":
            raise ValueError(f"its {name!r} are not whole numbers")
        return array

    def _in_use(self, rows: Rows) -> Rows:
        """Return the entries of the columns in use, with the numbers of these."""
        places = self._place[rows.columns]
        kept = places > 0
        indptr = np.concatenate([[0], np.cumsum(kept)]).astype(np.int32)[rows.indptr]
        return Rows(rows.data[kept], places[kept], indptr, self._room)

    def _use(self, columns: NDArray[np.int32]) -> None:
        """Give columns the next numbers."""
        first = len(self.columns) + 1
        self._place[columns] = np.arange(first, first + len(columns), dtype=np.int32)
        self.columns = np.concatenate([self.columns, columns])
        room = self._room
        while room <= len(self.columns):
            room *= 2
        if room > self._room:
            self._grow(room)

    def _grow(self, room: int) -> None:
        """Make room for more columns in counts and weights."""
        trainer, more = self._trainer, room - self._room
        check_growth(self.recipe, self.n_classes, len(self.columns), room)
        self._room = room
        trainer.recipe = trainer.recipe.with_settings(n_features=room)
        if trainer.ratio_ is not None:
            trainer.ratio_.counts_ = np.pad(trainer.ratio_.counts_, ((0, more), (0, 0)))
        for estimator in trainer.estimators_:
            plain = vars(estimator).get("_standard_coef") is vars(estimator).get("coef_")
            for name in ESTIMATOR_STATE:
                value = vars(estimator).get(name)
                if value is not None and "coef" in name:
                    setattr(estimator, name, np.pad(value, [(0, 0)] * (value.ndim - 1) + [(0, more)]))
            if plain and "coef_" in vars(estimator) and "_standard_coef" in vars(estimator):
                estimator._standard_coef = estimator.coef_
            if hasattr(estimator, "n_features_in_"):
                estimator.n_features_in_ = room
