"""Plots of the live pages: what they say is what they draw, and all of it stays inside."""

import re

import pytest

from movieclassifier.feedback.log.live.entities import DayOfSource
from movieclassifier.models.abstaining import Thresholds
from movieclassifier.web.display.live_plots import (
    dots_plot,
    drift_plot,
    newspapers_plot,
    probabilities_plot,
    scores_plot,
    topics_plot,
)
from movieclassifier.web.display.plots import HEIGHT, WIDTH, WORDS

COUNTS = [("Courier", "film", 6), ("Courier", "other", 2), ("Herald", "film", 1), ("Herald", "", 1)]
DAYS = [DayOfSource(f"2026-03-{day:02}", "", 100, 10, 0, 0.9, 0.1, 0, 0) for day in range(1, 6)]
PLOTS = {
    "topics": topics_plot(COUNTS),
    "newspapers": newspapers_plot(COUNTS),
    "probabilities": probabilities_plot([0.0, 0.5, 0.55, 1.0], Thresholds((0.5, 0.5, 0.52))),
    "scores": scores_plot([0.2, 0.9, 1.0], "positive"),
    "dots": dots_plot([("10:00", 0.2), ("11:00", 0.9)], "positive", (0.55, 0.0, 1.0)),
    "one dot": dots_plot([("10:00", 0.2)], "positive", (0.2, 0.0, 1.0)),
    "drift": drift_plot("Unknown words", DAYS, [0.1, 0.2, 0.3, 0.0, 0.25], "of the words were unknown", 0.12),
    "one day": drift_plot("Unknown words", DAYS[:1], [0.0], "of the words were unknown"),
}


@pytest.mark.parametrize("name", PLOTS)
def test_bars_stay_inside(name):
    plot = PLOTS[name]
    assert plot.bars
    for bar in plot.bars:
        assert bar.x >= 0
        assert bar.x + bar.width <= WIDTH
        assert bar.y >= 0
        assert bar.y + bar.height <= max(plot.height, HEIGHT)


@pytest.mark.parametrize("name", PLOTS)
def test_every_plot_is_a_table_and_a_sentence_too(name):
    plot = PLOTS[name]
    assert plot.title
    assert plot.summary.endswith(".")
    assert all(len(row) == len(plot.header) for row in plot.rows)


def test_topics_are_ranked_with_their_shares():
    plot = PLOTS["topics"]
    assert plot.rows == [("film", "7", "70.0%"), ("other", "2", "20.0%"), ("can’t tell", "1", "10.0%")]
    assert plot.summary == "Of 10 articles, 70% are filed under film."
    assert [bar.width / plot.bars[0].width for bar in plot.bars] == pytest.approx([1, 2 / 7, 1 / 7], abs=0.01)


def test_parts_of_a_newspaper_fill_its_bar_with_the_rest_at_the_end():
    plot = PLOTS["newspapers"]
    assert plot.header == ("Newspaper", "film", "other", "can’t tell")
    assert plot.rows == [("Courier", "6", "2", "0"), ("Herald", "1", "0", "1")]
    assert [name for _, name in plot.legend] == ["film", "other", "can’t tell"]
    for y in {bar.y for bar in plot.bars}:
        row = sorted((bar for bar in plot.bars if bar.y == y), key=lambda bar: bar.x)
        assert row[0].x == WORDS
        assert row[-1].x + row[-1].width == pytest.approx(WIDTH - 60, abs=2)


def test_articles_below_the_line_are_counted():
    assert "1 of 4 articles" not in PLOTS["scores"].summary
    assert "2 of 4 articles are below it" in PLOTS["probabilities"].summary
    assert PLOTS["probabilities"].rows[-1] == ("0.95 to 1.00", "1")
    assert PLOTS["scores"].summary == "2 of 3 posts are more probably positive than not."


def test_days_are_told_from_the_newest():
    plot = PLOTS["drift"]
    assert plot.rows[0] == ("2026-03-05", "25.0%", "100")
    assert re.search(r"on the last day, 25\.0% of the words were unknown\. The line is at 12\.0%\.$", plot.summary)
    assert "The line" not in PLOTS["one day"].summary
