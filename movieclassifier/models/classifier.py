"""The classifier: texts in, labels and probabilities out; it explains itself and learns from corrections."""

import copy
import hashlib
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from movieclassifier.features.hashing import hash_texts
from movieclassifier.models.correcting import Lesson, go_on, teach
from movieclassifier.models.decisions import predicted_positions, probabilities
from movieclassifier.models.explanation import Explanation, contributions, ngram_spans
from movieclassifier.recipes.linear import Recipe

if TYPE_CHECKING:
    from sklearn.linear_model import SGDClassifier
    from sklearn.pipeline import Pipeline

CHUNK = 1000
ONE_TEXT = "texts must be a list of str, got one str; pass [text]."


class Classifier:
    """A linear classifier of texts. ``load_classifier()`` makes one from a model file.

    Parameters
    ----------
    recipe : Recipe
        Settings of the vectorizer and of the estimator.
    classes : array-like of shape (n_classes,)
        Labels, ints or str, ascending.
    coef : ndarray of shape (n_rows, n_features)
        Weights: one row for two classes, one per class for more.
    intercept : ndarray of shape (n_rows,)
    columns : ndarray of shape (n_columns,), int32
        The columns with a weight, ascending.
    ratio : ndarray of shape (n_rows, n_columns)
        Log-count ratio at those columns; of shape (n_rows, 0) for a recipe without one.
    label_names : sequence of str, optional
        The labels as people read them.
    temperature : float
        Decision values are divided by it before they become probabilities.
    t : float
        The ``t_`` that SGD goes on from.
    seed : int
        The estimator's ``random_state``.
    metadata : dict, optional
        Where the model came from and what was measured, as JSON can hold it.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    coef_ : ndarray of shape (n_rows, n_features)
    intercept_ : ndarray of shape (n_rows,)
    temperature_ : float
    """

    def __init__(
        self,
        recipe: Recipe,
        classes: ArrayLike,
        coef: NDArray[np.floating],
        intercept: NDArray[np.floating],
        columns: NDArray[np.integer],
        ratio: NDArray[np.floating],
        *,
        label_names: Sequence[str] | None = None,
        temperature: float = 1.0,
        t: float = 1.0,
        seed: int = 1,
        metadata: dict[str, Any] | None = None,
    ):
        self.recipe = recipe
        self.classes_ = np.asarray(classes)
        self.coef_, self.intercept_ = coef, intercept
        self.columns, self.ratio = columns, ratio
        self.label_names = tuple(label_names or map(str, self.classes_.tolist()))
        self.temperature_ = temperature
        self.t_, self.seed = t, seed
        self.metadata = metadata or {}

    def __repr__(self) -> str:
        facts = [f"recipe {self.recipe.name}", f"{len(self.columns):,} columns"]
        if metrics := self.metadata.get("metrics"):
            facts.append(f"accuracy {metrics['accuracy']:.4f} on {metrics['n_documents']:,} documents")
        return f"<Classifier of {', '.join(self.label_names)}: {', '.join(facts)}>"

    def decision_function(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the decision values (log-odds, before the temperature).

        Parameters
        ----------
        texts : list of str

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

    def predict(self, texts: Sequence[str]) -> NDArray[Any]:
        """Return the most probable label of each text.

        Parameters
        ----------
        texts : list of str

        Returns
        -------
        ndarray of shape (n_samples,)
            Of the dtype of ``classes_``.

        Raises
        ------
        TypeError
            If texts is one str, or holds anything but str.
        """
        return self.classes_[predicted_positions(self._decide(texts))]

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return calibrated probabilities.

        Parameters
        ----------
        texts : list of str

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

    def score(self, texts: Sequence[str], y: ArrayLike) -> float:
        """Return the accuracy on texts with known labels.

        Parameters
        ----------
        texts : list of str
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

    def explain(self, text: str, label: int | str | None = None) -> Explanation:
        """Tell what each n-gram adds to the decision value.

        Parameters
        ----------
        text : str
        label : int or str, optional
            The class to speak for, or its name; by default the second of two, the predicted one of more.

        Returns
        -------
        Explanation
            Its contributions and the intercept sum to the decision value.

        Raises
        ------
        ValueError
            If the label is neither.
        """
        from movieclassifier.features.hashing import ngram_columns

        data, columns, _ = hash_texts([text], self.recipe.ngrams)
        position = self._position(label) if label is not None else self._explained(text)
        row, sign = (position, 1) if len(self.coef_) > 1 else (0, 1 if position == 1 else -1)
        added = sign * data.astype(float) * self.coef_[row, columns]
        occurrences = ngram_spans(text, self.recipe.ngrams)
        parts = contributions(
            occurrences,
            ngram_columns(list(occurrences), self.recipe.ngrams.n_features),
            dict(zip(columns.tolist(), added.tolist(), strict=True)),
        )
        intercept = sign * float(self.intercept_[row])
        return Explanation(text, self.classes_[position].item(), intercept + float(added.sum()), intercept, parts)

    def learn(self, text: str, label: int | str) -> Lesson:
        """Move the weights just far enough for a text to get a label by the margin.

        The step is passive-aggressive in the space of the log-count ratio: for a row with target y = ±1, score m,
        features x and ratio r, ``w += y * tau * x * r**2`` with ``tau = max(0, 1/2 - y * m) / sum(x**2 * r**2)``.

        Parameters
        ----------
        text : str
        label : int or str
            One of ``classes_`` or of ``label_names``.

        Returns
        -------
        Lesson
            Its ``n_known`` is 0 where the model knows no n-gram of the text, which so can teach it nothing.

        Raises
        ------
        ValueError
            If the label is neither.

        References
        ----------
        Crammer et al., *Online Passive-Aggressive Algorithms*, JMLR 2006.
        """
        return teach(self, text, self._position(label))

    def partial_fit(self, texts: Sequence[str], y: ArrayLike) -> "Classifier":
        """Take one epoch of SGD over a minibatch, bit for bit as the plain ``SGDClassifier`` would.

        The step is taken in the space of the plain features. Columns that it gives a first weight have no log-count
        ratio, so that :meth:`learn` leaves them alone. The temperature and the metrics stay those of the training.

        Parameters
        ----------
        texts : list of str
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
        >>> recipe, nothing = Recipe().with_settings(n_features=8, log_count_ratio=False), np.empty((1, 0), np.float32)
        >>> untrained = Classifier(recipe, ["bad", "good"], np.zeros((1, 8), np.float32), np.zeros(1), [], nothing)
        >>> untrained.partial_fit(["dull", "fine"], ["bad", "good"]).predict(["a fine film"]).tolist()
        ['good']
        """
        if isinstance(texts, str):
            raise TypeError(ONE_TEXT)
        positions = [self._position(label) for label in np.asarray(y).tolist()]
        if len(positions) != len(texts):
            raise ValueError(f"texts and y must have the same length; got {len(texts)} and {len(positions)}.")
        if positions:
            go_on(self, texts, positions)
        return self

    @cached_property
    def estimator(self) -> "SGDClassifier":
        """A plain ``SGDClassifier`` over the same weights (not a copy).

        To train further, call :meth:`partial_fit` of the classifier: that of the estimator moves the weights of both,
        but the intercept and ``t_`` of the estimator alone.
        """
        from sklearn.linear_model import SGDClassifier

        estimator = SGDClassifier(loss="log_loss", alpha=self.recipe.alpha, random_state=self.seed)
        estimator.coef_, estimator.intercept_ = self.coef_, self.intercept_
        estimator.classes_, estimator.t_ = self.classes_, self.t_
        estimator.n_features_in_ = self.recipe.ngrams.n_features
        return estimator

    def to_sklearn(self) -> "Pipeline":
        """Return a pipeline with scikit-learn's interface.

        Returns
        -------
        Pipeline
            The vectorizer and :attr:`estimator`, whose weights are those of the classifier, not a copy.
        """
        from sklearn.pipeline import make_pipeline

        from movieclassifier.vectorizer import make_vectorizer

        return make_pipeline(make_vectorizer(self.recipe), self.estimator)

    def copy(self) -> "Classifier":
        """Return a classifier that learns on its own.

        Returns
        -------
        Classifier
            With weights and intercepts of its own; what learning does not change in place is shared.
        """
        other = copy.copy(self)
        other.__dict__.pop("estimator", None)
        other.coef_, other.intercept_ = self.coef_.copy(), self.intercept_.copy()
        return other

    def weights_sha256(self) -> str:
        """Return a digest of what the classifier has learned.

        Returns
        -------
        str
            The SHA-256 of the bytes of the weights and intercepts, as 64 hexadecimal digits.
        """
        digest = hashlib.sha256(np.ascontiguousarray(self.coef_).data)
        digest.update(self.intercept_.tobytes())
        return digest.hexdigest()

    def _decide(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return decision values of shape (n_samples, n_rows); memory does not grow with the number of texts."""
        if isinstance(texts, str):
            raise TypeError(ONE_TEXT)
        values = np.empty((len(texts), len(self.coef_)))
        for start in range(0, len(texts), CHUNK):
            chunk = texts[start : start + CHUNK]
            values[start : start + len(chunk)] = self.decide_features(*hash_texts(chunk, self.recipe.ngrams))
        return values

    def decide_features(
        self, data: NDArray[np.floating], columns: NDArray[np.integer], indptr: NDArray[np.integer]
    ) -> NDArray[np.float64]:
        """Return the decision values of hashed texts, of shape (n_samples, n_rows).

        Parameters
        ----------
        data, columns, indptr : ndarray
            A CSR matrix, as :func:`movieclassifier.features.hashing.hash_texts` returns it.
        """
        values = np.empty((len(indptr) - 1, len(self.coef_)))
        for row, coef in enumerate(self.coef_):
            # Sums of float64 over each document; a trailing 0 lets reduceat see empty documents at the end.
            products = np.zeros(len(data) + 1)
            np.multiply(data, coef[columns], out=products[:-1], dtype=np.float64)
            sums = np.add.reduceat(products, indptr[:-1])
            values[:, row] = np.where(np.diff(indptr) > 0, sums, 0.0) + float(self.intercept_[row])
        return values

    def _position(self, label: int | str) -> int:
        """Return the position of a label, or of the label that has this name."""
        classes = self.classes_.tolist()
        for known in (classes, self.label_names):
            if label in known:
                return known.index(label)
        pairs = zip(map(str, classes), self.label_names, strict=True)
        names = (value if value == name else f"{value} ({name})" for value, name in pairs)
        raise ValueError(f"label must be one of {', '.join(names)}; got {label!r}.")

    def _explained(self, text: str) -> int:
        return int(predicted_positions(self._decide([text]))[0]) if len(self.coef_) > 1 else 1
