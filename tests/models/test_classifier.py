"""A classifier learns, and its copy learns on its own."""

import pytest

from tests.support.models import random_classifier


def test_unknown_label_is_refused():
    with pytest.raises(ValueError, match="label must be one of 0, 1; got 'great'"):
        random_classifier().learn("a text", "great")


def test_copy_learns_on_its_own():
    classifier = random_classifier(texts=("great movie",))
    classifier.estimator  # noqa: B018 (a cached estimator must not be shared)
    digest = classifier.weights_sha256()
    other = classifier.copy()
    other.learn("great movie", 0)
    other.learn("great movie", 1)
    assert classifier.weights_sha256() == digest != other.weights_sha256()
    assert other.estimator.coef_ is other.coef_


def test_label_may_be_given_by_its_name():
    classifier, other = (random_classifier(texts=("great movie",)) for _ in range(2))
    for each in (classifier, other):
        each.label_names = ("negative", "positive")
    lesson = classifier.learn("great movie", "negative")
    other.learn("great movie", 0)
    assert lesson.label == 0
    assert classifier.weights_sha256() == other.weights_sha256()
    assert classifier.explain("great movie", "negative") == other.explain("great movie", 0)
    with pytest.raises(ValueError, match=r"label must be one of 0 \(negative\), 1 \(positive\); got 'great'"):
        classifier.learn("great movie", "great")
