"""The strongest n-grams of a model, named in texts."""

import pytest

from movieclassifier import train
from movieclassifier.models.naming import MAX_NAMES, name_strongest, rank_words
from movieclassifier.models.record import load_record
from movieclassifier.models.writing import save_record

TOPICS = {
    "sport": ["a late goal won the match", "the striker hit the post , then a late goal"],
    "politics": ["the minister faced a vote", "prime minister lost the vote <br /> in parliament"],
    "tech": ["a new chip for phones", "phones with the new chip sell :)"],
}


@pytest.fixture(scope="module")
def topics():
    return [(text, label) for _ in range(20) for label, texts in TOPICS.items() for text in texts]


@pytest.fixture(scope="module")
def classifier(topics):
    return train(topics, n_features=2**12)


def test_training_names_the_words_of_every_class(classifier, tmp_path):
    words = rank_words(classifier, classifier.metadata["ngrams"], 30)
    assert "goal" in dict(words["sport"])
    assert "minister" in dict(words["politics"])
    assert "chip" in dict(words["tech"])
    assert all(weight > 0 for found in words.values() for _, weight in found)
    save_record(tmp_path / "m.npz", classifier)
    assert load_record(tmp_path / "m.npz")[0].metadata["ngrams"] == classifier.metadata["ngrams"]


def test_names_are_words_and_the_same_in_every_run(classifier, topics):
    texts = [text for text, _ in topics]
    names = name_strongest(classifier, texts)
    assert names == sorted(names) == name_strongest(classifier, texts)
    assert names == name_strongest(classifier, texts, classifier.rows([*texts, "and a text that is left out"]))
    assert len(names) <= MAX_NAMES
    assert all(word[0].isalpha() for name in names for word in name.split())


def test_ngrams_of_one_text_are_nobodys_business(classifier, topics):
    texts = [text for text, _ in topics[:6:2]]
    assert name_strongest(classifier, texts) == []
    assert "late goal" in name_strongest(classifier, texts[:1] * 3)
    assert rank_words(classifier, [], 5) == {}


@pytest.mark.parametrize("recipe", ["book", "default"])
def test_names_of_two_classes_speak_for_either(recipe):
    films = [("a fine film, so fine", "good"), ("a dull film, so dull", "bad")] * 40
    classifier = train(films, recipe=recipe, n_features=2**12)
    words = rank_words(classifier, classifier.metadata["ngrams"], 50)
    assert ("fine" in dict(words["good"]), "dull" in dict(words["bad"])) == (True, True)
    assert max(weight for _, weight in words["bad"]) < 0 < min(weight for _, weight in words["good"])
