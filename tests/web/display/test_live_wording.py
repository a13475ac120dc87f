"""What is said of feeds and times on the live pages."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from movieclassifier.feedback.log.live.entities import FeedState
from movieclassifier.web.display.live_wording import ago, state_in_words, states_in_words, until

NOW = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
FEED = FeedState("The Lund Courier", "https://news.example/feed", None, None, None, "", False)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0.9, "just now"),
        (1, "1 minute ago"),
        (59, "59 minutes ago"),
        (60, "1 hour ago"),
        (1439, "23 hours ago"),
        (2880, "2 days ago"),
    ],
)
def test_time_passed_is_told_in_one_unit(minutes, said):
    assert ago(NOW - timedelta(minutes=minutes), NOW) == said


def test_time_of_a_different_day_has_its_date():
    assert until(NOW.replace(hour=23, minute=5), NOW) == "23:05 UTC"
    assert "3 Mar" in until(NOW + timedelta(days=1), NOW)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "not asked yet"),
        ({"answered_at": NOW - timedelta(minutes=5)}, "5 minutes ago"),
        ({"fault": "It is busy."}, "It is busy."),
        ({"fault": "It is busy.", "next_at": NOW - timedelta(hours=1)}, "It is busy."),
        (
            {"fault": "It is busy.", "next_at": NOW + timedelta(hours=1), "answered_at": NOW},
            "It is busy. It is asked again at 15:30 UTC.",
        ),
        ({"fault": "It is busy.", "is_gone": True}, "gone for good"),
    ],
)
def test_state_of_a_feed_is_what_it_said_last(changes, said):
    feed = replace(FEED, **changes)
    assert state_in_words(feed, NOW) == said
    assert states_in_words([feed], NOW) == [("The Lund Courier", said)]
