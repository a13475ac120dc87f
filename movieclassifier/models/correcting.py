"""Corrections: one text, moved just far enough for it to come out right, or a minibatch, by one epoch of SGD."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from movieclassifier.features.rows import Rows
from movieclassifier.models.column_coef import as_array
from movieclassifier.models.decisions import probabilities

if TYPE_CHECKING:
    from movieclassifier.models.classifier import Classifier

MARGIN = 0.5


@dataclass(frozen=True)
class Lesson:
    """The effect of :meth:`Classifier.learn`.

    Attributes
    ----------
    label : int or str
        The label that was taught.
    before, after : ndarray of shape (n_classes,)
        Probabilities of the text.
    n_known : int
        Columns of the text that the model can learn about; at 0 the text teaches it nothing.
    changed : bool
        Whether a weight moved; False where the text already had the label by the margin.
    """

    label: int | str
    before: NDArray[np.floating]
    after: NDArray[np.floating]
    n_known: int
    changed: bool


def teach(classifier: "Classifier", rows: Rows, position: int) -> Lesson:
    """Change the weights of a classifier in place, as :meth:`Classifier.learn` says.

    Parameters
    ----------
    classifier : Classifier
    rows : Rows
        The row of one text.
    position : int
        Position of its label in ``classes_``.

    Returns
    -------
    Lesson
    """
    weights, data, columns = classifier.weights, rows.data, rows.columns
    values = weights.decide(rows)[0]
    known, changed = 0, False
    for row, value in enumerate(values):
        y = 1 if position == (row if len(values) > 1 else 1) else -1
        ratio = weights.ratio_at(row, columns)
        known = max(known, int(np.count_nonzero(ratio)))
        slack = MARGIN - y * float(value)
        norm = float(np.sum((data.astype(float) * ratio) ** 2))
        if slack > 0 and norm > 0:
            weights.coef[row, columns] += just_far_enough(data * ratio**2, y, slack / norm)
            changed = True
    before = probabilities(values[None], classifier.temperature_)[0]
    return Lesson(classifier.classes_[position].item(), before, classifier.predict_proba(rows)[0], known, changed)


def just_far_enough(x: NDArray[np.floating], y: int, tau: float) -> NDArray[np.floating]:
    """Return ``y * tau * x``, the one SGD step from zero weights whose learning rate is chosen for it.

    The log loss at zero weights has the slope 1/2: ``SGDClassifier.partial_fit`` with a learning rate of ``2 * tau``
    gives the same bits, at many times the cost.

    Parameters
    ----------
    x : ndarray of shape (n,)
    y : {-1, 1}
    tau : float

    Returns
    -------
    ndarray of shape (n,)

    Examples
    --------
    >>> just_far_enough(np.array([1.0, -2.0]), -1, 0.25).tolist()
    [-0.25, 0.5]
    """
    step: NDArray[np.floating] = x * x.dtype.type(y * tau)  # casting after the product would change float32 weights
    return step


def take_step(classifier: "Classifier", rows: Rows, positions: Sequence[int]) -> None:
    """Take one epoch of SGD over a minibatch, as :meth:`Classifier.partial_fit` says.

    Parameters
    ----------
    classifier : Classifier
    rows : Rows
    positions : sequence of int
        Positions of their labels in ``classes_``.
    """
    weights, estimator = classifier.weights, classifier.estimator
    estimator.coef_, estimator.intercept_, estimator.t_ = as_array(weights.coef), weights.intercept, weights.t
    estimator.partial_fit(rows.to_csr(), classifier.classes_[list(positions)])
    weights.coef, weights.intercept, weights.t = estimator.coef_, estimator.intercept_, float(estimator.t_)
    weights.columns, weights.ratio = weights.weighted_columns()
