"""What is trained: every label of the base, and new ones once they have enough votes."""

import csv
from collections import Counter

import pytest

from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.feedback.log.appending import Accepted
from movieclassifier.feedback.log.replay import VotedText
from movieclassifier.feedback.retraining_material import MIN_NEW_LABEL, gather, interleaved, nothing_new
from movieclassifier.feedback.updating import UpdateRefused
from tests.support.models import random_classifier


def votes_for(label, n):
    return [VotedText(Accepted(i, i), f"text {i}", label) for i in range(n)]


@pytest.fixture
def corpus(tmp_path):
    with open(tmp_path / "a.csv", "w", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *((f"text {i}", i % 2) for i in range(40))])
    return open_corpus(tmp_path / "a.csv")


@pytest.fixture
def base():
    return random_classifier(texts=("a fine film", "a dull film"))


def test_new_label_is_a_class_once_it_has_enough_votes(corpus, base):
    few, enough = votes_for("other", MIN_NEW_LABEL - 1), votes_for("other", MIN_NEW_LABEL)
    assert set(gather(corpus, base, few).classes) == {"0", "1"}
    material = gather(corpus, base, enough)
    # Labels of one type: numbers become the names that people know them by.
    assert material.classes == {"0": "0", "1": "1", "other": "other"}
    documents = list(material.train(enough))
    assert Counter(label for _, label in documents) == {"0": 18, "1": 18, "other": MIN_NEW_LABEL}
    assert len(list(material.holdout())) == material.n_holdout == 4


def test_label_of_the_base_that_would_be_lost_is_refused(corpus):
    base = random_classifier(3, texts=("a fine film",))
    with pytest.raises(UpdateRefused, match=r"the corpus has no document of '2'"):
        gather(corpus, base, [])


def test_votes_are_spread_evenly_and_all_of_them_come():
    mixed = [label for _, label in interleaved([("d", 0)] * 100, 100, [("v", 1)] * 10)]
    assert sum(mixed) == 10
    assert all(sum(mixed[i : i + 11]) == 1 for i in range(0, 110, 11))
    assert list(interleaved([], 0, [("v", 1)])) == [("v", 1)]


@pytest.mark.parametrize(
    ("waiting", "words"),
    [({}, "no vote was accepted"), ({"other": 4, "health": 2}, "'other' has 4 votes, and becomes")],
)
def test_nothing_new_says_what_is_missing(waiting, words):
    assert words in nothing_new(Counter(waiting))
