import numpy as np
import pytest

from movieclassifier.features.ngrams import NGrams
from movieclassifier.models.unknown import describe_unknown
from movieclassifier.recipes.names import RECIPES
from tests.support.models import random_classifier

CHARACTERS = "A model trained with --tokenizer characters needs no blanks between words."


@pytest.mark.parametrize(
    ("text", "tokenizer", "sentence"),
    [
        ("", "default", "There is no text."),
        (" \n", "tweet", "There is no text."),
        ("xyzzy", "default", "No word of it is known to the model."),
        ("the", "book", "There is no word in it."),
        ("👍👍👍", "default", "There is no word in it. A model trained with --tokenizer tweet reads emoji."),
        ("👍👍👍", "tweet", "No word of it is known to the model."),
        ("这部电影太差了", "default", f"No word of it is known to the model. {CHARACTERS}"),
        ("这部电影太差了", "characters", "No word of it is known to the model."),
        ("ดีมาก", "porter", f"No word of it is known to the model. {CHARACTERS}"),
    ],
)
def test_people_are_told_what_would_help(text, tokenizer, sentence):
    assert describe_unknown(text, NGrams(tokenizer=tokenizer)) == sentence


@pytest.mark.parametrize("n_classes", [2, 3])
def test_known_ngrams_are_counted(n_classes):
    classifier = random_classifier(n_classes, texts=("a fine film",))
    assert classifier.n_known(["a fine film", "", "👍"]).tolist() == [6, 0, 0]
    assert classifier.n_known(classifier.rows(["a fine film"])).tolist() == [6]


def test_ngrams_that_lost_their_weight_are_unknown():
    classifier = random_classifier(recipe=RECIPES["book"], texts=("fine film",))
    classifier.coef_[:] = 0
    assert classifier.n_known(["fine film"]).tolist() == [0]


def test_one_str_is_refused():
    with pytest.raises(TypeError, match="pass"):
        random_classifier().n_known("a fine film")


def test_many_texts_are_counted_in_parts():
    classifier = random_classifier(texts=("fine",))
    counts = classifier.n_known(["fine", ""] * 600)
    assert counts.tolist() == [1, 0] * 600
    assert counts.dtype == np.intp


def test_an_explanation_counts_what_it_names():
    classifier = random_classifier(texts=("a fine film",))
    assert classifier.explain("a fine film").n_known == 6
    assert classifier.explain("👍").n_known == 0
