"""Answers equal those of the plain estimator, for one text as for many."""

import numpy as np
import pytest

from movieclassifier.models.decisions import probabilities
from movieclassifier.vectorizer import make_vectorizer
from tests.support.models import SMALL, random_classifier

TEXTS = ["A great movie :)", "What a waste of time", "", "so so, really; not bad"]


@pytest.mark.parametrize("n_classes", [2, 3])
def test_decision_values_equal_those_of_the_plain_estimator(n_classes):
    classifier = random_classifier(n_classes, texts=tuple(TEXTS))
    X = make_vectorizer(SMALL).transform(TEXTS)
    np.testing.assert_allclose(
        classifier.decision_function(TEXTS), classifier.estimator.decision_function(X), rtol=1e-5
    )
    assert classifier.predict(TEXTS).tolist() == classifier.estimator.predict(X).tolist()


@pytest.mark.parametrize("n_classes", [2, 3])
def test_probabilities_are_those_of_sklearn_at_temperature_one(n_classes):
    classifier = random_classifier(n_classes, texts=tuple(TEXTS))
    classifier.temperature_ = 1.0
    expected = classifier.to_sklearn().predict_proba(TEXTS)
    np.testing.assert_allclose(classifier.predict_proba(TEXTS), expected, rtol=1e-5)


def test_temperature_changes_probabilities_and_no_label():
    classifier = random_classifier(texts=tuple(TEXTS))
    before = classifier.predict(TEXTS).tolist(), classifier.predict_proba(TEXTS)
    classifier.temperature_ = 3.0
    assert classifier.predict(TEXTS).tolist() == before[0]
    assert not np.allclose(classifier.predict_proba(TEXTS), before[1])


def test_probabilities_of_huge_decision_values_are_finite():
    assert probabilities(np.array([[1e6], [-1e6]])).tolist() == [[0, 1], [1, 0]]
    even = probabilities(np.array([[-1e6, -1e6, -1e6]]))
    np.testing.assert_allclose(even, 1 / 3)


def test_one_text_gets_the_same_value_alone_and_among_many():
    classifier = random_classifier(texts=tuple(TEXTS))
    together = classifier.decision_function(TEXTS)
    assert [classifier.decision_function([text])[0] for text in TEXTS] == together.tolist()


def test_no_texts_give_empty_arrays():
    classifier = random_classifier()
    assert classifier.predict([]).shape == (0,)
    assert classifier.predict_proba([]).shape == (0, 2)


def test_score_is_the_accuracy():
    classifier = random_classifier(texts=tuple(TEXTS))
    y = classifier.predict(TEXTS)
    assert classifier.score(TEXTS, y) == 1.0
    assert classifier.score(TEXTS, 1 - y) == 0.0


@pytest.mark.parametrize("method", ["predict", "predict_proba", "decision_function"])
def test_one_str_in_place_of_a_list_is_refused(method):
    with pytest.raises(TypeError, match=r"texts must be a list of str, got one str; pass \[text\]."):
        getattr(random_classifier(), method)("a text")


def test_repr_tells_labels_recipe_size_and_accuracy():
    classifier = random_classifier()
    assert repr(classifier) == f"<Classifier of 0, 1: recipe default, {len(classifier.columns)} columns>"
    classifier.metadata = {"metrics": {"accuracy": 0.92564, "n_documents": 5000}}
    assert repr(classifier).endswith(" columns, accuracy 0.9256 on 5,000 documents>")
    classifier.metadata["corpus"] = ["sample_reviews.csv"]
    assert repr(classifier).endswith(" documents, trained on the sample reviews only>")
