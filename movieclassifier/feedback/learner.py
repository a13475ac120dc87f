"""Learning votes one by one, up to a cap.

Each step remembers the weights that it changed, so a vote that is taken out costs the replay of those after it only,
and gives the same bits as a replay from the base: the steps are taken back to their exact weights, the last first.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from movieclassifier.models.classifier import Classifier
from movieclassifier.models.correcting import Lesson
from movieclassifier.models.weights import look_up

# How far votes may move the weights between two guarded updates: the distance from the base, as a share of its norm.
# benchmarks/correction_cost.py prints what that admits and what it costs. It is no part of the log: whatever serves or
# reads one database needs the same, or it has other weights and holds other votes.
DEFAULT_CAP = 0.1
# So many votes after an update are learned whatever their size: a model of a few hundred texts moves far with each.
FREE_VOTES = 5


@dataclass(frozen=True)
class Step:
    """A vote that was learned, and all it takes to take it back.

    Attributes
    ----------
    vote : int
        Its position in the log.
    columns : ndarray of shape (n,)
    old_weights : ndarray of shape (n_rows, n)
    old_distance2 : float
        The squared distance from the base before it.
    """

    vote: int
    columns: NDArray[np.integer]
    old_weights: NDArray[np.floating]
    old_distance2: float


@dataclass(frozen=True)
class Rehearsal:
    """What learning a vote would do now."""

    lesson: Lesson
    held: bool


class Learner:
    """A classifier that learns up to a cap, and can take back what it learned.

    Parameters
    ----------
    classifier : Classifier
        The base; it is changed in place.
    cap : float
        See :data:`DEFAULT_CAP`.

    Attributes
    ----------
    steps : list of Step
    distance2 : float
        Squared distance of the weights from the base.
    """

    def __init__(self, classifier: Classifier, cap: float):
        self.classifier = classifier
        self.steps: list[Step] = []
        self.distance2 = 0.0
        self._names = dict(zip(classifier.label_names, classifier.classes_.tolist(), strict=True))
        # Only the columns with a weight: the base again would double the memory of every worker.
        self._base = classifier.coef_[:, classifier.columns]
        self._cap2 = cap**2 * float(np.sum(self._base.astype(float) ** 2))

    @property
    def cap_used(self) -> float:
        """The distance from the base as a share of the cap."""
        return float(np.sqrt(self.distance2 / self._cap2)) if self._cap2 else float(self.distance2 > 0)

    def rehearse(self, text: str, label: str) -> Rehearsal:
        """Tell what learning would do, and leave the weights as they are."""
        step, lesson = self._take(0, text, label)
        held = self._is_too_far()
        self._take_back(step)
        return Rehearsal(lesson, held)

    def learn(self, vote: int, text: str, label: str) -> bool:
        """Learn a vote; return False, with nothing changed, where it would move the weights beyond the cap."""
        step, _ = self._take(vote, text, label)
        if self._is_too_far():
            self._take_back(step)
            return False
        self.steps.append(step)
        return True

    def take_back_to(self, n_steps: int) -> None:
        """Take back all but the first steps."""
        while len(self.steps) > n_steps:
            self._take_back(self.steps.pop())

    def _is_too_far(self) -> bool:
        return self.distance2 > self._cap2 and len(self.steps) >= FREE_VOTES

    def _take(self, vote: int, text: str, label: str) -> tuple[Step, Lesson]:
        rows = self.classifier.rows([text])
        columns = rows.columns
        step = Step(vote, columns, self.classifier.coef_[:, columns], self.distance2)
        lesson = self.classifier.learn(rows, self._names[label])
        if lesson.changed:
            base = look_up(self.classifier.columns, self._base, columns)
            new = np.sum((self.classifier.coef_[:, columns].astype(float) - base) ** 2)
            old = np.sum((step.old_weights.astype(float) - base) ** 2)
            self.distance2 += float(new - old)
        return step, lesson

    def _take_back(self, step: Step) -> None:
        self.classifier.coef_[:, step.columns] = step.old_weights
        self.distance2 = step.old_distance2
