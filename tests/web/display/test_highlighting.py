from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.models.explanation import Contribution, Explanation
from movieclassifier.models.persistence import BUNDLED, load_classifier
from movieclassifier.web.display.highlighting import MAX_MARKED, segments, strongest_phrases


def explanation_of(text, *parts, intercept=0.0):
    contributions = tuple(Contribution(text[start:end], value, 0, ((start, end),)) for start, end, value in parts)
    contributions = tuple(sorted(contributions, key=lambda part: -abs(part.value)))
    return Explanation(text, "positive", intercept + sum(value for *_, value in parts), intercept, contributions)


spans = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.floats(-9, 9)), max_size=12)


@given(st.text(max_size=30), spans)
def test_segments_joined_are_the_text_for_any_spans(text, parts):
    parts = [(min(a, b), max(a, b), value) for a, b, value in parts if max(a, b) <= len(text) and a != b]
    assert "".join(segment.text for segment in segments(explanation_of(text, *parts))) == text


def test_neighbours_of_one_strength_are_one_segment_but_not_across_a_line_break():
    text = "so so\nso"
    found = segments(explanation_of(text, (0, 2, 1.0), (3, 5, 1.0), (6, 8, 1.0)))
    assert [(segment.text, segment.strength) for segment in found] == [("so so", 2), ("\n", 0), ("so", 2)]


def test_of_spans_that_overlap_the_first_is_marked():
    found = segments(explanation_of("overlap", (0, 5, 2.0), (3, 7, -2.0)))
    assert [(segment.text, segment.strength) for segment in found] == [("overl", 3), ("ap", 0)]


def test_text_without_contributions_is_plain():
    (segment,) = segments(explanation_of("nothing known"))
    assert (segment.text, segment.strength, segment.side) == ("nothing known", 0, "")


def test_contributions_of_zero_mark_nothing():
    assert [segment.strength for segment in segments(explanation_of("so so", (0, 2, 0.0)))] == [0]


@pytest.mark.parametrize("growth", [0, 0.001])
def test_of_a_very_long_review_only_the_strongest_words_are_marked(growth):
    words = [(5 * place, 5 * place + 4, 1.0 + place * growth) for place in range(2000)]
    found = segments(explanation_of("fine,so" * 2000, *words))
    assert sum(segment.strength != 0 for segment in found) == MAX_MARKED


def test_sides_are_for_and_against_the_answer():
    explanation = explanation_of("good bad", (0, 4, 2.0), (5, 8, -1.0), intercept=0.25)
    assert [segment.side for segment in segments(explanation)] == ["for", "", "against"]


def test_phrases_rest_and_intercept_sum_to_the_decision():
    explanation = load_classifier(files("movieclassifier") / BUNDLED).explain(
        "A wonderful film, and not dull at all. I loved it, awful hat and all."
    )
    phrases, rest = strongest_phrases(explanation, 5)
    assert len(phrases) == 5
    total = explanation.intercept + rest + sum(part.value for part in phrases)
    assert total == pytest.approx(explanation.decision)


@pytest.mark.parametrize(("text", "is_word"), [("fine", True), (" :-) ", False), (".", False), ("10/10", True)])
def test_punctuation_is_not_a_word(text, is_word):
    (segment,) = segments(explanation_of(text, (0, len(text), 1.0)))
    assert segment.is_word is is_word


def test_a_full_stop_is_not_marked_and_an_emoticon_is():
    found = segments(explanation_of("fine. :-)", (0, 4, 1.0), (4, 5, 1.0), (6, 9, 1.0)))
    assert [segment.text for segment in found if segment.strength] == ["fine", ":-)"]


def test_a_neutral_text_looks_neutral():
    words = [(4 * place, 4 * place + 3, 0.1 * (-1) ** place) for place in range(10)]
    assert {segment.strength for segment in segments(explanation_of("the " * 10, *words))} == {0}


def test_the_temperature_makes_marks_as_strong_as_the_answer_is_sure():
    explanation = explanation_of("fine", (0, 4, 0.5))
    assert [segments(explanation, temperature)[0].strength for temperature in (1.0, 0.5, 0.25)] == [1, 2, 3]
