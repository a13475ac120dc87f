"""The guard counts right answers exactly, whatever steps were taken forward and back."""

import numpy as np
import pytest

from movieclassifier.feedback.guard_scores import GuardScores
from movieclassifier.feedback.space import Space
from movieclassifier.models.guard import make_guard
from tests.support.models import random_classifier
from tests.support.services import TEXTS


def scores_of(n_classes, floor=0.0):
    """Return a classifier, the scores of a guard set that it answers in part, and its weights."""
    classifier = random_classifier(n_classes, texts=tuple(TEXTS))
    labels = [position % n_classes for position in range(len(TEXTS))]
    space = Space(classifier)
    weights = space.take(classifier.coef_)
    guard = make_guard(classifier, zip(TEXTS, labels, strict=True))
    scores = GuardScores(space, weights, classifier.intercept_, guard, classifier.columns, floor)
    right = np.mean(classifier.predict(TEXTS) == labels)
    return scores, weights, right


@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_share_of_right_answers_is_that_of_the_classifier(n_classes):
    scores, _, right = scores_of(n_classes)
    assert 0 < scores.accuracy == right < 1


@pytest.mark.parametrize("n_classes", [2, 3])
def test_steps_forward_and_back_leave_no_trace(n_classes):
    scores, weights, right = scores_of(n_classes)
    places = np.arange(0, weights.shape[1] - 1, 2)
    old = weights[:, places]
    new = (old * 1.7 - 0.3).astype(old.dtype)
    for _ in range(3):
        forward = scores.change(places, old, new)
        scores.add(forward)
        assert (scores.change(places, new, old) == -forward).all()
        scores.add(scores.change(places, new, old))
    assert scores.accuracy == right


def test_a_change_below_the_floor_is_refused_unless_it_helps():
    scores, weights, right = scores_of(2, floor=1.0)
    places = np.arange(weights.shape[1] - 1)
    worse = scores.change(places, weights[:, places], -weights[:, places])
    allowed = scores.allows(worse)
    other = scores.copy()
    other.add(worse)
    assert allowed == (other.n_right >= scores.n_right)
    assert scores.accuracy == right
    assert scores.allows(np.zeros_like(worse))


def test_a_place_that_no_document_has_changes_nothing():
    scores, weights, _ = scores_of(2)
    nowhere = np.array([weights.shape[1] - 1])
    assert not scores.change(nowhere, np.zeros((1, 1)), np.ones((1, 1))).any()
