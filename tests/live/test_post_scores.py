"""Scores of posts, their mean, and the words that told most."""

from types import SimpleNamespace

import numpy as np
import pytest

from movieclassifier.live.post_scores import mean_score, scores_of, telling_words
from movieclassifier.models.abstaining import Thresholds
from movieclassifier.models.explanation import Contribution
from tests.support.models import random_classifier
from tests.support.services import make_texts

TEXTS = make_texts(40)


@pytest.fixture(scope="module")
def classifier():
    found = random_classifier(3, texts=tuple(TEXTS))
    found.metadata["threshold"] = Thresholds((0.0, 0.0, 0.0), 0.95, 0.1, 40).to_dict()
    return found


def test_words_that_told_most_are_words(classifier):
    found = telling_words(classifier, TEXTS[:10], 5)
    assert len(found) == 5
    assert [abs(weight) for _, weight in found] == sorted((abs(weight) for _, weight in found), reverse=True)


def test_words_that_told_as_much_come_in_the_order_of_the_alphabet():
    told = {"b": -1.0, "d": 1.0, "a": 1.0, "c": 2.0}

    class Told:
        classes_ = np.array([0, 1])

        def explain(self, text, label):
            return SimpleNamespace(contributions=[Contribution(text, told[text], 0, ())])

    for order in ("abcd", "dcba", "bdac"):
        assert [word for word, _ in telling_words(Told(), list(order), 3)] == ["c", "a", "b"]


def test_score_is_the_probability_of_the_last_label(classifier):
    assert scores_of(classifier, TEXTS[:3]) == classifier.predict_proba(TEXTS[:3])[:, -1].tolist()
    assert scores_of(classifier, []) == []


def test_mean_worked_by_hand():
    mean, low, high = mean_score([0.2, 0.4, 0.6, 0.8])
    error = (sum((score - 0.5) ** 2 for score in (0.2, 0.4, 0.6, 0.8)) / 3 / 4) ** 0.5
    assert (mean, low, high) == pytest.approx((0.5, 0.5 - 1.96 * error, 0.5 + 1.96 * error))
    assert mean_score([0.0, 1.0])[1:] == (0.0, 1.0)
