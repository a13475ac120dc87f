import html
import re
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from movieclassifier.models.explanation import Contribution, Explanation, contributions
from movieclassifier.models.persistence import load_classifier
from movieclassifier.recipes.linear import Recipe
from movieclassifier.recipes.names import RECIPES
from tests.support.models import SMALL, random_classifier

WORDS = st.lists(
    st.sampled_from(["great", "bad", "movie", "of", "the", "not", "waste", "time", ":)", "!", "isn't", "<br/>"]),
    max_size=12,
).map(" ".join)


@pytest.mark.parametrize(
    "recipe", [SMALL, RECIPES["book"], Recipe().with_settings(n_features=5, ngram_range=(1, 2), binary=False)]
)
@given(text=WORDS)
@settings(max_examples=30)
def test_explanation_sums_to_the_decision_value(recipe, text):
    classifier = random_classifier(recipe=recipe, texts=("great movie of the waste",))
    explanation = classifier.explain(text)
    total = explanation.intercept + sum(part.value for part in explanation.contributions)
    assert total == pytest.approx(classifier.decision_function([text])[0], abs=1e-6)
    assert explanation.decision == pytest.approx(total, abs=1e-6)


@pytest.mark.parametrize("text", ["what a great, great movie: isn’t it?", "&quot;ΟΔΟΣ&quot; <br/>caf\u0065\u0301", ""])
@pytest.mark.parametrize("settings", [{}, {"n_features": 3, "binary": False}, {"tokenizer": "book"}])
def test_explanation_is_the_same_without_the_compiled_twin(monkeypatch, settings, text):
    ngrams = {"ngram_range": (1, 3), "n_features": 2**12} | settings
    classifier = random_classifier(3, recipe=Recipe().with_settings(**ngrams), texts=(text, "great"))
    compiled = classifier.explain(text)
    monkeypatch.setenv("MOVIECLASSIFIER_PURE_PYTHON", "1")
    assert classifier.explain(text) == compiled


def test_explanation_names_n_grams_that_share_a_column():
    classifier = random_classifier(recipe=Recipe().with_settings(n_features=1, ngram_range=(1, 1)))
    parts = {part.ngram: part for part in classifier.explain("great movie").contributions}
    assert parts["great"].shares_column_with == ("movie",)
    assert parts["great"].value == parts["movie"].value


def test_explanation_points_at_the_words():
    text = "It's a <b>Great</b> movie"
    classifier = random_classifier(texts=(text,))
    spans = {part.ngram: part.spans for part in classifier.explain(text).contributions}
    assert [text[slice(*span)] for span in spans["great movie"]] == ["Great", "movie"]
    highlighted = [text[slice(*span)] for span, _ in classifier.explain(text).highlights()]
    assert highlighted == ["It's", "a", "Great", "movie"]


def test_highlights_share_out_all_contributions():
    text = "what a great great movie"
    explanation = random_classifier(texts=(text,)).explain(text)
    total = sum(value for _, value in explanation.highlights())
    assert total + explanation.intercept == pytest.approx(explanation.decision, abs=1e-6)


def test_explanation_for_the_second_label_has_the_opposite_sign():
    classifier = random_classifier(texts=("great movie",))
    for_second, for_first = classifier.explain("great movie"), classifier.explain("great movie", label=0)
    assert for_first.decision == -for_second.decision
    assert for_first.label == 0


def test_explanation_of_many_classes_speaks_for_the_predicted_one():
    classifier = random_classifier(4, texts=("great movie",))
    explanation = classifier.explain("great movie")
    assert explanation.label == classifier.predict(["great movie"])[0]
    assert explanation.decision == pytest.approx(classifier.decision_function(["great movie"]).max(), abs=1e-6)


@given(st.permutations("abcdefgh"))
def test_contributions_that_are_equal_come_in_the_order_of_the_alphabet(words):
    added = {place: (0.5, -0.5, 0.25, 0.0)[place % 4] for place in range(8)}
    by_column = {"abcdefgh".index(word): {word: [((0, 1),)]} for word in words}
    found = contributions(by_column, added)
    assert "".join(part.ngram for part in found) == "abefcgdh"


def test_equal_contributions_of_a_rounded_model_come_in_the_order_of_the_alphabet():
    found = load_classifier(files("movieclassifier") / "bundled" / "imdb.npz").explain(
        "A dull, dull film: no plot, no wit, and a cast that sleeps. Avoid it!"
    )
    order = [(-abs(part.value), part.ngram) for part in found.contributions if part.value]
    assert order == sorted(order)
    assert len({value for value, _ in order}) < len(order)


MARKUP = st.lists(st.sampled_from(["<script>", "great", "&amp;", '"', "movie", "'", "</div>", "\n"]), max_size=8)


@given(MARKUP.map(" ".join))
def test_html_of_an_explanation_shows_the_text_and_no_markup_of_it(text):
    explanation = random_classifier(texts=("great movie",)).explain(text)
    assert "".join(piece for piece, _ in explanation.pieces()) == text
    page = explanation._repr_html_()
    shown = re.sub(r"<span style=\"[^\"<>]*\" title=\"[^\"<>]*\">|</span>", "", page)
    assert shown.startswith(f'<div style="white-space: pre-wrap">{html.escape(text)}</div>')


def test_printed_explanation_is_short_and_adds_up():
    text = "one two three four five six seven eight nine ten"
    explanation = random_classifier(texts=(text,)).explain(text)
    head, *lines = str(explanation).splitlines()
    assert len(lines) == 9
    assert lines[-1].endswith(f"  {len(explanation.contributions) - 8} others")
    total = explanation.intercept + sum(float(line.split()[0]) for line in lines)
    assert head.startswith("decision value ")
    assert total == pytest.approx(explanation.decision, abs=1e-3)


def test_html_of_an_explanation_marks_both_sides():
    parts = (Contribution("fine", 2.0, 1, ((7, 11),)), Contribution("dull", -0.5, 2, ((0, 4),)))
    page = Explanation("dull - fine.", "positive", 1.5, 0.0, parts)._repr_html_()
    assert re.findall(r"2px (\w+) rgb.*?>(\w+)</span>", page) == [("dashed", "dull"), ("solid", "fine")]
    assert "decision value +1.500 for &#x27;positive&#x27;" in page


def test_an_explanation_names_the_label_as_people_know_it():
    classifier = random_classifier(texts=("great movie",))
    classifier.label_names = ["grim", "warm"]
    explanation = classifier.explain("a great movie")
    assert explanation.label == 1
    assert " for 'warm' = intercept " in repr(explanation)
    assert " for &#x27;warm&#x27;, intercept " in explanation._repr_html_()
