"""Predicting and explaining: texts in, labels, probabilities and contributions out."""

# With this, help() shows type hints as they are written here.
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from movieclassifier.features.hashing import hash_texts, sum_weights
from movieclassifier.features.rows import Rows
from movieclassifier.models.decisions import predicted_positions, probabilities
from movieclassifier.models.metadata import Provenance, is_sample
from movieclassifier.models.weights import Weights
from movieclassifier.recipes.linear import Recipe

if TYPE_CHECKING:
    from movieclassifier.models.explanation import Explanation

CHUNK = 1000
ONE_TEXT = "texts must be a list of str, got one str; pass [text]."


class Predictor:
    """The part of a classifier that predicts and explains; :class:`movieclassifier.Classifier` also learns.

    Its parameters and attributes are those of :class:`movieclassifier.Classifier`.
    """

    def __init__(
        self,
        recipe: Recipe,
        classes: ArrayLike,
        weights: Weights,
        *,
        label_names: Sequence[str] | None = None,
        temperature: float = 1.0,
        seed: int = 1,
        metadata: Provenance | None = None,
    ):
        self.recipe, self.weights = recipe, weights
        self.classes_ = np.asarray(classes)
        self.label_names = tuple(label_names or map(str, self.classes_.tolist()))
        self.temperature_, self.seed = temperature, seed
        self.metadata: Provenance = metadata or {}
        self.guard: tuple[NDArray[np.integer], Mapping[str, NDArray[Any]]] = (weights.columns, {})

    @property
    def coef_(self) -> NDArray[np.floating]:
        """The weights, of shape (n_rows, n_features); a ``ColumnCoef`` if they would be more than 128 MB."""
        coef: NDArray[np.floating] = self.weights.coef
        return coef

    @property
    def intercept_(self) -> NDArray[np.floating]:
        """The intercepts, of shape (n_rows,)."""
        return self.weights.intercept

    @property
    def columns(self) -> NDArray[np.integer]:
        """The columns that the training gave a weight, of shape (n_columns,)."""
        return self.weights.columns

    def __repr__(self) -> str:
        facts = [f"recipe {self.recipe.name}", f"{len(self.columns):,} columns"]
        if metrics := self.metadata.get("metrics"):
            facts.append(f"accuracy {metrics['accuracy']:.4f} on {metrics['n_documents']:,} documents")
        if is_sample(self.metadata):
            facts.append("trained on the sample reviews only")
        return f"<Classifier of {', '.join(self.label_names)}: {', '.join(facts)}>"

    def rows(self, texts: Sequence[str]) -> Rows:
        """Hash texts as the recipe says.

        Parameters
        ----------
        texts : list of str

        Returns
        -------
        Rows
            To be handed to the other methods in place of the texts.

        Raises
        ------
        TypeError
            If texts is one str, or holds anything but str.
        """
        return hash_texts(texts, self.recipe.ngrams)

    def decision_function(self, texts: Sequence[str] | Rows) -> NDArray[np.float64]:
        """Return the decision values (log-odds, before the temperature).

        Parameters
        ----------
        texts : list of str or Rows

        Returns
        -------
        ndarray of shape (n_samples,) for two classes, (n_samples, n_classes) for more

        Raises
        ------
        TypeError
            If texts is one str, or holds anything but str.
        """
        values = self._decide(texts)
        return values[:, 0] if len(self.coef_) == 1 else values

    def predict(self, texts: Sequence[str] | Rows, *, names: bool = False) -> NDArray[Any]:
        """Return the most probable label of each text.

        Parameters
        ----------
        texts : list of str or Rows
        names : bool, default=False
            Whether to return ``label_names``, such as "positive", in place of ``classes_``, such as 1. The default can
            be compared with the labels of a corpus.

        Returns
        -------
        ndarray of shape (n_samples,)
            Of the dtype of ``classes_``; of str with `names`.

        Raises
        ------
        TypeError
            If texts is one str, or holds anything but str.
        """
        labels = np.asarray(self.label_names) if names else self.classes_
        return labels[predicted_positions(self._decide(texts))]

    def predict_proba(self, texts: Sequence[str] | Rows) -> NDArray[np.float64]:
        """Return calibrated probabilities.

        Parameters
        ----------
        texts : list of str or Rows

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Columns in the order of ``classes_``.

        Raises
        ------
        TypeError
            If texts is one str, or holds anything but str.
        """
        return probabilities(self._decide(texts), self.temperature_)

    def score(self, texts: Sequence[str] | Rows, y: ArrayLike) -> float:
        """Return the accuracy on texts with known labels.

        Parameters
        ----------
        texts : list of str or Rows
        y : array-like of shape (n_samples,)
            Labels, as in ``classes_``.

        Returns
        -------
        float
            Share of the texts whose predicted label is right.

        Raises
        ------
        TypeError
            If texts is one str, or holds anything but str.
        """
        return float(np.mean(self.predict(texts) == np.asarray(y)))

    def n_known(self, texts: Sequence[str] | Rows) -> NDArray[np.intp]:
        """Return how many n-grams of each text have a weight; at 0 the intercept alone decides.

        Parameters
        ----------
        texts : list of str or Rows

        Returns
        -------
        ndarray of shape (n_samples,)

        Raises
        ------
        TypeError
            If texts is one str, or holds anything but str.
        """
        parts = [texts] if isinstance(texts, Rows) else map(self.rows, _chunks(texts))
        return np.concatenate([np.empty(0, np.intp), *map(self.weights.n_known, parts)])

    def explain(self, text: str, label: int | str | None = None, rows: Rows | None = None) -> Explanation:
        """Tell how much each n-gram adds to the decision value.

        Parameters
        ----------
        text : str
        label : int or str, optional
            The class to speak for, or its name; by default the second of two, the predicted one of more.
        rows : Rows, optional
            The row of the text, where it was hashed already.

        Returns
        -------
        Explanation
            Its contributions and the intercept sum to the decision value.

        Raises
        ------
        ValueError
            If the label is neither.
        """
        from movieclassifier.models.explanation import Side, explain_weights  # training and predicting need none

        rows = self.rows([text]) if rows is None else rows
        position = self._position(label) if label is not None else self._explained(rows)
        row, sign = (position, 1) if len(self.coef_) > 1 else (0, 1 if position == 1 else -1)
        side = Side(self.classes_[position].item(), sign, float(self.intercept_[row]))
        explanation = explain_weights(text, rows, self.recipe.ngrams, self.coef_[row, rows.columns], side)
        return replace(explanation, name=self.label_names[position])

    def decide(self, rows: Rows) -> NDArray[np.float64]:
        """Return the decision values of hashed texts, of shape (n_samples, n_rows).

        Parameters
        ----------
        rows : Rows
        """
        return self.weights.decide(rows)

    def _decide(self, texts: Sequence[str] | Rows) -> NDArray[np.float64]:
        """Return decision values of shape (n_samples, n_rows); memory does not grow with the number of texts."""
        if isinstance(texts, Rows):
            return self.decide(texts)
        coef = self.weights.coef
        if len(texts) == 1 and type(texts[0]) is str and isinstance(coef, np.ndarray):
            sums = sum_weights(texts[0], self.recipe.ngrams, coef)
            if sums is not None:
                # Python's floats are added as numpy adds them, in a tenth of the time.
                return np.array([[sum_ + more for sum_, more in zip(sums, self.intercept_.tolist(), strict=True)]])
        values, start = np.empty((len(texts), len(self.coef_))), 0
        for chunk in _chunks(texts):
            values[start : start + len(chunk)] = self.decide(self.rows(chunk))
            start += len(chunk)
        return values

    def _rows(self, texts: Sequence[str] | Rows) -> Rows:
        return texts if isinstance(texts, Rows) else self.rows(texts)

    def _position(self, label: int | str) -> int:
        """Return the position of a label, or of the label that has this name."""
        classes = self.classes_.tolist()
        for known in (classes, self.label_names):
            if label in known:
                return known.index(label)
        pairs = zip(map(str, classes), self.label_names, strict=True)
        names = (value if value == name else f"{value} ({name})" for value, name in pairs)
        raise ValueError(f"label must be one of {', '.join(names)}; got {label!r}.")

    def _explained(self, rows: Rows) -> int:
        return int(predicted_positions(self.decide(rows))[0]) if len(self.coef_) > 1 else 1


def _chunks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the texts some at a time; their rows then take little memory."""
    if isinstance(texts, str):
        raise TypeError(ONE_TEXT)
    return (texts[start : start + CHUNK] for start in range(0, len(texts), CHUNK))
