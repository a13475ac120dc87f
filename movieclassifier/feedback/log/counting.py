"""Counts over the log, for /model."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import accumulate

from sqlalchemy import Connection, case, func, select

from movieclassifier.feedback.log.entities import ACCEPTED, CORRECT, INCORRECT, REJECTED, UNDONE, WAITING
from movieclassifier.feedback.log.facts import ClientVotes, FeedbackStats
from movieclassifier.feedback.log.row_conversion import Held, moment
from movieclassifier.feedback.log.schema import predictions, votes
from movieclassifier.feedback.log.stored import taking_apart

DAY = 86_400_000  # milliseconds
STORED = (ACCEPTED, WAITING, REJECTED, UNDONE)
CURVE_POINTS = 200
STANDS = votes.c.status != UNDONE


@taking_apart("votes")
def count_feedback(connection: Connection) -> FeedbackStats:
    """Count the votes that stand."""
    statuses = connection.execute(select(votes.c.status, func.count()).group_by(votes.c.status))
    by_status = {status: n for status, n in statuses}  # noqa: C416  # dict() takes no rows, says mypy
    verdicts = list(connection.scalars(select(votes.c.verdict).where(STANDS).order_by(votes.c.position)))
    return FeedbackStats(
        n_predictions=count_predictions(connection),
        n_votes=len(verdicts),
        n_correct=verdicts.count(CORRECT),
        n_incorrect=verdicts.count(INCORRECT),
        by_day=_by_day(connection),
        by_status={status: by_status.get(status, 0) for status in STORED},
        curve=_curve([verdict == CORRECT for verdict in verdicts]),
    )


def count_predictions(connection: Connection) -> int:
    """Return how many predictions are stored."""
    return connection.scalar(select(func.count()).select_from(predictions)) or 0


def standing_votes_of(connection: Connection, client: str, since: int | None) -> list[int]:
    """Return the positions of the accepted and waiting votes of a client, from a time on (milliseconds since 1970)."""
    theirs = (votes.c.client == client) & votes.c.status.in_([ACCEPTED, WAITING])
    if since is not None:
        theirs &= votes.c.voted_at >= since
    return list(connection.scalars(select(votes.c.position).where(theirs).order_by(votes.c.position)))


@taking_apart("votes")
def count_clients(connection: Connection, held: Held, shares: Mapping[str, float]) -> list[ClientVotes]:
    """Count the votes of each client; those that moved the model most come first."""
    waiting = func.sum(case((votes.c.status == WAITING, 1), else_=0))
    statement = select(votes.c.client, func.count(), waiting, func.max(votes.c.voted_at)).where(STANDS)
    n_held = Counter[str]()
    for accepted_at, client in connection.execute(
        select(votes.c.accepted_at, votes.c.client).where(votes.c.status == ACCEPTED)
    ):
        n_held[client] += accepted_at in held
    found = [
        ClientVotes(
            client=client,
            n_votes=n,
            n_held=n_held[client],
            n_waiting=int(n_waiting),
            share=shares.get(client, 0.0),
            last=moment(last),
        )
        for client, n, n_waiting, last in connection.execute(statement.group_by(votes.c.client))
    ]
    return sorted(found, key=lambda row: (-row.share, -row.n_held, -row.n_votes, row.client))


def _by_day(connection: Connection) -> list[tuple[date, int, int]]:
    day = (votes.c.voted_at // DAY).label("day")
    statement = select(day, votes.c.verdict, func.count()).where(STANDS).group_by(day, votes.c.verdict).order_by(day)
    days: dict[date, list[int]] = {}
    for number, verdict, n in connection.execute(statement):
        days.setdefault(date(1970, 1, 1) + timedelta(days=int(number)), [0, 0])[verdict != CORRECT] += n
    return [(day, correct, incorrect) for day, (correct, incorrect) in days.items()]


def _curve(correct: list[bool]) -> list[tuple[int, float]]:
    """Return the share of True among the first n, at no more than some points."""
    step = max(1, len(correct) // CURVE_POINTS)
    sums = list(accumulate(correct))
    return [(n, sums[n - 1] / n) for n in range(len(sums), 0, -step)][::-1]
