"""Limits against poisoning: how often a client may ask, and when a vote on a known text must wait for a review."""

import time
from dataclasses import dataclass

from sqlalchemy import Connection, delete
from sqlalchemy.dialects import postgresql, sqlite

from movieclassifier.feedback.log.errors import TooMany
from movieclassifier.feedback.log.schema import counts


@dataclass(frozen=True)
class Rate:
    """So many in so many seconds, per client.

    Examples
    --------
    >>> Rate(60, 3600).describe()
    '60 per hour'
    """

    limit: int
    seconds: int

    def describe(self) -> str:
        """Say it in words."""
        names = {1: "second", 60: "minute", 3600: "hour", 86400: "day"}
        return f"{self.limit} per {names.get(self.seconds, f'{self.seconds} seconds')}"


RATES = {
    "predictions": Rate(120, 60),  # requests
    "texts": Rate(6000, 3600),  # texts in them: a request of the API may hold many
    "kilobytes": Rate(20_000, 3600),  # of texts that are kept
    "votes": Rate(60, 3600),
    "logins": Rate(10, 600),
    "searches": Rate(10, 60),  # new ones, which ask a different machine
}


def count(connection: Connection, kind: str, client: str, rate: Rate, n: int = 1) -> None:
    """Count a try of a client in the database, for all workers together.

    A refused try is not counted, provided that the transaction is rolled back by the exception.

    Raises
    ------
    TooMany
        If the client has used up its limit in this window of time.
    """
    now = time.time()
    window = int(now // rate.seconds)
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(counts).values(kind=kind, client=client, window=window, n=n)
    upsert = statement.on_conflict_do_update(
        index_elements=["kind", "client", "window"], set_={"n": counts.c.n + n}
    ).returning(counts.c.n)
    used = connection.scalar(upsert)
    if used == n:  # the first of this window, so earlier ones can go
        connection.execute(delete(counts).where(counts.c.kind == kind, counts.c.window < window))
    refuse_beyond(used or 0, kind, rate, now)


def refuse_beyond(used: int, kind: str, rate: Rate, now: float) -> None:
    """Raise TooMany where a client has used more than its limit."""
    if used > rate.limit:
        wait = rate.seconds - int(now % rate.seconds)
        raise TooMany(f"Too many {kind}: at most {rate.describe()}.", wait)
