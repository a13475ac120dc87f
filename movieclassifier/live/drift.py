"""Drift: by day and source, how far what is read is from what the model was trained on, and what people say of it."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from movieclassifier.feedback.log.live_tables import drift, items, judged
from movieclassifier.live.items import ARTICLE
from movieclassifier.live.judging import OTHER, UNTOLD
from movieclassifier.live.storage.clock import DAY, day_of
from movieclassifier.live.storage.items import voted_labels
from movieclassifier.models.intervals import wilson

ALL = ""  # the source that stands for all
BAND_DAYS = 28
MIN_ITEMS = 20
# Standard errors that a share may be off its mean of four weeks.
BAND = 3.0
MAX_UNKNOWN = 2.0  # times the holdout's


@dataclass(frozen=True)
class DayOfSource:
    """The articles that were read on a day.

    Attributes
    ----------
    day : str
        Such as "2026-03-01", in UTC.
    source : str
        :data:`ALL` for all of them.
    n, n_other, n_untold : int
        Articles; those below the threshold, or of the class "other"; those that nothing can be told of.
    probability, unknown_share : float
        Means over the articles.
    n_votes, n_right : int
        Articles that people voted on; those whose label was right.
    """

    day: str
    source: str
    n: int
    n_other: int
    n_untold: int
    probability: float
    unknown_share: float
    n_votes: int
    n_right: int

    @property
    def other_share(self) -> float:
        """The share of "other" among the articles that something can be told of."""
        told = self.n - self.n_untold
        return self.n_other / told if told else 0.0

    @property
    def accuracy(self) -> tuple[float, float, float] | None:
        """The share of right answers with its 95% interval; None without votes."""
        if not self.n_votes:
            return None
        share = self.n_right / self.n_votes
        return share, *wilson(share, self.n_votes)


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
    chosen = select(drift).where(drift.c.source == source).order_by(drift.c.day.desc()).limit(days)
    return [
        DayOfSource(
            day=row.day,
            source=row.source,
            n=row.n,
            n_other=row.n_other,
            n_untold=row.n_untold,
            probability=row.probability,
            unknown_share=row.unknown_share,
            n_votes=row.n_votes,
            n_right=row.n_right,
        )
        for row in reversed(connection.execute(chosen).all())
    ]


def warnings_of(days: Sequence[DayOfSource], unknown_share: float) -> list[str]:
    """Return what has left its band on the last day, in sentences.

    Parameters
    ----------
    days : sequence of DayOfSource
        The oldest first.
    unknown_share : float
        Of the documents that were held out of the training; 0 where it was not measured.
    """
    if not days or days[-1].n < MIN_ITEMS:
        return []
    last, before = days[-1], [day for day in days[:-1] if day.n >= MIN_ITEMS]
    found = []
    if unknown_share and last.unknown_share > MAX_UNKNOWN * unknown_share:
        found.append(
            f"On {last.day}, {last.unknown_share:.1%} of the words were unknown to the model; it was "
            f"{unknown_share:.1%} on the documents that were held out of its training. "
            "Correct some articles, and retrain."
        )
    told = sum(day.n - day.n_untold for day in before)
    if told:
        mean = sum(day.n_other for day in before) / told
        error = math.sqrt(max(mean * (1 - mean), 0.01) / max(1, last.n - last.n_untold))
        if abs(last.other_share - mean) > BAND * error:
            found.append(
                f"On {last.day}, {last.other_share:.0%} of the articles were “other”; it was {mean:.0%} on the "
                f"{len(before)} days before."
            )
    return found
