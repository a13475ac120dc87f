"""The log: events are appended in a total order, and never changed."""

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Row, func, insert, or_, select, update

from movieclassifier.feedback.log.database import transaction
from movieclassifier.feedback.log.entities import (
    ACCEPTED,
    APPROVE,
    CORRECT,
    INCORRECT,
    REJECT,
    REJECTED,
    ROLLBACK,
    ROLLED_BACK,
    SERVE,
    UNDO,
    UNDONE,
    WAITING,
    Probabilities,
)
from movieclassifier.feedback.log.errors import NotFound
from movieclassifier.feedback.log.raw_statements import PredictionRow, VoteRow
from movieclassifier.feedback.log.row_conversion import moment
from movieclassifier.feedback.log.schema import bases, events, head, votes
from movieclassifier.feedback.log.stored import read_pairs, read_position, taking_apart


def now() -> int:
    """Return the time in milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


class Accepted(NamedTuple):
    """A vote by its position, and the position of the event that accepted it.

    A vote that was taken out and approved again is a different one here: it counts from its approval.
    """

    vote: int
    at: int


def vote_row(
    position: int,
    attempt: int,
    prediction: PredictionRow,
    label: str,
    *,
    client: str,
    waits: str | None,
    before: Probabilities,
    after: Probabilities,
    n_known: int,
) -> VoteRow:
    """Return a new vote as the log has it; `attempt` counts the votes on its prediction before."""
    return VoteRow(
        position=position,
        prediction_id=prediction.id,
        attempt=attempt,
        digest=prediction.digest,
        label=label,
        verdict=CORRECT if label == prediction.label else INCORRECT,
        status=WAITING if waits else ACCEPTED,
        reason=waits,
        reviewed=False,
        accepted_at=None if waits else position,
        before=json.dumps(before),
        after=json.dumps(before if waits else after),
        n_known=n_known,
        client=client,
        voted_at=now(),
    )


class Appending:
    """A transaction that appends events. It holds the head of the log, so there is one at a time.

    Parameters
    ----------
    connection : Connection
        In a transaction that holds nothing yet.

    Attributes
    ----------
    position : int
        Of the last event.
    base_version : int or None
        The base that is served.
    """

    def __init__(self, connection: Connection):
        self.connection = connection
        row = connection.execute(select(head).with_for_update()).one()
        self.position = read_position(row.position)
        self.base_version: int | None = row.base_version

    def append(self, kind: str, by: str, **values: Any) -> int:
        """Append an event and return its position."""
        self.position += 1
        event = {"position": self.position, "kind": kind, "by": by, "at": now(), "note": ""} | values
        self.connection.execute(insert(events).values(**event))
        self.connection.execute(update(head).values(position=self.position, base_version=self.base_version))
        return self.position

    def vote(
        self,
        prediction: PredictionRow,
        label: str,
        *,
        client: str,
        waits: str | None,
        before: Probabilities,
        after: Probabilities,
        n_known: int,
        features: bytes | None = None,
        trusted: bool = False,
    ) -> Row[Any]:
        """Append a vote on a prediction without a standing vote, and return its row.

        Parameters
        ----------
        prediction : PredictionRow
        label : str
        client : str
        waits : str or None
            Why it has to wait for a review, if it has to.
        before, after : dict of str to float
        n_known : int
        features : bytes, optional
            The row of the text, as :func:`movieclassifier.feedback.packed_rows.pack_row` returns it.
        trusted : bool
            Whether the owner imported it.
        """
        attempt = self.connection.scalar(select(func.count()).where(votes.c.prediction_id == prediction.id)) or 0
        row = vote_row(
            self.position + 1,
            attempt,
            prediction,
            label,
            client=client,
            waits=waits,
            before=before,
            after=after,
            n_known=n_known,
        )
        of_vote = {"vote_position": row.position, "prediction_id": row.prediction_id}
        self.append(row.verdict, client, label=label, status=row.status, **of_vote)
        self.connection.execute(insert(votes).values(**row._asdict(), features=features, trusted=trusted))
        return self.connection.execute(select(votes).where(votes.c.position == row.position)).one()

    def undo(self, vote: Row[Any], by: str) -> int:
        """Append the undoing of a vote."""
        return self._change(UNDO, [vote], by, status=UNDONE)

    def approve(self, positions: Iterable[int], by: str, note: str = "") -> int:
        """Accept votes that wait or were rejected; return their number."""
        chosen = [vote for vote in self._votes(positions) if vote.status in (WAITING, REJECTED)]
        return self._change(APPROVE, chosen, by, status=ACCEPTED, note=note)

    def reject(self, positions: Iterable[int], by: str, note: str = "") -> int:
        """Take votes out that wait or were accepted; return their number."""
        chosen = [vote for vote in self._votes(positions) if vote.status in (WAITING, ACCEPTED)]
        return self._change(REJECT, chosen, by, status=REJECTED, note=note)

    def serve(self, version: int, by: str, note: str = "") -> int:
        """Serve a different base from here on; accepted votes that it does not hold stay on top of it."""
        self.base_version = version
        return self.append(SERVE, by, version=version, note=note)

    def roll_back(self, version: int, by: str, note: str = "") -> int:
        """Serve a base as it was: accepted votes that it does not hold wait for a review again; return their number."""
        self.base_version = version
        n_aside = len(votes_beyond(self.connection, version))
        self.append(ROLLBACK, by, version=version, note=note)
        folded = {accepted.vote: accepted.at for accepted in folded_votes(self.connection, version)}
        known = (votes.c.status == ACCEPTED) | (votes.c.reason == ROLLED_BACK)
        present = set(self.connection.scalars(select(votes.c.position).where(known)))
        self._update(present - set(folded), status=WAITING, reason=ROLLED_BACK)
        for vote in sorted(present & set(folded)):
            self._update([vote], status=ACCEPTED, reason=None, accepted_at=folded[vote])
        return n_aside

    def _change(self, kind: str, chosen: list[Row[Any]], by: str, *, status: str, note: str = "") -> int:
        for vote in chosen:
            at = self.append(
                kind,
                by,
                vote_position=vote.position,
                prediction_id=vote.prediction_id,
                label=vote.label,
                status=status,
                note=note,
            )
            changed: dict[str, Any] = {"status": status, "reason": None}
            if status == ACCEPTED:
                changed["accepted_at"] = at
            if kind in (APPROVE, REJECT):
                changed["reviewed"] = True
            self._update([vote.position], **changed)
        return len(chosen)

    def _update(self, positions: Iterable[int], **values: Any) -> None:
        for chunk in chunked(sorted(positions)):
            self.connection.execute(update(votes).where(votes.c.position.in_(chunk)).values(**values))

    def _votes(self, positions: Iterable[int]) -> list[Row[Any]]:
        wanted = sorted(set(positions))
        found: list[Row[Any]] = []
        for chunk in chunked(wanted):
            found += self.connection.execute(
                select(votes).where(votes.c.position.in_(chunk)).order_by(votes.c.position)
            )
        missing = set(wanted) - {vote.position for vote in found}
        if missing:
            raise NotFound(f"the log has no vote at position {', '.join(map(str, sorted(missing)))}.")
        return found

    def undo_at(self, positions: Iterable[int], by: str) -> int:
        """Append the undoing of the votes at some positions that are not undone; return their number."""
        chosen = [vote for vote in self._votes(positions) if vote.status != UNDONE]
        return self._change(UNDO, chosen, by, status=UNDONE)

    def has_vote(self, digest: str, label: str | None = None) -> bool:
        """Tell whether a text has a vote already: one that stands, or one on which the owner has decided."""
        known = (votes.c.digest == digest) & or_(votes.c.status != UNDONE, votes.c.reviewed)
        if label is not None:
            known &= votes.c.label == label
        return self.connection.scalar(select(votes.c.position).where(known).limit(1)) is not None


@contextmanager
def appending(engine: Engine) -> Iterator[Appending]:
    """Open a transaction that appends; it is committed when the block ends well."""
    with transaction(engine) as connection:
        yield Appending(connection)


def chunked(positions: Sequence[int]) -> Iterator[Sequence[int]]:
    """Cut positions into pieces that fit into one statement."""
    for start in range(0, len(positions), 500):
        yield positions[start : start + 500]


def time_of_event(connection: Connection, position: int) -> datetime | None:
    """Return when an event was appended; None where there is no such event."""
    at = connection.scalar(select(events.c.at).where(events.c.position == position))
    return None if at is None else moment(at)


def last_vote(connection: Connection, prediction_id: str) -> Row[Any] | None:
    """Return the last vote on a prediction."""
    last = select(votes).where(votes.c.prediction_id == prediction_id).order_by(votes.c.attempt.desc()).limit(1)
    return connection.execute(last).one_or_none()


def standing_vote(connection: Connection, prediction_id: str) -> Row[Any] | None:
    """Return the last vote on a prediction, unless it was undone."""
    vote = last_vote(connection, prediction_id)
    return None if vote is None or vote.status == UNDONE else vote


def folded_votes(connection: Connection, version: int) -> list[Accepted]:
    """Return the votes in the weights of a base, in the order of learning."""
    folded = connection.execute(select(bases.c.folded).where(bases.c.version == version)).scalar_one()
    with taking_apart(f"votes in base version {version}"):
        return [Accepted(*pair) for pair in read_pairs(folded)]


def votes_beyond(connection: Connection, version: int) -> set[int]:
    """Return the positions of the accepted votes that a base does not hold."""
    accepted = set(connection.scalars(select(votes.c.position).where(votes.c.status == ACCEPTED)))
    return accepted - {vote for vote, _ in folded_votes(connection, version)}
