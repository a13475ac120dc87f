import pytest

from movieclassifier.models.persistence import BUNDLED, load_classifier
from movieclassifier.web.display.examples import EXAMPLES, examples_for
from tests.support.models import random_classifier


def test_the_bundled_model_reads_the_examples_as_they_are_called():
    classifier = load_classifier(f"movieclassifier/{BUNDLED}")
    texts = dict(examples_for(classifier))
    positive = {name: classifier.predict_proba([text])[0, 1] for name, text in texts.items()}
    assert positive["a rave"] > 0.9
    assert positive["a pan"] < 0.1
    assert 0.1 < positive["a neutral one"] < 0.9


def test_examples_are_long_enough_to_be_classified():
    assert all(15 <= len(text) <= 1000 for texts in EXAMPLES.values() for _, text in texts)


@pytest.mark.parametrize("labels", [["negative", "positive"], ["politics", "sport", "tech"]])
def test_a_model_of_different_texts_has_its_own_phrases(labels):
    phrases = [f"phrase{letter} number" for letter in "abcdefghijklmnopqrst"]
    classifier = random_classifier(len(labels), texts=tuple(phrases))
    classifier.label_names = tuple(labels)
    classifier.metadata |= {"corpus": ["tweets.csv"], "ngrams": phrases}
    found = examples_for(classifier)
    assert [name for name, _ in found] == labels
    for name, text in found:
        assert set(text.split(", ")) <= set(phrases)
        assert classifier.label_names[int(classifier.predict_proba([text])[0].argmax())] == name


def test_a_model_of_unknown_texts_has_no_examples():
    classifier = random_classifier(2)
    classifier.label_names = ("negative", "positive")
    classifier.metadata |= {"corpus": ["tweets.csv"]}
    assert examples_for(classifier) == []
