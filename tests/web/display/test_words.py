import pytest

from movieclassifier.models.persistence import load_classifier
from movieclassifier.web.display.words import sample_phrases, strongest_words
from tests.support.models import random_classifier


@pytest.fixture(scope="module")
def classifier(small_model):
    return load_classifier(small_model)


def test_the_words_of_a_label_speak_for_it_the_strongest_first(classifier):
    found = strongest_words(classifier, 5)
    assert list(found) == ["negative", "positive"]
    weights = {name: [weight for _, weight in words] for name, words in found.items()}
    assert weights["positive"] == sorted(weights["positive"], reverse=True)
    assert min(weights["positive"]) > 0
    assert weights["negative"] == sorted(weights["negative"])
    assert max(weights["negative"]) < 0


def test_the_weights_are_those_of_the_model(classifier):
    columns = sample_phrases(classifier.recipe)
    for words in strongest_words(classifier, 3).values():
        for word, weight in words:
            assert weight == classifier.coef_[0, columns[word]]


def test_a_model_of_different_labels_is_not_shown_with_the_words_of_reviews():
    assert strongest_words(random_classifier(3)) == {}
