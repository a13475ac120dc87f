"""Rows of the database as the program's own words, and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from movieclassifier.features.ngrams import NGrams
from movieclassifier.feedback.evidence import count_known, read_explanation
from movieclassifier.feedback.log.entities import ACCEPTED, APPLIED, HELD, UNDONE, Entry, Event, Prediction, Vote
from movieclassifier.feedback.log.errors import Misread
from movieclassifier.feedback.log.raw_statements import PredictionRow, VoteRow
from movieclassifier.feedback.log.stored import read_probabilities, taking_apart

# Why accepted votes are held, by the position of the event that accepted them.
Held = Mapping[int, str]


def moment(milliseconds: int) -> datetime:
    """Return a stored time.

    Examples
    --------
    >>> moment(0).isoformat()
    '1970-01-01T00:00:00+00:00'
    """
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise Misread(f"{milliseconds} in place of a time") from error


@taking_apart("a vote")
def vote_from(row: Row[Any] | VoteRow, held: Held) -> Vote:
    """Return a vote as people see it."""
    status, reason = current_status(row, held)
    return Vote(
        position=row.position,
        label=row.label,
        verdict=row.verdict,
        status=status,
        reason=reason,
        before=read_probabilities(row.before),
        after=read_probabilities(row.after),
        n_known=row.n_known,
        voted_at=moment(row.voted_at),
        at_once=row.accepted_at == row.position,
    )


def current_status(row: Row[Any] | VoteRow, held: Held) -> tuple[str, str | None]:
    """Return the status of a vote as people see it, and its reason."""
    if row.status != ACCEPTED:
        return row.status, row.reason
    reason = held.get(row.accepted_at or 0)
    return (APPLIED, None) if reason is None else (HELD, reason)


@dataclass(frozen=True)
class View:
    """The facts that the served model adds to rows of the database.

    Attributes
    ----------
    held : mapping of int to str
        Why accepted votes are held, by the position of the event that accepted them.
    labels : tuple of str
    ngrams : NGrams
        The settings of hashing.
    """

    held: Held
    labels: tuple[str, ...]
    ngrams: NGrams


@taking_apart("a prediction")
def prediction_from(row: PredictionRow, vote: VoteRow | None, view: View) -> Prediction:
    """Return a stored prediction with the last vote on it."""
    probabilities = read_probabilities(row.probabilities)
    if row.label not in probabilities:
        raise Misread(f"a prediction of {row.label!r:.40}, which has no probability")
    undone = vote is not None and vote.status == UNDONE
    return Prediction(
        id=row.id,
        text=row.text,
        label=row.label,
        probabilities=probabilities,
        model_version=row.model_version,
        explain=lambda: read_explanation(row.text, row.explanation, view.ngrams),
        explained_label=row.label,
        created_at=moment(row.created_at),
        labels=view.labels,
        vote=None if vote is None or undone else vote_from(vote, view.held),
        undone=undone,
        n_known=count_known(row.text, row.explanation, view.ngrams),
        evidence=row.explanation,
    )


@taking_apart("a vote")
def entry_from(row: Row[Any], held: Held) -> Entry:
    """Return a vote as the owner sees it, from its row joined with its prediction's."""
    status, reason = current_status(row, held)
    return Entry(
        position=row.position,
        prediction_id=row.prediction_id,
        text=row.text,
        predicted=row.predicted,
        probability=read_probabilities(row.probabilities).get(row.predicted, 0.0),
        label=row.label,
        verdict=row.verdict,
        status=status,
        reason=reason,
        client=row.client,
        model_version=row.model_version,
        voted_at=moment(row.voted_at),
    )


def event_from(row: Row[Any]) -> Event:
    """Return a line of the log."""
    return Event(
        position=row.position,
        kind=row.kind,
        vote_position=row.vote_position,
        prediction_id=row.prediction_id,
        label=row.label,
        status=row.status,
        version=row.version,
        by=row.by,
        at=moment(row.at),
        note=row.note,
    )
