import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from movieclassifier.models.explanation import Contribution, Explanation
from movieclassifier.web.display.waterfall import N_STEPS, waterfall


def explanation_of(values, intercept=0.5):
    parts = tuple(Contribution(f"word{place}", value, place, ()) for place, value in enumerate(values))
    parts = tuple(sorted(parts, key=lambda part: -abs(part.value)))
    return Explanation("text", "positive", intercept + sum(values), intercept, parts)


@example(values=[], intercept=5e-324)
@given(st.lists(st.floats(-9, 9).filter(lambda value: abs(value) > 0.01), max_size=30), st.floats(-3, 3))
def test_every_bar_begins_where_the_one_before_ended_and_the_last_is_the_sum(values, intercept):
    picture = waterfall(explanation_of(values, intercept))
    assert len(picture.steps) <= N_STEPS + 3
    assert all(step.left >= 0 and step.left + step.width <= 100.5 for step in picture.steps)
    place = picture.zero
    for step in picture.steps[:-1]:
        start, end = (step.left, step.left + step.width)[:: 1 if step.kind == "for" else -1]
        assert place == pytest.approx(start, abs=0.5)
        place = end
    assert picture.steps[-1].kind == "total"


def test_the_temperature_divides_all():
    values = [float(step.value.replace("−", "-")) for step in waterfall(explanation_of([2.0, -1.0]), 0.5).steps]
    assert values == [1.0, 4.0, -2.0, 3.0]


def test_words_beyond_the_strongest_share_a_row():
    picture = waterfall(explanation_of([1.0] * 20))
    assert [step.name for step in picture.steps][-2:] == ["all remaining words", "sum"]
    assert picture.steps[-2].value == f"+{20 - N_STEPS:.2f}"


@pytest.mark.parametrize(("total", "alone"), [(0.0, 0.5), (62.5, 1.0), (-800.0, 0.0), (4.29, 0.986)])
def test_the_chance_of_a_label_alone_is_the_logistic_function_of_the_sum(total, alone):
    assert waterfall(explanation_of([], total)).alone == pytest.approx(alone, abs=1e-3)
