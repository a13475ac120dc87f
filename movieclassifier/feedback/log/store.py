"""The front door of the log: predictions are stored, votes are cast and taken back, and all of it can be read."""

import json
import weakref
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Engine,
    Select,
    column,
    delete,
    func,
    select,
    text,
)

from movieclassifier.feedback.log.counting import count_feedback, count_predictions
from movieclassifier.feedback.log.database import connect, snapshot, transaction
from movieclassifier.feedback.log.entities import (
    ACCEPTED,
    APPLIED,
    HELD,
    STATUSES,
    WAITING,
    Entry,
    Event,
    Page,
    Prediction,
)
from movieclassifier.feedback.log.facts import FeedbackStats
from movieclassifier.feedback.log.kept_predictions import oldest, owned_prediction
from movieclassifier.feedback.log.raw_connections import Raw, RawConnections
from movieclassifier.feedback.log.raw_statements import PredictionRow, VoteRow, read_last_vote
from movieclassifier.feedback.log.row_conversion import Held, View, entry_from, event_from, prediction_from
from movieclassifier.feedback.log.schema import events, head, predictions, prepare, votes

# How long a prediction is kept that nobody votes on.
UNVOTED = timedelta(days=1)


class FeedbackStore:
    """The database of the log.

    Parameters
    ----------
    url : str
        As SQLAlchemy writes it, such as ``sqlite:///instance/feedback.db``; ``postgres://`` is understood, too.

    Raises
    ------
    ValueError
        If the URL is wrong, its driver is missing, or a newer version wrote the database.
    Unavailable
        If the database does not answer.
    """

    def __init__(self, url: str):
        self.engine: Engine = connect(url)
        self.raw = RawConnections(self.engine)
        # From Python 3.13 on, a connection that was never closed is a warning.
        weakref.finalize(self, _close, self.raw, self.engine).atexit = False
        self._counted: tuple[int | None, FeedbackStats] | None = None
        try:
            prepare(self.engine)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the connections; this happens by itself once a store is no longer used."""
        _close(self.raw, self.engine)

    def find(self, prediction_id: str, owner: str, lifetime: timedelta, view: View) -> Prediction:
        """Return a prediction with its vote.

        Raises
        ------
        NotFound
            If it is missing, or a different owner's, or older than `lifetime`.
        """

        def ask(raw: Raw) -> Prediction:
            row = owned_prediction(raw, prediction_id, owner, lifetime)
            return prediction_from(row, read_last_vote(raw, prediction_id), view)

        return self.raw.read(ask)

    def history(self, owner: str, lifetime: timedelta, view: View, limit: int = 100) -> list[Prediction]:
        """Return the predictions of an owner, the newest first."""
        theirs = (predictions.c.owner == owner) & (predictions.c.created_at >= oldest(lifetime))
        newest = select(predictions).where(theirs).order_by(predictions.c.created_at.desc()).limit(limit)
        with snapshot(self.engine) as connection:
            rows = [PredictionRow(*row) for row in connection.execute(newest)]
            columns = [votes.c[name] for name in VoteRow._fields]
            on_them = votes.c.prediction_id.in_([row.id for row in rows])
            found = [VoteRow(*row) for row in connection.execute(select(*columns).where(on_them).order_by("attempt"))]
            last = {vote.prediction_id: vote for vote in found}
            return [prediction_from(row, last.get(row.id), view) for row in rows]

    def entries(
        self,
        held: Held,
        *,
        search: str = "",
        status: str | None = None,
        page: int = 1,
        per_page: int = 25,
        oldest_first: bool = False,
    ) -> Page[Entry]:
        """Return votes, the newest first unless `oldest_first`.

        Parameters
        ----------
        held : mapping of int to str
            As :attr:`ServedModel.held`.
        search : str
            Part of the text, or the client.
        status : {None, "applied", "held", "waiting", "rejected", "undone"}
        page, per_page : int
        """
        chosen = _matching(self.engine.dialect.name, search, status, held)
        order = votes.c.position if oldest_first else votes.c.position.desc()
        statement = _entries().where(*chosen).order_by(order)
        return self._page(statement, page, per_page, lambda row: entry_from(row, held))

    def entry(self, position: int, held: Held) -> Entry | None:
        """Return a vote by its position; None where there is none."""
        with snapshot(self.engine) as connection:
            row = connection.execute(_entries().where(votes.c.position == position)).one_or_none()
        return None if row is None else entry_from(row, held)

    def iter_entries(self, held: Held, *, search: str = "", status: str | None = None) -> Iterator[Entry]:
        """Yield votes in the order of the log."""
        statement = (
            _entries().where(*_matching(self.engine.dialect.name, search, status, held)).order_by(votes.c.position)
        )
        with snapshot(self.engine) as connection:
            for row in connection.execution_options(yield_per=500).execute(statement):
                yield entry_from(row, held)

    def audit(self, page: int = 1, per_page: int = 50) -> Page[Event]:
        """Return the log, the newest event first."""
        return self._page(select(events).order_by(events.c.position.desc()), page, per_page, event_from)

    def iter_events(self) -> Iterator[Event]:
        """Yield the log in its order."""
        with snapshot(self.engine) as connection:
            for row in connection.execution_options(yield_per=500).execute(select(events).order_by(events.c.position)):
                yield event_from(row)

    def n_waiting(self) -> int:
        """Return how many votes wait for a review."""
        with snapshot(self.engine) as connection:
            return connection.scalar(select(func.count()).where(votes.c.status == WAITING)) or 0

    def stats(self) -> FeedbackStats:
        """Count; the log only where it has grown since the last time."""
        with snapshot(self.engine) as connection:
            position = connection.scalar(select(head.c.position))
            counted = self._counted
            if counted is None or counted[0] != position:
                counted = self._counted = position, count_feedback(connection)
            return replace(counted[1], n_predictions=count_predictions(connection))

    def forget_old_predictions(self, age: timedelta = UNVOTED) -> int:
        """Delete the predictions of some age that nobody voted on; return their number.

        A prediction with a vote that was undone is kept: the log names it.
        """
        voted = select(votes.c.prediction_id)
        old = (predictions.c.created_at < oldest(age)) & predictions.c.id.not_in(voted)
        with transaction(self.engine, relaxed=True) as connection:
            return connection.execute(delete(predictions).where(old)).rowcount

    def _page(self, statement: Select[Any], page: int, per_page: int, convert: Any) -> Page[Any]:
        page = max(1, page)
        with snapshot(self.engine) as connection:
            total = connection.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
            rows = connection.execute(statement.limit(per_page).offset((page - 1) * per_page)).all()
            return Page([convert(row) for row in rows], page, per_page, total)


def _entries() -> Select[Any]:
    return select(
        votes,
        predictions.c.text,
        predictions.c.label.label("predicted"),
        predictions.c.probabilities,
        predictions.c.model_version,
    ).join(predictions, predictions.c.id == votes.c.prediction_id)


# Numbers as rows: one parameter, however many they are.
NUMBERS = {
    "sqlite": "SELECT value FROM json_each(:numbers)",
    "postgresql": "SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST(:numbers AS JSON))",
}


def _matching(dialect: str, search: str, status: str | None, held: Held) -> list[ColumnElement[bool]]:
    chosen: list[ColumnElement[bool]] = []
    if search:
        chosen.append(predictions.c.text.icontains(search, autoescape=True) | (votes.c.client == search))
    if status in (APPLIED, HELD):
        numbers = text(NUMBERS[dialect]).bindparams(numbers=json.dumps(list(held)))
        is_held = votes.c.accepted_at.in_(numbers.columns(column("value", BigInteger)))
        chosen += [votes.c.status == ACCEPTED, is_held if status == HELD else ~is_held]
    elif status is not None:
        if status not in STATUSES:
            raise ValueError(f"status must be one of {', '.join(STATUSES)}; got {status!r}.")
        chosen.append(votes.c.status == status)
    return chosen


def _close(raw: RawConnections, engine: Engine) -> None:
    raw.close()
    engine.dispose()
