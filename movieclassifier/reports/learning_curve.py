"""The learning curve: the run is repeated on the first half of its documents, on the first quarter, and so on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from movieclassifier.corpora.readers.contract import Document
from movieclassifier.features.hashing import hash_texts
from movieclassifier.features.rows import Rows
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.decisions import predicted_positions
from movieclassifier.models.origin import prequential
from movieclassifier.training.fit import fit
from movieclassifier.training.plan import Plan

N_HALVINGS = 6
SMALLEST = 100


@dataclass(frozen=True)
class LearningCurve:
    """Accuracy by number of documents.

    Attributes
    ----------
    prequential : list of (int, float)
        Documents seen so far, and the accuracy on the documents since the point before, each tested before the
        training step on it.
    holdout : list of (int, float)
        Documents trained on, and the accuracy on test documents; empty if the run was not repeated.
    n_holdout : int
        How many test documents.
    reproduced : bool
        Whether the run on all documents gave the model's weights, bit for bit.
    """

    prequential: list[tuple[int, float]]
    holdout: list[tuple[int, float]]
    n_holdout: int = 0
    reproduced: bool = False

    @property
    def can_be_drawn(self) -> bool:
        """Whether there are two points; the first prequential one, of a model that knew nothing, does not count."""
        return len(self.holdout) > 1 or len(self.prequential) > 2


def sizes(n_train: int) -> list[int]:
    """Return the numbers of documents to train on, ascending; the last one is all.

    Examples
    --------
    >>> sizes(45_000)
    [703, 1406, 2812, 5625, 11250, 22500, 45000]
    >>> sizes(250)
    [125, 250]
    """
    halved = [n_train >> n for n in range(N_HALVINGS + 1)]
    return sorted({n for n in halved if n >= SMALLEST} | {n_train})


def repeat_run(
    classifier: Classifier,
    plan: Plan,
    documents: Callable[[], Iterable[Document]],
    sample: list[Document],
    tell: Callable[[int], None] = lambda n: None,
) -> LearningCurve:
    """Repeat a training run on more and more of its documents.

    Parameters
    ----------
    classifier : Classifier
        The run's result.
    plan : Plan
        The run's plan.
    documents : function
        Returns the training documents, from the start.
    sample : list of Document
        Test documents.
    tell : function of int
        Called with the number of documents after each run.
    """
    labels = list(plan.classes)
    y = np.array([labels.index(label) for _, label in sample], dtype=np.intp)
    rows = hash_texts([text for text, _ in sample], plan.recipe.ngrams)
    points: list[tuple[int, float]] = []
    reproduced = False
    for n in sizes(plan.n_train):
        fitted = fit(iter(documents()), replace(plan, n_train=n))
        points.append((n, _accuracy(fitted, rows, y)))
        reproduced = fitted.weights_sha256() == classifier.weights_sha256()
        tell(n)
    return LearningCurve(prequential(classifier), points, len(sample), reproduced)


def _accuracy(classifier: Classifier, rows: Rows, y: NDArray[np.intp]) -> float:
    return float((predicted_positions(classifier.decide(rows)) == y).mean())
