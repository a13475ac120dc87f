"""The classifier: texts in, labels and probabilities out; it explains itself and learns from corrections."""

# help() then shows hints as they are written, in place of what they stand for.
from __future__ import annotations

import copy
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from movieclassifier.features.hashing import hash_texts, sum_weights
from movieclassifier.features.rows import Rows
from movieclassifier.models.column_coef import as_array
from movieclassifier.models.correcting import Lesson, take_step, teach
from movieclassifier.models.decisions import predicted_positions, probabilities
from movieclassifier.models.explanation import Explanation, Side, explain_weights
from movieclassifier.models.metadata import Provenance, is_sample
from movieclassifier.models.weights import Weights
from movieclassifier.models.writing import save_model, save_record
from movieclassifier.recipes.linear import Recipe

if TYPE_CHECKING:
    from sklearn.linear_model import SGDClassifier
    from sklearn.pipeline import Pipeline

CHUNK = 1000
ONE_TEXT = "texts must be a list of str, got one str; pass [text]."


class Classifier:
    """A linear classifier of texts. ``load_classifier()`` makes one from a model file.

    Its methods take texts, or the rows that :meth:`rows` makes of them: hash a text once, and ask as often as you like.

    Parameters
    ----------
    recipe : Recipe
        Settings of the features and of the estimator.
    classes : array-like of shape (n_classes,)
        Labels, ints or str, ascending.
    weights : Weights
        The linear layer.
    label_names : sequence of str, optional
        The labels as people read them.
    temperature : float
        Decision values are divided by it before they become probabilities.
    seed : int
        The estimator's ``random_state``.
    metadata : Provenance, optional
        Where the model came from and what was measured on it.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    coef_ : ndarray of shape (n_rows, n_features)
    intercept_ : ndarray of shape (n_rows,)
    temperature_ : float
    guard : tuple of (ndarray, mapping of str to ndarray)
        The columns of the training, and a sample of the holdout in them; :meth:`save` keeps it with the model.

    Examples
    --------
    >>> from movieclassifier import load_classifier
    >>> classifier = load_classifier("movieclassifier/bundled/imdb.npz")
    >>> classifier.predict(["what a waste of time", "a wonderful film"], names=True).tolist()
    ['negative', 'positive']
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
        rows = self.rows([text]) if rows is None else rows
        position = self._position(label) if label is not None else self._explained(rows)
        row, sign = (position, 1) if len(self.coef_) > 1 else (0, 1 if position == 1 else -1)
        side = Side(self.classes_[position].item(), sign, float(self.intercept_[row]))
        explanation = explain_weights(text, rows, self.recipe.ngrams, self.coef_[row, rows.columns], side)
        return replace(explanation, name=self.label_names[position])

    def learn(self, text: str | Rows, label: int | str) -> Lesson:
        """Move the weights just far enough for a text to get a label by the margin.

        The step is passive-aggressive in the space of the log-count ratio: for a row with target y = ±1, score m,
        features x and ratio r, ``w += y * tau * x * r**2`` with ``tau = max(0, 1/2 - y * m) / sum(x**2 * r**2)``.

        Parameters
        ----------
        text : str or Rows
            The text, or its row.
        label : int or str
            One of ``classes_`` or of ``label_names``.

        Returns
        -------
        Lesson
            Its ``n_known`` is 0 where the model knows no n-gram of the text: then it teaches nothing.

        Raises
        ------
        ValueError
            If the label is neither.

        References
        ----------
        Crammer et al., *Online Passive-Aggressive Algorithms*, JMLR 2006.
        """
        position = self._position(label)
        return teach(self, self.rows([text]) if isinstance(text, str) else text, position)

    def partial_fit(self, texts: Sequence[str] | Rows, y: ArrayLike) -> Classifier:
        """Take one epoch of SGD over a minibatch, bit for bit as the plain ``SGDClassifier`` would.

        The step is taken in the space of the plain features. Columns that it gives a first weight have no log-count
        ratio, and :meth:`learn` leaves them alone. The temperature and the metrics stay those of the training.

        Parameters
        ----------
        texts : list of str or Rows
        y : array-like of shape (n_samples,)
            Labels, of ``classes_`` or of ``label_names``.

        Returns
        -------
        Classifier
            Itself.

        Raises
        ------
        TypeError
            If texts is one str, or holds anything but str.
        ValueError
            If a label is neither, if there are not as many labels as texts, or if the weights overflow.

        Examples
        --------
        >>> recipe = Recipe().with_settings(n_features=8, log_count_ratio=False)
        >>> weights = Weights(np.zeros((1, 8), np.float32), np.zeros(1), np.empty(0, np.int32))
        >>> untrained = Classifier(recipe, ["bad", "good"], weights)
        >>> untrained.partial_fit(["dull", "fine"], ["bad", "good"]).predict(["a fine film"]).tolist()
        ['good']
        """
        if isinstance(texts, str):
            raise TypeError(ONE_TEXT)
        positions = [self._position(label) for label in np.asarray(y).tolist()]
        if len(positions) != len(texts):
            raise ValueError(f"texts and y must have the same length; got {len(texts)} and {len(positions)}.")
        if positions:
            take_step(self, self._rows(texts), positions)
        return self

    @cached_property
    def estimator(self) -> SGDClassifier:
        """A plain ``SGDClassifier`` over the same weights (not a copy).

        To train further, call :meth:`partial_fit` of the classifier: that of the estimator moves the weights of both,
        but the intercept and ``t_`` of the estimator alone.
        """
        from sklearn.linear_model import SGDClassifier

        estimator = SGDClassifier(loss="log_loss", alpha=self.recipe.alpha, random_state=self.seed)
        estimator.coef_, estimator.intercept_ = as_array(self.weights.coef), self.intercept_
        estimator.classes_, estimator.t_ = self.classes_, self.weights.t
        estimator.n_features_in_ = self.recipe.ngrams.n_features
        return estimator

    def to_sklearn(self) -> Pipeline:
        """Return a pipeline with scikit-learn's interface.

        Returns
        -------
        Pipeline
            The vectorizer and :attr:`estimator`, whose weights are those of the classifier, not a copy.
        """
        from sklearn.pipeline import make_pipeline

        from movieclassifier.vectorizer import make_vectorizer

        return make_pipeline(make_vectorizer(self.recipe), self.estimator)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model, for :func:`movieclassifier.load_classifier` and for the commands.

        A guard set that came with the model is kept unless :meth:`partial_fit` has added columns.

        Parameters
        ----------
        path : str or path-like
            A folder, which is made if it is missing and gets the record and the pickles; or a file whose name ends in
            .npz, which becomes the record alone. A model that was there is replaced.

        Raises
        ------
        OSError
            If a file cannot be written. The files that were there stay as they were.
        """
        columns, arrays = self.guard
        extra = arrays if np.array_equal(columns, self.weights.weighted_columns()[0]) else {}
        write = save_record if os.fspath(path).endswith(".npz") else save_model
        write(path, self, extra)

    def copy(self) -> Classifier:
        """Return a classifier that learns on its own.

        Returns
        -------
        Classifier
            With weights and intercepts of its own; what learning does not change in place is shared.
        """
        other = copy.copy(self)
        other.__dict__.pop("estimator", None)
        other.weights = self.weights.copy()
        return other

    def weights_sha256(self) -> str:
        """Return a digest of what the classifier has learned.

        Returns
        -------
        str
            The SHA-256 of the bytes of the weights and intercepts, as 64 hexadecimal digits.
        """
        return self.weights.sha256()

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
                return np.array([sums]) + self.intercept_.astype(np.float64, copy=False)
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
    """Yield the texts some at a time, so that their rows take little memory."""
    if isinstance(texts, str):
        raise TypeError(ONE_TEXT)
    return (texts[start : start + CHUNK] for start in range(0, len(texts), CHUNK))
