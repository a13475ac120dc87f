import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.web.display.wording import MAX_ROWS, ShownAnswer, excerpt, out_of_100, sureness


def test_the_row_of_the_answer_comes_first_and_the_rest_by_probability():
    answer = ShownAnswer.of({"sport": 0.1, "tech": 0.6, "business": 0.3}, "tech")
    assert [row.name for row in answer.rows] == ["tech", "business", "sport"]
    assert [row.is_answer for row in answer.rows] == [True, False, False]


def test_rows_stand_as_in_the_answer_that_it_is_compared_with():
    before = ShownAnswer.of({"sport": 0.1, "tech": 0.6, "business": 0.3}, "tech")
    after = ShownAnswer.of({"sport": 0.5, "tech": 0.3, "business": 0.2}, "sport", like=before)
    assert [row.name for row in after.rows] == ["tech", "business", "sport"]


def test_of_very_many_labels_only_the_likeliest_are_shown():
    answer = ShownAnswer.of({f"label {n}": n / 1000 for n in range(40)}, "label 39")
    assert [row.name for row in answer.rows] == [f"label {39 - n}" for n in range(MAX_ROWS)]


@given(st.floats(0, 1))
def test_an_answer_in_words_never_claims_to_be_certain(probability):
    words = out_of_100(probability)
    assert "100 in 100" not in words
    assert not words.startswith("0 in")


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_higher_probability_never_sounds_less_sure(one, other):
    scale = ["perhaps", "probably", "likely", "very likely", "almost certainly"]
    low, high = sorted((one, other))
    assert scale.index(sureness(low)) <= scale.index(sureness(high))


@pytest.mark.parametrize(("text", "expected"), [("", ""), ("a\n b", "a b"), ("x" * 30, "x" * 10 + " …")])
def test_an_excerpt_is_one_line(text, expected):
    assert excerpt(text, 10) == expected
