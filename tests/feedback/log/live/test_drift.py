"""Days are counted by source."""

from movieclassifier.feedback.log.database import transaction
from movieclassifier.feedback.log.live.clock import DAY
from movieclassifier.feedback.log.live.drift import drift_days, keep_drift
from movieclassifier.feedback.log.live.entities import OTHER, UNTOLD, Item
from movieclassifier.feedback.log.live.items import keep_items
from movieclassifier.feedback.log.live.schema import judged
from tests.support.live import START


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
