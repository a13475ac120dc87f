"""Plain SGD on the log loss: the estimator behind a trainer.

The learning rate is scikit-learn's ``learning_rate="optimal"``. That is its default, so no call here names it; a
pickled estimator does, in :mod:`movieclassifier.models.pickling`.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.features.rows import Rows
from movieclassifier.recipes.linear import Recipe
from movieclassifier.system.compiled import training_twin
from movieclassifier.training.learners.mersenne import draw_integers

MAX_INT = 2**31 - 1
BLOCK = 32  # columns
Learned = tuple[NDArray[Any], float]  # weights, and the intercept


def make_estimator(recipe: Recipe, seed: int, n_features: int | None = None) -> Any:
    """Return scikit-learn's ``SGDClassifier`` with the settings of a recipe, or its compiled twin.

    Parameters
    ----------
    recipe : Recipe
    seed : int
        Seed of the order of documents inside a minibatch.
    n_features : int, optional
        Number of columns, if it is not that of the recipe.

    Returns
    -------
    SGDClassifier or CompiledSGD
        The same bits come out of both. Several passes are averaged; the twin averages where the processor adds as
        scikit-learn's BLAS does, and as many columns as that adds at once.
    """
    twin, n = training_twin(), n_features or recipe.ngrams.n_features
    if twin is not None and (recipe.passes == 1 or (twin.can_average() and n % BLOCK == 0)):
        kind = CompiledSGD if recipe.passes == 1 else CompiledAveragedSGD
        return kind(n, recipe.ngrams.dtype, recipe.alpha, seed)
    from sklearn.linear_model import SGDClassifier  # over a second: only where it is needed

    return SGDClassifier(loss="log_loss", alpha=recipe.alpha, average=recipe.passes > 1, random_state=seed)


def take_epoch(estimator: Any, rows: Rows, y: NDArray[np.bool_]) -> None:
    """Take one epoch of SGD over a minibatch.

    Parameters
    ----------
    estimator : SGDClassifier or CompiledSGD
    rows : Rows
    y : ndarray of shape (n_samples,), bool

    Raises
    ------
    ValueError
        If the weights overflow.
    """
    X = rows if isinstance(estimator, CompiledSGD) else rows.to_csr()
    estimator.partial_fit(X, y, classes=[False, True])


class CompiledSGD:
    """The compiled twin of ``SGDClassifier(loss="log_loss", alpha=alpha, random_state=seed)`` for two classes.

    Parameters
    ----------
    n_features : int
    dtype : str
        Type of features and weights.
    alpha : float
        Strength of the L2 penalty.
    seed : int

    Attributes
    ----------
    coef_ : ndarray of shape (1, n_features)
    intercept_ : ndarray of shape (1,)
    t_ : float
    """

    def __init__(self, n_features: int, dtype: str, alpha: float, seed: int):
        self.coef_ = np.zeros((1, n_features), dtype=dtype)
        self.intercept_ = np.zeros(1)
        self.t_ = 1.0
        self._twin, self._alpha = training_twin(), alpha
        # Leon Bottou's choice of the step that the learning rate starts from, as scikit-learn makes it.
        self._first_t = 1.0 / (math.sqrt(1.0 / math.sqrt(alpha)) * alpha)
        # The first number is drawn by scikit-learn for something else.
        _, self._shuffle_seed = draw_integers(seed, (1, MAX_INT), (0, MAX_INT))

    def partial_fit(self, rows: Rows, y: NDArray[np.bool_], classes: Any = None) -> "CompiledSGD":
        """Take one epoch over a minibatch.

        Parameters
        ----------
        rows : Rows
        y : ndarray of shape (n_samples,), bool
        classes : ignored
            As in scikit-learn.

        Raises
        ------
        ValueError
            If the weights overflow.
        """
        intercept, _ = self._take(rows, y, (self.coef_[0], float(self.intercept_[0])), (self.coef_[0, :0], 0.0))
        self.intercept_ = np.array([intercept])
        return self

    def _take(self, rows: Rows, y: NDArray[np.bool_], learned: Learned, averages: Learned) -> tuple[float, float]:
        """Take the steps of a minibatch; return the intercept and its average."""
        arrays = (rows.data, rows.columns, rows.indptr, y.view(np.uint8), self.order(len(y)))
        found: tuple[float, float] = self._twin.sgd(*learned, *arrays, *self.settings, *averages)
        if not math.isfinite(found[0]):
            raise ValueError(f"the weights have overflowed; use a different alpha than {self._alpha}.")
        self.t_ += len(y)
        return found

    @property
    def settings(self) -> tuple[float, float, float]:
        """Return alpha, the step that the learning rate starts from, and the step that is next."""
        return self._alpha, self._first_t, self.t_

    def order(self, n_samples: int) -> NDArray[np.int32]:
        """Return the order in which scikit-learn visits the documents of a minibatch."""
        order = np.arange(n_samples, dtype=np.int32)
        self._twin.shuffle(order, self._shuffle_seed)
        return order


class CompiledAveragedSGD(CompiledSGD):
    """The compiled twin of ``SGDClassifier(loss="log_loss", alpha=alpha, average=True, random_state=seed)``.

    Its parameters are those of :class:`CompiledSGD`; ``coef_`` and ``intercept_`` are the averages.
    """

    def __init__(self, n_features: int, dtype: str, alpha: float, seed: int):
        super().__init__(n_features, dtype, alpha, seed)
        self._standard_coef, self._average_coef = np.zeros(n_features, dtype), self.coef_[0]
        # scikit-learn leaves the first at 0: after a minibatch it keeps the average alone.
        self._standard_intercept, self._average_intercept = np.zeros(1, dtype), np.zeros(1, dtype)
        self.intercept_ = self._average_intercept

    def partial_fit(self, rows: Rows, y: NDArray[np.bool_], classes: Any = None) -> "CompiledAveragedSGD":
        """Take one epoch over a minibatch, as :meth:`CompiledSGD.partial_fit` does."""
        averages = self._average_coef, float(self._average_intercept[0])
        _, average = self._take(rows, y, (self._standard_coef, float(self._standard_intercept[0])), averages)
        self._average_intercept = np.array([average], self._standard_intercept.dtype)
        self.coef_, self.intercept_ = self._average_coef.reshape(1, -1), self._average_intercept
        return self
