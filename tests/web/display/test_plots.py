from datetime import date, timedelta

import pytest

from movieclassifier.web.display.plots import (
    MAX_BARS,
    MIN_DAYS,
    accuracy_plot,
    calibration_plot,
    votes_plot,
)
from movieclassifier.web.display.reliability import Bin
from tests.support.plots import inside, points_of


@pytest.mark.parametrize(
    "curve", [[(1, 1.0)], [(1, 0.0)], [(10, 0.5), (20, 0.75)], [(n, n / 1000) for n in range(1, 1000)]]
)
def test_accuracy_stays_inside_the_picture_and_in_the_table(curve):
    plot = accuracy_plot("Accuracy", "vote", curve)
    assert inside(plot)
    assert len(points_of(plot.points)) >= 2
    assert plot.rows[-1][:2] == (f"{curve[-1][0]:,}", f"{curve[-1][1]:.1%}")


def test_the_axis_of_shares_goes_from_nothing_to_all():
    plot = accuracy_plot("Accuracy", "vote", [(1, 0.99), (2, 1.0)])
    assert [mark.text for mark in plot.grid] == ["0%", "25%", "50%", "75%", "100%"]
    gaps = {round(above.y - below.y, 0) for above, below in zip(plot.grid, plot.grid[1:], strict=False)}
    assert max(gaps) - min(gaps) <= 1


def test_a_higher_share_is_drawn_higher():
    (_, low), (_, high) = points_of(accuracy_plot("Accuracy", "vote", [(1, 0.4), (2, 0.8)]).points)
    assert low > high


def test_the_interval_is_around_the_line_and_narrower_with_more_answers():
    plot = accuracy_plot("Accuracy", "vote", [(10, 0.5), (1000, 0.5)])
    band = points_of(plot.band)
    upper, lower = band[:2], band[2:][::-1]
    heights = [below[1] - above[1] for above, below in zip(upper, lower, strict=True)]
    assert heights[0] > 5 * heights[1] > 0
    assert all(
        above[1] < y < below[1] for (_, y), above, below in zip(points_of(plot.points), upper, lower, strict=True)
    )
    fewer = accuracy_plot("Accuracy", "text", [(10, 0.5), (1000, 0.5)], [10, 10])
    assert fewer.rows[0][2] == fewer.rows[1][2] == plot.rows[0][2]


@pytest.mark.parametrize("n_days", [1, 2, 7, 20, 400])
def test_votes_of_each_day_are_bars_whose_heights_are_their_numbers(n_days):
    days = [(date(2026, 1, 1) + timedelta(place), 3, 1) for place in range(n_days)]
    plot = votes_plot(days)
    assert inside(plot)
    assert len(plot.bars) == 2 * min(n_days, MAX_BARS)
    assert len(plot.rows) == min(max(n_days, MIN_DAYS), MAX_BARS)
    assert plot.bars[0].height == pytest.approx(3 * plot.bars[1].height, abs=0.3)
    assert plot.rows[0] == (days[-1][0].isoformat(), "3", "1")


def test_days_without_a_vote_keep_their_place():
    plot = votes_plot([(date(2026, 1, 1), 2, 0), (date(2026, 1, 20), 2, 0)])
    assert len(plot.rows) == 20
    assert plot.bars[1].x - plot.bars[0].x == pytest.approx(19 * (640 - 72 - 12) / 20, abs=1)
    assert [label.text for label in plot.labels] == ["1 Jan", "20 Jan"]


def test_a_day_without_wrong_answers_has_one_bar():
    assert [bar.kind for bar in votes_plot([(date(2026, 1, 1), 2, 0)]).bars] == ["correct"]


def test_calibration_puts_a_right_claim_on_the_line():
    plot = calibration_plot([Bin(0.6, 0.6, 50), Bin(0.9, 0.7, 50)])
    assert inside(plot)
    (x0, y0), (x1, y1) = points_of(plot.diagonal)
    whiskers = [bar for bar in plot.bars if bar.kind == "whisker"]
    dots = [bar for bar in plot.bars if bar.kind == "point"]
    on_line = y0 + (dots[0].x + 4 - x0) / (x1 - x0) * (y1 - y0)
    assert dots[0].y + 4 == pytest.approx(on_line, abs=0.5)
    assert all(w.y < d.y + 4 < w.y + w.height for w, d in zip(whiskers, dots, strict=True))
    assert "10.0 points off on average" in plot.summary
    assert plot.rows[1][:2] == ("90%", "70%")
