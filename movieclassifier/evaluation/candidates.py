"""Candidates of a comparison, in four kinds by how they read.

*Streaming* recipes of this package, *partial_fit* peers that learn from the same minibatches with scikit-learn's own
estimators, *in memory* pipelines that want all texts at once, and *neural* networks, which do so, too.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from movieclassifier.corpora.minibatches import iter_minibatches
from movieclassifier.corpora.readers.contract import Document, Label
from movieclassifier.evaluation.fitted_candidates import SIZE, Fitted, FittedNetwork, FittedPipeline, FittedRecipe
from movieclassifier.recipes.linear import Recipe

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline


@dataclass(frozen=True)
class Outline:
    """The facts that a candidate is told of the documents that it will be trained on.

    Attributes
    ----------
    classes : tuple of labels
        Ascending.
    label_counts : tuple of int
        Documents of each class.
    n_train : int
    seed : int
    n_threads : int
        Vectorizing threads of the streaming recipes; the result does not depend on them.
    allow_sorted : bool
        Whether a stream sorted by label is trained on all the same.
    """

    classes: tuple[Label, ...]
    label_counts: tuple[int, ...]
    n_train: int
    seed: int = 1
    n_threads: int = 1
    allow_sorted: bool = False

    def positions(self, labels: Iterable[Label]) -> NDArray[np.intp]:
        """Return the positions of labels among the classes."""
        place = {label: position for position, label in enumerate(self.classes)}
        return np.array([place[label] for label in labels], dtype=np.intp)


class Candidate(Protocol):
    """Something that can be trained on a stream of documents and compared; it can be pickled."""

    @property
    def kind(self) -> str:
        """How it reads: "streaming", "partial_fit", "in memory" or "neural"."""

    @property
    def description(self) -> str:
        """What it is, in a few words."""

    def fit(self, documents: Iterable[Document], outline: Outline) -> Fitted:
        """Train on documents."""

    def note(self) -> str:
        """Return what is not as the description says, or nothing."""


@dataclass(frozen=True)
class Streaming:
    """A recipe of this package; it learns what ``movieclassifier train`` learns, to the bit."""

    recipe: Recipe
    description: str = "a recipe of one's own"
    kind: str = "streaming"

    def fit(self, documents: Iterable[Document], outline: Outline) -> Fitted:
        """Train on documents."""
        from movieclassifier.training.fit import fit
        from movieclassifier.training.plan import Plan

        plan = Plan(
            self.recipe,
            outline.classes,
            outline.label_counts,
            outline.n_train,
            seed=outline.seed,
            allow_sorted=outline.allow_sorted,
        )
        return FittedRecipe(fit(documents, plan, n_threads=outline.n_threads), outline.n_threads)

    def note(self) -> str:
        """Return nothing."""
        return ""


@dataclass(frozen=True)
class PartialFit:
    """A scikit-learn estimator that learns from minibatches of hashed features.

    Attributes
    ----------
    make_estimator : function of a seed
        Returns an estimator with ``partial_fit``.
    recipe : Recipe
        Only its vectorizer's settings are used.
    description : str
    """

    make_estimator: Callable[[int], Any]
    recipe: Recipe
    description: str
    kind: str = "partial_fit"

    def fit(self, documents: Iterable[Document], outline: Outline) -> Fitted:
        """Train on documents, in one pass."""
        from sklearn.pipeline import make_pipeline

        from movieclassifier.vectorizer import make_vectorizer

        vectorizer, estimator = make_vectorizer(self.recipe), self.make_estimator(outline.seed)
        classes = np.arange(len(outline.classes))
        for texts, labels in iter_minibatches(documents, SIZE):
            estimator.partial_fit(vectorizer.transform(texts), outline.positions(labels), classes=classes)
        return FittedPipeline(make_pipeline(vectorizer, estimator), len(classes))

    def note(self) -> str:
        """Return nothing."""
        return ""


@dataclass(frozen=True)
class InMemory:
    """A scikit-learn pipeline that is given all texts at once.

    Attributes
    ----------
    make_pipeline : function of a seed
        Returns a pipeline.
    description : str
    caveat : function
        Returns what is not as the description says, or nothing.
    """

    make_pipeline: "Callable[[int], Pipeline]"
    description: str
    caveat: Callable[[], str] = str
    kind: str = "in memory"

    def fit(self, documents: Iterable[Document], outline: Outline) -> Fitted:
        """Train on documents."""
        texts, labels = zip(*documents, strict=True)
        pipeline = self.make_pipeline(outline.seed).fit(texts, outline.positions(labels))
        return FittedPipeline(pipeline, len(outline.classes))

    def note(self) -> str:
        """Return the caveat."""
        return self.caveat()


@dataclass(frozen=True)
class Neural:
    """A network over the words of a text, which is given all texts at once.

    Attributes
    ----------
    make_network : function of a seed
        Returns a classifier of texts with ``fit``, ``predict_proba``, ``classes_`` and ``n_bytes``.
    description : str
    """

    make_network: Callable[[int], Any]
    description: str
    kind: str = "neural"

    def fit(self, documents: Iterable[Document], outline: Outline) -> Fitted:
        """Train on documents."""
        texts, labels = zip(*documents, strict=True)
        network = self.make_network(outline.seed).fit(texts, outline.positions(labels))
        return FittedNetwork(network, len(outline.classes))

    def note(self) -> str:
        """Return nothing."""
        return ""
