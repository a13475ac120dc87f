"""A prediction is made of one decision; what the weights do afterwards does not change it."""

import numpy as np
import pytest

from movieclassifier.feedback.evidence import read_explanation
from movieclassifier.feedback.fresh_predictions import Decision, make_prediction, named_probabilities, new_id
from tests.support.models import random_classifier
from tests.support.services import SMALL, TEXTS


def test_identifiers_do_not_repeat():
    assert len({new_id() for _ in range(100)}) == 100
    assert all(len(new_id()) == 22 for _ in range(100))


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("text", TEXTS[:4], ids=range(4))
def test_a_prediction_says_what_the_classifier_says(n_classes, text):
    classifier = random_classifier(n_classes, SMALL, tuple(TEXTS))
    rows = classifier.rows([text])
    decision = Decision.of(classifier, rows, "1+0", explain=True)
    prediction = make_prediction(classifier, text, rows, decision, keep=True)
    assert prediction.label == str(classifier.predict([text])[0])
    y_proba = classifier.predict_proba([text])[0]
    assert list(prediction.probabilities.values()) == y_proba.tolist()
    assert prediction.probabilities == named_probabilities(classifier, decision.values)
    explanation = prediction.explain()
    assert explanation.decision == pytest.approx(classifier.explain(text).decision)
    assert read_explanation(text, prediction.evidence, SMALL.ngrams) == explanation


def test_the_explanation_is_of_the_weights_that_decided():
    classifier = random_classifier(2, SMALL, tuple(TEXTS))
    rows = classifier.rows([TEXTS[0]])
    prediction = make_prediction(
        classifier, TEXTS[0], rows, Decision.of(classifier, rows, "1+0", explain=True), keep=True
    )
    before = prediction.explain()
    classifier.coef_[:] = 0
    assert prediction.explain() == before


def test_without_evidence_or_keeping_there_is_nothing_to_store():
    classifier = random_classifier(2, SMALL, tuple(TEXTS))
    rows = classifier.rows([TEXTS[0]])
    for keep, explain in ((True, False), (False, True)):
        decision = Decision.of(classifier, rows, "1+0", explain=explain)
        prediction = make_prediction(classifier, TEXTS[0], rows, decision, keep=keep)
        assert prediction.evidence is None
        assert (prediction.id is not None) == keep
        assert (prediction.explain() is not None) == explain
        assert np.isclose(sum(prediction.probabilities.values()), 1)
