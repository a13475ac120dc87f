"""The trainer: everything that learns from minibatches, and its state as plain arrays."""

from collections.abc import Generator, Iterable, Mapping
from contextlib import nullcontext
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.features.rows import Rows
from movieclassifier.models.decisions import predicted_positions
from movieclassifier.models.weights import Weights
from movieclassifier.recipes.linear import Recipe
from movieclassifier.system.compiled import training_twin
from movieclassifier.training.learners.log_count_ratio import LogCountRatio
from movieclassifier.training.learners.sgd import CompiledSGD, make_estimator, take_epoch
from movieclassifier.training.learners.trainer_state import pack_state, unpack_state

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

# Columns that are folded together: all at once would take ten times the memory of the result.
CHUNK = 2**17


@cache
def _threadpools() -> "ThreadpoolController":
    """Return the controller; made when scikit-learn and with it every BLAS is loaded."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


class Trainer:
    """One binary ``SGDClassifier`` per row of weights: one for two classes, one-vs-rest for more.

    Parameters
    ----------
    recipe : Recipe
        Settings.
    n_classes : int
        Number of classes, at least 2; ``y`` holds positions below it.
    min_df : int
        Columns seen in fewer documents have ratio 0 and therefore weight 0.
    seed : int
        Seed of the order of documents inside a minibatch.

    Attributes
    ----------
    estimators_ : list of SGDClassifier or CompiledSGD
        The estimators, in the space of the log-count ratio where the recipe has one.
    ratio_ : LogCountRatio or None
        The counts behind the ratio.
    """

    def __init__(self, recipe: Recipe, n_classes: int, min_df: int, seed: int = 1):
        self.recipe = recipe
        self.positions = (1,) if n_classes == 2 else tuple(range(n_classes))
        self.ratio_ = LogCountRatio(n_classes, recipe.ngrams.n_features, min_df) if recipe.log_count_ratio else None
        self.estimators_ = [make_estimator(recipe, seed) for _ in self.positions]

    @property
    def t(self) -> float:
        """One more than the number of steps of SGD."""
        return float(self.estimators_[0].t_)

    @property
    def min_df(self) -> int:
        """Smallest document frequency that gives a column a ratio."""
        return 1 if self.ratio_ is None else self.ratio_.min_df

    @min_df.setter
    def min_df(self, min_df: int) -> None:
        if self.ratio_ is not None:
            self.ratio_.min_df = min_df

    def document_frequency(self, columns: NDArray[np.integer]) -> NDArray[np.integer] | None:
        """Return in how many documents some columns were seen; None where nothing is counted."""
        return None if self.ratio_ is None else self.ratio_.document_frequency(columns)

    def iter_fitted(
        self, minibatches: Iterable[tuple[Rows, NDArray[np.integer]]]
    ) -> Generator[tuple[int, int], None, None]:
        """Predict each minibatch, then learn from it; yields how many predictions were right, of how many.

        Raises
        ------
        ValueError
            If the weights overflow.
        """
        for rows, y in minibatches:
            n_correct = int((self.predict(rows) == y).sum())
            self.partial_fit(rows, y)
            yield n_correct, len(y)

    def count(self, rows: Rows, y: NDArray[np.integer]) -> None:
        """Add a minibatch to the counts behind the ratio.

        Parameters
        ----------
        rows : Rows
            Of the recipe's dtype.
        y : ndarray of shape (n_samples,)
            Positions of the classes.
        """
        if self.ratio_ is not None:
            self.ratio_.partial_fit(rows, y)

    def step(self, rows: Rows, y: NDArray[np.integer]) -> None:
        """Take one epoch of SGD over a minibatch.

        Parameters
        ----------
        rows : Rows
        y : ndarray of shape (n_samples,)
            Positions of the classes.

        Raises
        ------
        ValueError
            If the weights overflow.
        """
        # One BLAS thread: several spin against each other and the vectorizer (0.99 s against 0.16 s for 45 calls).
        compiled = isinstance(self.estimators_[0], CompiledSGD)
        with nullcontext() if compiled else _threadpools().limit(limits=1, user_api="blas"):
            for position, estimator in zip(self.positions, self.estimators_, strict=True):
                take_epoch(estimator, self._scale(rows, position), y == position)

    def partial_fit(self, rows: Rows, y: NDArray[np.integer]) -> None:
        """Count a minibatch, then take a step on it.

        Counting first is better than counting after the step (.9095 against .9069).

        Parameters
        ----------
        rows : Rows
        y : ndarray of shape (n_samples,)
            Positions of the classes.

        Raises
        ------
        ValueError
            If the weights overflow.
        """
        self.count(rows, y)
        self.step(rows, y)

    def decision_function(self, rows: Rows) -> NDArray[np.floating]:
        """Return the decision values with the ratio as it is now.

        Parameters
        ----------
        rows : Rows

        Returns
        -------
        ndarray of shape (n_samples, n_rows)
            One row for two classes, one per class for more; 0 before the first step.
        """
        values = [
            (_decide(self._scale(rows, position), estimator.coef_.ravel()) + estimator.intercept_)
            if hasattr(estimator, "coef_")
            else np.zeros(len(rows))
            for position, estimator in zip(self.positions, self.estimators_, strict=True)
        ]
        return np.stack(values, axis=1)

    def predict(self, rows: Rows) -> NDArray[np.integer]:
        """Return the most probable class of each document.

        Parameters
        ----------
        rows : Rows

        Returns
        -------
        ndarray of shape (n_samples,)
            Positions of the classes.
        """
        return predicted_positions(self.decision_function(rows))

    def weights(self) -> Weights:
        """Fold the ratio into the weights, in place: the trainer cannot go on afterwards.

        Returns
        -------
        Weights
            For features that are not scaled.
        """
        rows = [estimator.coef_ for estimator in self.estimators_]
        coef = np.concatenate(rows) if len(rows) > 1 else rows[0]
        intercept = np.concatenate([estimator.intercept_ for estimator in self.estimators_])
        t = float(self.estimators_[0].t_)
        if self.ratio_ is None:
            return Weights(coef, intercept, np.flatnonzero(coef.any(axis=0)).astype(np.int32), None, t)
        parts = [(start, coef[:, start : start + CHUNK]) for start in range(0, coef.shape[1], CHUNK)]
        n_weights = sum(int(part.any(axis=0).sum()) for _, part in parts)
        columns, ratio = np.empty(n_weights, np.int32), np.empty((len(coef), n_weights), coef.dtype)
        n_known = 0
        for start, part in parts:
            known, ratio_of_known = self._fold(self.ratio_, part, start)
            place = slice(n_known, n_known + len(known))
            columns[place], ratio[:, place] = known, ratio_of_known
            n_known += len(known)
        return Weights(coef, intercept, columns[:n_known], np.ascontiguousarray(ratio[:, :n_known]), t)

    def _fold(
        self, counts: LogCountRatio, coef: NDArray[np.floating], start: int
    ) -> tuple[NDArray[np.int32], NDArray[np.floating]]:
        """Fold the ratio into the weights of consecutive columns, in place; returns those known, and their ratio."""
        places = np.flatnonzero(coef.any(axis=0))
        columns = (start + places).astype(np.int32)
        ratio = np.stack([counts.ratio(columns, position) for position in self.positions]).astype(coef.dtype)
        coef[:, places] *= ratio
        known = ratio.any(axis=0)
        coef[:, places[~known]] = 0
        return columns[known], ratio[:, known]

    def state(self) -> dict[str, NDArray[Any]]:
        """Return everything that training needs to go on, as small arrays without their zeros."""
        return pack_state(self.estimators_, self.ratio_)

    def load_state(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Go on from what :meth:`state` returned.

        Raises
        ------
        ValueError
            If they are not the arrays of a trainer with these settings.
        """
        unpack_state(arrays, self.recipe, self.estimators_, self.ratio_)

    def _scale(self, rows: Rows, position: int) -> Rows:
        """Multiply the features by the ratio of a class."""
        if self.ratio_ is None:
            return rows
        return rows.with_data(self.ratio_.scale(rows, position))


def _decide(rows: Rows, weights: NDArray[np.floating]) -> NDArray[np.floating]:
    """Multiply a matrix by weights of its dtype."""
    if (twin := training_twin()) is None:
        result: NDArray[np.floating] = rows.to_csr() @ weights
        return result
    values = np.empty(len(rows), dtype=rows.data.dtype)
    twin.decide(rows.data, rows.columns, rows.indptr, weights, values)
    return values
