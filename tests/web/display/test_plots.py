from datetime import date, timedelta

import pytest

from movieclassifier.web.display.plots import MAX_BARS, Caption, accuracy_plot, votes_plot, words_plot


def inside(chart):
    places = [(bar.x, bar.y, bar.x + bar.width, bar.y + bar.height) for bar in chart.bars]
    places += [(float(x), float(y)) * 2 for x, y in (point.split(",") for point in chart.points.split())]
    places += [(label.x, label.y) * 2 for label in chart.labels + chart.grid]
    return all(
        0 <= left <= right <= chart.width and 0 <= top <= bottom <= chart.height for left, top, right, bottom in places
    )


@pytest.mark.parametrize(
    "curve", [[(1, 1.0)], [(1, 0.0)], [(10, 0.5), (20, 0.75)], [(n, n / 1000) for n in range(1, 1000)]]
)
def test_accuracy_stays_inside_the_picture_and_in_the_table(curve):
    chart = accuracy_plot("Accuracy", "vote", curve)
    assert inside(chart)
    assert len(chart.points.split()) >= 2
    assert chart.rows[-1] == (f"{curve[-1][0]:,}", f"{curve[-1][1]:.1%}")


def test_a_higher_share_is_drawn_higher():
    low, high = accuracy_plot("Accuracy", "vote", [(1, 0.4), (2, 0.8)]).points.split()
    assert float(low.split(",")[1]) > float(high.split(",")[1])


@pytest.mark.parametrize(
    ("lowest", "marks"),
    [
        (0.99, ["90%", "92%", "94%", "96%", "98%", "100%"]),
        (0.502, ["40%", "60%", "80%", "100%"]),
        (0.0, ["0%", "20%", "40%", "60%", "80%", "100%"]),
    ],
)
def test_marks_of_the_axis_are_round_and_as_far_apart_as_they_say(lowest, marks):
    chart = accuracy_plot("Accuracy", "vote", [(1, lowest), (2, 1.0)])
    assert [mark.text for mark in chart.grid] == marks
    gaps = {round(above.y - below.y, 0) for above, below in zip(chart.grid, chart.grid[1:], strict=False)}
    assert max(gaps) - min(gaps) <= 1
    assert inside(chart)


def test_a_single_day_stands_in_the_middle_with_its_date_below():
    chart = votes_plot([(date(2026, 3, 1), 2, 1)])
    middle = chart.bars[0].x + chart.bars[0].width / 2
    assert chart.labels == [Caption(pytest.approx(middle, abs=0.2), pytest.approx(230), "1 Mar")]


@pytest.mark.parametrize("n_days", [1, 2, 7, 400])
def test_votes_of_each_day_are_bars_whose_heights_are_their_numbers(n_days):
    days = [(date(2026, 1, 1) + timedelta(place), 3, 1) for place in range(n_days)]
    chart = votes_plot(days)
    assert inside(chart)
    assert len(chart.bars) == 2 * min(n_days, MAX_BARS)
    assert chart.bars[0].height == pytest.approx(3 * chart.bars[1].height, abs=0.3)
    assert chart.rows[0] == (days[-1][0].isoformat(), "3", "1")


def test_a_day_without_wrong_answers_has_one_bar():
    assert [bar.kind for bar in votes_plot([(date(2026, 1, 1), 2, 0)]).bars] == ["correct"]


def test_words_are_bars_with_their_weights_beside_them():
    chart = words_plot("Words", [("superb", 4.0), ("a phrase of thirty characters!", 2.0)])
    assert inside(chart)
    assert chart.bars[0].width == 2 * chart.bars[1].width
    assert [label.text for label in chart.labels] == ["superb", "+4.0", "a phrase of thirty …", "+2.0"]
    assert chart.rows[1] == ("a phrase of thirty characters!", "+2.00")


def test_words_against_have_another_colour():
    assert words_plot("Words", [("dull", -4.0)]).bars[0].kind == "against"
