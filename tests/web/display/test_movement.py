import pytest

from movieclassifier.models.persistence import load_classifier
from movieclassifier.web.display.movement import moved_words
from tests.support.models import random_classifier
from tests.support.visitors import PAN


def test_the_words_that_moved_are_those_whose_contributions_a_vote_changes(small_model):
    classifier = load_classifier(small_model)
    found = moved_words(classifier, PAN, "positive", 4)
    learned = classifier.copy()
    learned.learn(PAN, "positive")
    values = [{part.ngram: part.value for part in model.explain(PAN).contributions} for model in (classifier, learned)]
    change = {ngram: values[1][ngram] - values[0][ngram] for ngram in values[0]}
    total = sum(change.values())
    assert total > 0
    for word in found:
        assert word.share == pytest.approx(change[word.ngram] / total, abs=1e-3)
    strongest = sorted(change, key=lambda ngram: -change[ngram])[:4]
    assert {word.ngram for word in found} == set(strongest)
    assert found[0].length == 100


def test_of_more_labels_the_one_voted_for_counts():
    classifier = random_classifier(3, texts=("one two three",))
    words = moved_words(classifier, "one two three", "2")
    assert words
    assert sum(word.share for word in words) <= 1.001


def test_unknown_words_do_not_move(small_model):
    assert moved_words(load_classifier(small_model), "qqqq zzzz", "positive") == []
