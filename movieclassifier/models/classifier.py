"""The classifier: texts in, labels and probabilities out; it explains itself and learns from corrections."""

# With this, help() shows type hints as they are written here.
from __future__ import annotations

import copy
import os
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from movieclassifier.features.rows import Rows
from movieclassifier.models.column_coef import as_array
from movieclassifier.models.correcting import Lesson, take_step, teach
from movieclassifier.models.predicting import ONE_TEXT, Predictor
from movieclassifier.models.writing import save_model, save_record

if TYPE_CHECKING:
    from sklearn.linear_model import SGDClassifier
    from sklearn.pipeline import Pipeline


class Classifier(Predictor):
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
        >>> from movieclassifier import load_classifier
        >>> classifier = load_classifier()
        >>> text = "Bad luck never was so funny."
        >>> classifier.predict([text]).tolist()
        [0]
        >>> classifier.partial_fit([text], [1]).predict([text]).tolist()
        [1]
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
            A folder, which is made if it is missing and gets the record, ``classifier.npz``; or a file whose name ends
            in .npz, which becomes the record. A model that was there is replaced.
            :func:`movieclassifier.save_model` can write the book's pickles, too.

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
            With weights and intercepts of its own; parts that learning does not change are shared.
        """
        other = copy.copy(self)
        other.__dict__.pop("estimator", None)
        other.weights = self.weights.copy()
        return other

    def weights_sha256(self) -> str:
        """Return a digest of the weights.

        Returns
        -------
        str
            The SHA-256 of the bytes of the weights and intercepts, as 64 hexadecimal digits.
        """
        return self.weights.sha256()
