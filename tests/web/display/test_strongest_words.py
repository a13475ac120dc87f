import pytest

from movieclassifier.features.murmur import ngram_columns
from movieclassifier.models.persistence import load_classifier
from movieclassifier.web.display.strongest_words import sample_phrases, strongest_words
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
    columns = ngram_columns(sample_phrases(classifier.recipe), classifier.recipe.ngrams.n_features)
    for words in strongest_words(classifier, 3).values():
        for word, weight in words:
            assert weight == classifier.coef_[0, columns[word]]


def test_a_model_of_different_labels_is_not_shown_with_the_words_of_reviews():
    assert strongest_words(random_classifier(3)) == {}


def test_a_model_whose_training_named_its_ngrams_speaks_its_own_words():
    classifier = random_classifier(3, texts=("the minister spoke", "a goal in extra time"))
    classifier.metadata["ngrams"] = ["minister", "goal", "extra time"]
    found = strongest_words(classifier, 2)
    assert list(found) == ["0", "1", "2"]
    assert {word for words in found.values() for word, _ in words} <= {"minister", "goal", "extra time"}


def test_own_words_go_before_those_of_the_sample(classifier):
    own = classifier.copy()
    own.metadata = classifier.metadata | {"ngrams": ["a boring"]}
    assert {word for words in strongest_words(own).values() for word, _ in words} <= {"a boring"}
