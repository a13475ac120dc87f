"""The classifier as an estimator of scikit-learn; only this module imports scikit-learn's base classes."""

# With this, help() shows type hints as they are written here.
from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import NotFittedError
from sklearn.utils import check_random_state

from movieclassifier.corpora.readers.contract import Document
from movieclassifier.models.decisions import predicted_positions, probabilities
from movieclassifier.models.guard import N_GUARD
from movieclassifier.models.naming import name_strongest
from movieclassifier.recipes.linear import Recipe
from movieclassifier.recipes.names import make_recipe
from movieclassifier.training.capacity import check_capacity
from movieclassifier.training.estimator_input import check_documents, check_texts, is_int, plain_classes
from movieclassifier.training.estimator_stream import Stream
from movieclassifier.training.fit import fit
from movieclassifier.training.plan import Plan

OVERRIDES = ("n_features", "ngram_range", "tokenizer", "min_df", "alpha", "passes")


class StreamingTextClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc,unused-ignore]  # has no types
    """A classifier of texts for scikit-learn: in a ``Pipeline``, a ``GridSearchCV`` or ``cross_val_score``.

    It is the model that :func:`movieclassifier.train` trains, without a holdout: hashed n-grams, scaled by their
    log-count ratio, and a linear layer learned by stochastic gradient descent. ``X`` is a sequence of texts.

    Parameters
    ----------
    recipe : str or Recipe, default="default"
        A name in :data:`movieclassifier.RECIPES`, or a recipe.
    n_features : int, optional
        Columns that n-grams are hashed to; that of the recipe by default, as for the next five.
    ngram_range : tuple of (int, int), optional
        Lengths of the shortest and the longest n-gram, in tokens.
    tokenizer : str, optional
        A name in :data:`movieclassifier.TOKENIZERS`.
    min_df : int, optional
        Smallest number of documents that gives a column a weight.
    alpha : float, optional
        Strength of the L2 penalty.
    passes : int, optional
        Passes of SGD; :meth:`partial_fit` always takes one.
    n_keep : int, optional
        Columns to keep; all by default.
    minibatch_size : int, default=1000
        Documents in a minibatch of :meth:`fit`.
    shuffle : bool, default=True
        Whether :meth:`fit` takes the documents in random order.
    random_state : int, RandomState instance or None, default=1
        Seed for the order of documents.
    n_threads : int, default=1
        Vectorizing threads. The result does not depend on it.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.
    classifier_ : Classifier
        What :meth:`fit` has learned. It explains its decisions, learns from corrections, and can be saved.

    See Also
    --------
    movieclassifier.train : Train on a corpus that does not fit in memory, and evaluate.

    Examples
    --------
    >>> from sklearn.model_selection import cross_val_score
    >>> from movieclassifier import StreamingTextClassifier
    >>> texts = ["a fine film", "a dull film", "so fine", "so dull"] * 10
    >>> y = ["good", "bad", "good", "bad"] * 10
    >>> model = StreamingTextClassifier(n_features=2**10)
    >>> model.fit(texts, y).predict(["dull", "fine"]).tolist()
    ['bad', 'good']
    >>> cross_val_score(model, texts, y, cv=2).tolist()
    [1.0, 1.0]
    """

    def __init__(
        self,
        recipe: str | Recipe = "default",
        *,
        n_features: int | None = None,
        ngram_range: tuple[int, int] | None = None,
        tokenizer: str | None = None,
        min_df: int | None = None,
        alpha: float | None = None,
        passes: int | None = None,
        n_keep: int | None = None,
        minibatch_size: int = 1000,
        shuffle: bool = True,
        random_state: Any = 1,
        n_threads: int = 1,
    ):
        self.recipe = recipe
        self.n_features = n_features
        self.ngram_range = ngram_range
        self.tokenizer = tokenizer
        self.min_df = min_df
        self.alpha = alpha
        self.passes = passes
        self.n_keep = n_keep
        self.minibatch_size = minibatch_size
        self.shuffle = shuffle
        self.random_state = random_state
        self.n_threads = n_threads

    def fit(self, X: Iterable[str], y: ArrayLike) -> StreamingTextClassifier:
        """Learn from texts and labels, and forget everything that was learned before.

        Parameters
        ----------
        X : iterable of str
        y : array-like of shape (n_samples,)

        Returns
        -------
        StreamingTextClassifier
            Itself.

        Raises
        ------
        TypeError, ValueError
            If X holds anything but str, if there are not as many labels as texts, or if there is one class only.
        """
        texts, labels = check_documents(X, y)
        classes, positions = np.unique(labels, return_inverse=True)
        if len(classes) < 2:
            raise ValueError(f"there must be documents of at least two classes; got 1 class, {classes.tolist()[0]!r}.")
        random = check_random_state(self.random_state)
        seed = int(self.random_state if is_int(self.random_state) else random.randint(2**31))
        order = random.permutation(len(texts)) if self.shuffle else np.arange(len(texts))
        known = plain_classes(classes)
        plan = Plan(
            self._recipe(),
            known,
            tuple(np.bincount(positions).tolist()),
            len(texts),
            minibatch_size=self.minibatch_size,
            seed=seed,
            n_keep=self.n_keep,
            allow_sorted=True,
            label_names=tuple(map(str, classes.tolist())),
        )
        documents: Iterator[Document] = ((texts[place], known[positions[place]]) for place in order)
        self.classifier_ = fit(documents, plan, n_threads=self.n_threads)
        self.classifier_.metadata["ngrams"] = name_strongest(self.classifier_, texts[:N_GUARD])
        self.classes_ = classes
        self.__dict__.pop("stream_", None)
        return self

    def partial_fit(self, X: Iterable[str], y: ArrayLike, classes: ArrayLike | None = None) -> StreamingTextClassifier:
        """Learn from one minibatch, in the order in which it comes.

        The probabilities are not calibrated afterwards. After :meth:`fit`, this takes a plain step of SGD; see
        :meth:`movieclassifier.Classifier.partial_fit`.

        Parameters
        ----------
        X : iterable of str
        y : array-like of shape (n_samples,)
        classes : array-like of shape (n_classes,), optional
            All labels that will ever come; needed at the first call.

        Returns
        -------
        StreamingTextClassifier
            Itself.

        Raises
        ------
        TypeError, ValueError
            As :meth:`fit`, or if there are no classes, or a label is not one of them.
        """
        texts, labels = check_documents(X, y)
        if not hasattr(self, "classes_"):
            if classes is None:
                raise ValueError("classes must be passed on the first call to partial_fit.")
            self._start(np.unique(np.asarray(classes)))
        elif classes is not None and not np.array_equal(np.unique(np.asarray(classes)), self.classes_):
            raise ValueError(f"classes must be those of the first call, {self.classes_.tolist()}; got {classes!r}.")
        if (unknown := np.setdiff1d(labels, self.classes_)).size:
            raise ValueError(f"y must hold the labels {self.classes_.tolist()}; got {unknown[0]!r}.")
        positions = np.searchsorted(self.classes_, labels)
        if hasattr(self, "stream_"):
            self.stream_.learn(texts, positions)
        else:
            self.classifier_.partial_fit(texts, self.classifier_.classes_[positions])
        return self

    def predict(self, X: Iterable[str]) -> NDArray[Any]:
        """Return the most probable label of each text.

        Parameters
        ----------
        X : iterable of str

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        found: NDArray[Any] = self._fitted_classes()[predicted_positions(self._decide(X))]
        return found

    def predict_proba(self, X: Iterable[str]) -> NDArray[np.float64]:
        """Return probabilities.

        Parameters
        ----------
        X : iterable of str

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Columns in the order of ``classes_``.
        """
        values = self._decide(X)
        return probabilities(values, 1.0 if hasattr(self, "stream_") else self.classifier_.temperature_)

    def decision_function(self, X: Iterable[str]) -> NDArray[np.float64]:
        """Return decision values (log-odds, before the calibration).

        Parameters
        ----------
        X : iterable of str

        Returns
        -------
        ndarray of shape (n_samples,) for two classes, (n_samples, n_classes) for more
        """
        values = self._decide(X)
        return values[:, 0] if values.shape[1] == 1 else values

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string, tags.input_tags.two_d_array, tags.input_tags.one_d_array = True, False, True
        tags.target_tags.required = True
        return tags

    def _recipe(self, **settings: Any) -> Recipe:
        return make_recipe(self.recipe, **{name: getattr(self, name) for name in OVERRIDES} | settings)

    def _start(self, classes: NDArray[Any]) -> None:
        if len(classes) < 2:
            raise ValueError(f"there must be at least two classes; got {classes.tolist()}.")
        seed = self.random_state if is_int(self.random_state) else check_random_state(self.random_state).randint(2**31)
        recipe = self._recipe(passes=1)
        check_capacity(recipe, len(classes))
        self.stream_ = Stream(recipe, len(classes), int(seed))
        self.classes_ = classes

    def _fitted_classes(self) -> NDArray[Any]:
        if not hasattr(self, "classes_"):
            raise NotFittedError("this StreamingTextClassifier is not fitted yet; call fit or partial_fit first.")
        classes: NDArray[Any] = self.classes_
        return classes

    def _decide(self, X: Iterable[str]) -> NDArray[np.float64]:
        self._fitted_classes()
        texts = check_texts(X)
        if hasattr(self, "stream_"):
            return self.stream_.decide(texts)
        values = self.classifier_.decision_function(texts)
        return values[:, np.newaxis] if values.ndim == 1 else values
