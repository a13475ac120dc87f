"""Prequential (test-then-train) accuracy: every minibatch is predicted before it is learned from."""

import math
from collections import deque

from movieclassifier.training.plan import Plan

CURVE_POINTS = 100
N_RECENT = 10


class Prequential:
    """Count how many documents were predicted right before their steps.

    Parameters
    ----------
    plan : Plan

    Attributes
    ----------
    curve : list of (int, float)
        Documents seen, and the accuracy since the point before; about a hundred points for each pass.
    since_point : tuple of (int, int)
        Right and tested documents since the last point.
    """

    def __init__(self, plan: Plan):
        self._plan = plan
        self._recent: deque[tuple[int, int]] = deque(maxlen=N_RECENT)
        self.curve: list[tuple[int, float]] = []
        self.since_point = (0, 0)

    @property
    def recent_accuracy(self) -> float:
        """Accuracy over the last ten minibatches."""
        n_tested = sum(n for _, n in self._recent)
        return sum(n_correct for n_correct, _ in self._recent) / n_tested if n_tested else math.nan

    def add(self, n_correct: int, n_tested: int, n_steps_done: int) -> None:
        """Take note of a minibatch that was predicted after some steps."""
        self._recent.append((n_correct, n_tested))
        self.since_point = (self.since_point[0] + n_correct, self.since_point[1] + n_tested)
        plan = self._plan
        n_tests = n_steps_done + 1 - plan.n_counting
        if n_tests % max(1, plan.n_minibatches // CURVE_POINTS) == 0:
            n_documents = min(n_tests * plan.minibatch_size, plan.n_fit * plan.recipe.passes)
            self.curve.append((n_documents, self.since_point[0] / self.since_point[1]))
            self.since_point = (0, 0)
