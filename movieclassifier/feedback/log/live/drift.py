"""Drift: articles counted by day and source."""

from collections import defaultdict
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from movieclassifier.feedback.log.live.clock import DAY, day_of
from movieclassifier.feedback.log.live.entities import ARTICLE, OTHER, UNTOLD, DayOfSource
from movieclassifier.feedback.log.live.items import voted_labels
from movieclassifier.feedback.log.live.schema import drift, items, judged
from movieclassifier.feedback.log.stored import taking_apart

ALL = ""  # the source that stands for all
BAND_DAYS = 28


def keep_drift(connection: Connection, now: int, days: int) -> None:
    """Count the days whose articles are still kept, in a transaction that writes; earlier days stay as they are.

    Parameters
    ----------
    connection : Connection
    now : int
        Milliseconds since 1970.
    days : int
        Days that are counted; fewer than articles are kept for.
    """
    first = now // DAY * DAY - (days - 1) * DAY
    rows = connection.execute(
        select(items.c.source, items.c.shown_at, items.c.digest, judged)
        .join(judged, judged.c.item == items.c.id)
        .where(items.c.kind == ARTICLE, items.c.shown_at >= first)
    ).all()
    said = voted_labels(connection, {row.digest for row in rows})
    groups = defaultdict(list)
    for row in rows:
        for source in (ALL, row.source):
            groups[day_of(row.shown_at), source].append(row)
    if not groups:
        return
    connection.execute(delete(drift).where(drift.c.day >= day_of(first)))
    connection.execute(
        insert(drift),
        [
            {
                "day": day,
                "source": source,
                "n": len(of_day),
                "n_other": sum(row.outcome == OTHER for row in of_day),
                "n_untold": sum(row.outcome == UNTOLD for row in of_day),
                "probability": sum(row.probability for row in of_day) / len(of_day),
                "unknown_share": sum(row.unknown_share for row in of_day) / len(of_day),
                "n_votes": sum(row.digest in said for row in of_day),
                "n_right": sum(said.get(row.digest) == row.outcome for row in of_day),
            }
            for (day, source), of_day in groups.items()
        ],
    )


def drift_days(connection: Connection, source: str = ALL, days: int = BAND_DAYS) -> list[DayOfSource]:
    """Return the last days of a source, the oldest first."""
    if "\0" in source:  # PostgreSQL refuses it, and no source has one
        return []
    chosen = select(drift).where(drift.c.source == source).order_by(drift.c.day.desc()).limit(days)
    return [_day(row) for row in reversed(connection.execute(chosen).all())]


@taking_apart("a day")
def _day(row: Row[Any]) -> DayOfSource:
    date.fromisoformat(row.day)  # or it is none
    return DayOfSource(**row._mapping)
