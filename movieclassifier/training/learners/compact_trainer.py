"""``CompactTrainer``: a trainer of many classes, whose cost follows the columns in use.

Each class has counts and a row of weights. Of 77 classes and 2**22 columns these would be 2.6 GB, however short the
corpus. Columns are therefore numbered anew, in the order in which they are first seen, and a ``Trainer`` over the
numbers learns the same bits: the entries of a document keep their order, and a column that was never seen adds 0.
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
from movieclassifier.training.learners.trainer import ESTIMATOR_STATE, Trainer

# Room for columns grows by doubling, and stays a multiple of this: BLAS adds the rest of an array in another way.
LEAST_ROOM = 2**12


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
        The columns in use, in the order in which they were first seen.
    """

    def __init__(self, recipe: Recipe, n_classes: int, min_df: int, seed: int = 1):
        self.recipe, self.n_classes = recipe, n_classes
        self.columns = np.empty(0, np.int32)
        # 0 for a column that is not in use, whose counts and weights are 0.
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
        return self._trainer.iter_fitted((self._renumbered(rows), y) for rows, y in minibatches)

    def count(self, rows: Rows, y: NDArray[np.integer]) -> None:
        """Add a minibatch to the counts behind the ratio."""
        self._trainer.count(self._renumbered(rows), y)

    def step(self, rows: Rows, y: NDArray[np.integer]) -> None:
        """Take one epoch of SGD over a minibatch."""
        self._trainer.step(self._renumbered(rows), y)

    def predict(self, rows: Rows) -> NDArray[np.integer]:
        """Return the positions of the most probable classes."""
        return self._trainer.predict(self._renumbered(rows))

    def document_frequency(self, columns: NDArray[np.integer]) -> NDArray[np.integer] | None:
        """Return in how many documents some columns were seen; None where nothing is counted."""
        return self._trainer.document_frequency(self._place[columns])

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
        """Return all that training goes on from, as small arrays."""
        return self._trainer.state() | {"columns": self.columns}

    def load_state(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Go on from what :meth:`state` returned.

        Raises
        ------
        ValueError
            If they are not the arrays of a trainer with these settings.
        """
        columns = arrays.get("columns")
        n_features = self.recipe.ngrams.n_features
        if columns is None:
            raise ValueError("it lacks 'columns'")
        if columns.ndim != 1 or columns.dtype != np.int32 or len(np.unique(columns)) < len(columns):
            raise ValueError("its 'columns' are not columns, each of them once")
        if len(columns) and not (columns.min() >= 0 and columns.max() < n_features):
            raise ValueError(f"its 'columns' go beyond the {n_features:,} columns")
        self._use(columns)
        self._trainer.load_state({name: array for name, array in arrays.items() if name != "columns"})

    def _renumbered(self, rows: Rows) -> Rows:
        """Return rows with the numbers of their columns; columns that are seen first are put to use."""
        new = rows.columns[self._place[rows.columns] == 0]
        if len(new):
            self._use(np.unique(new))
        return Rows(rows.data, self._place[rows.columns], rows.indptr, self._room)

    def _use(self, columns: NDArray[np.int32]) -> None:
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
