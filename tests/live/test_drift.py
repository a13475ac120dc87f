"""Days are counted, and a warning comes when a band is left."""

import pytest

from movieclassifier.feedback.log.database import transaction
from movieclassifier.feedback.log.live_tables import judged
from movieclassifier.live.drift import DayOfSource, drift_days, keep_drift, warnings_of
from movieclassifier.live.items import Item
from movieclassifier.live.judging import OTHER, UNTOLD
from movieclassifier.live.storage.clock import DAY
from movieclassifier.live.storage.items import keep_items
from tests.support.live import START


def day_of(n=100, n_other=10, unknown=0.1, n_untold=0, day="2026-03-01", votes=(0, 0)):
    return DayOfSource(day, "", n, n_other, n_untold, 0.9, unknown, *votes)


@pytest.mark.parametrize(
    ("days", "unknown", "words"),
    [
        ([], 0.1, []),
        ([day_of(n=5, unknown=0.9)], 0.1, []),
        ([day_of()], 0.1, []),
        ([day_of(unknown=0.21)], 0.1, ["of the words were unknown"]),
        ([day_of(unknown=0.9)], 0.0, []),
        ([day_of()] * 5 + [day_of(n_other=40)], 0.1, ["were “other”"]),
        ([day_of()] * 5 + [day_of(n_other=13)], 0.1, []),
        ([day_of(n=3)] * 5 + [day_of(n_other=90)], 0.1, []),
    ],
)
def test_warning_comes_when_a_band_is_left(days, unknown, words):
    found = warnings_of(days, unknown)
    assert len(found) == len(words)
    assert all(word in sentence for word, sentence in zip(words, found, strict=True))


def test_shares_of_a_day():
    assert day_of(n=10, n_other=2, n_untold=2).other_share == 0.25
    assert day_of(n=2, n_untold=2, n_other=0).other_share == 0.0
    assert day_of().accuracy is None
    share, low, high = day_of(votes=(10, 8)).accuracy
    assert low < share == 0.8 < high


def test_days_are_counted_by_source_with_what_people_said(engine):
    now = round(START * 1000)
    with transaction(engine) as connection:
        numbers = keep_items(connection, [Item(f"paper {i % 2}", str(i), text=f"text {i}") for i in range(4)], START)
        for number, outcome in zip(numbers, ("a", OTHER, UNTOLD, "a"), strict=True):
            row = {"item": number, "model_version": "1+1", "outcome": outcome, "label": "a", "probability": 0.5}
            connection.execute(judged.insert().values(**row, probabilities="{}", n_known=3, unknown_share=0.25))
        keep_drift(connection, now, 3)
        (day,) = drift_days(connection)
        assert (day.n, day.n_other, day.n_untold, day.n_votes) == (4, 1, 1, 0)
        assert (day.probability, day.unknown_share, day.other_share) == (0.5, 0.25, 1 / 3)
        assert [drift_days(connection, f"paper {i}")[0].n for i in (0, 1)] == [2, 2]
        keep_drift(connection, now + 90 * DAY, 3)
        assert drift_days(connection) == [day]
