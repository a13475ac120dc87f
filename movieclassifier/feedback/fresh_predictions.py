"""Fresh predictions: a decision as people and programs get it, with the means to explain it later."""

import secrets
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from movieclassifier.features.rows import Rows
from movieclassifier.feedback.evidence import Evidence
from movieclassifier.feedback.log.appending import now
from movieclassifier.feedback.log.entities import Prediction, Probabilities
from movieclassifier.feedback.log.row_conversion import moment
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.decisions import predicted_positions, probabilities
from movieclassifier.models.explanation import Side


def new_id() -> str:
    """Return an identifier that cannot be guessed: 128 random bits."""
    return secrets.token_urlsafe(16)


@dataclass(frozen=True)
class Decision:
    """A decision on one text, taken at one moment: the weights may move afterwards.

    Attributes
    ----------
    values : ndarray of shape (n_rows,)
        Decision values.
    best : int
        The position of the predicted label.
    weights : ndarray of shape (n,) or None
        The weights that decided, at the columns of the text; None if nobody asks for an explanation.
    version : str
        Of the model.
    """

    values: NDArray[np.float64]
    best: int
    weights: NDArray[np.floating] | None
    version: str

    @classmethod
    def of(cls, classifier: Classifier, rows: Rows, version: str, *, explain: bool) -> "Decision":
        """Return what the weights say of a text now."""
        values = classifier.weights.decide(rows)
        best = int(predicted_positions(values)[0])
        weights = classifier.coef_[_row(values[0], best), rows.columns] if explain else None
        return cls(values[0], best, weights, version)


def named_probabilities(classifier: Classifier, values: NDArray[np.float64]) -> Probabilities:
    """Return the probabilities that belong to decision values of shape (n_rows,), by the names of the labels."""
    y_proba = probabilities(values[None], classifier.temperature_)[0]
    return dict(zip(classifier.label_names, y_proba.tolist(), strict=True))


def make_prediction(classifier: Classifier, text: str, rows: Rows, decision: Decision, *, keep: bool) -> Prediction:
    """Return a prediction; it has an id if it will be kept.

    Parameters
    ----------
    classifier : Classifier
        The one that decided.
    text : str
    rows : Rows
        The row of the text.
    decision : Decision
    keep : bool
    """
    evidence = _evidence(classifier, decision)
    label = classifier.label_names[decision.best]
    return Prediction(
        id=new_id() if keep else None,
        text=text,
        label=label,
        probabilities=named_probabilities(classifier, decision.values),
        model_version=decision.version,
        explain=lambda: evidence.explain(text, rows) if evidence else None,
        explained_label=label,
        created_at=moment(now()),
        labels=classifier.label_names,
        n_known=int(classifier.n_known(rows)[0]),
        evidence=evidence.pack() if evidence and keep else None,
    )


def _row(values: NDArray[np.float64], best: int) -> int:
    """Return the row of weights that speaks for the predicted label, or against it."""
    return best if len(values) > 1 else 0


def _evidence(classifier: Classifier, decision: Decision) -> Evidence | None:
    if decision.weights is None:
        return None
    best, intercept = decision.best, classifier.intercept_[_row(decision.values, decision.best)]
    sign = -1 if len(decision.values) == 1 and best == 0 else 1
    side = Side(classifier.classes_[best].item(), sign, float(intercept))
    return Evidence(side, classifier.recipe.ngrams, decision.weights)
