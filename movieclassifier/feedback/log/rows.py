"""Rows of the database as the program's own words, and back."""

import json
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from movieclassifier.feedback.log.entities import ACCEPTED, APPLIED, HELD, Entry, Event, Prediction, Vote
from movieclassifier.models.explanation import Contribution, Explanation

# Why accepted votes are held, by the position of the event that accepted them.
Held = Mapping[int, str]


def moment(milliseconds: int) -> datetime:
    """Return a stored time.

    Examples
    --------
    >>> moment(0).isoformat()
    '1970-01-01T00:00:00+00:00'
    """
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def vote_from(row: Row[Any], held: Held) -> Vote:
    """Return a vote as people see it."""
    status, reason = current_status(row, held)
    return Vote(
        row.position,
        row.label,
        row.verdict,
        status,
        reason,
        json.loads(row.before),
        json.loads(row.after),
        row.n_known,
        moment(row.voted_at),
        row.accepted_at == row.position,
    )


def current_status(row: Row[Any], held: Held) -> tuple[str, str | None]:
    """Return the status of a vote as people see it, and its reason."""
    if row.status != ACCEPTED:
        return row.status, row.reason
    reason = held.get(row.accepted_at)
    return (APPLIED, None) if reason is None else (HELD, reason)


def prediction_from(row: Row[Any], vote: Vote | None, undone: bool, labels: tuple[str, ...]) -> Prediction:
    """Return a stored prediction."""
    explained, explanation = unpack_explanation(row.text, row.explanation) if row.explanation else ("", None)
    return Prediction(
        row.id,
        row.text,
        row.label,
        json.loads(row.probabilities),
        row.model_version,
        explanation,
        explained,
        moment(row.created_at),
        labels,
        vote,
        undone,
        explanation.n_known if explanation else None,
    )


def entry_from(row: Row[Any], held: Held) -> Entry:
    """Return a vote as the owner sees it, from its row joined with its prediction's."""
    status, reason = current_status(row, held)
    return Entry(
        row.position,
        row.prediction_id,
        row.text,
        row.predicted,
        json.loads(row.probabilities).get(row.predicted, 0.0),
        row.label,
        row.verdict,
        status,
        reason,
        row.client,
        row.model_version,
        moment(row.voted_at),
    )


def event_from(row: Row[Any]) -> Event:
    """Return a line of the log."""
    return Event(
        row.position,
        row.kind,
        row.vote_position,
        row.prediction_id,
        row.label,
        row.status,
        row.version,
        row.by,
        moment(row.at),
        row.note,
    )


def pack_explanation(explanation: Explanation, explained_label: str) -> bytes:
    """Return an explanation in a few kilobytes: without the text, and without n-grams that contributed nothing."""
    parts = [
        [part.ngram, part.value, part.column, part.spans, part.shares_column_with]
        for part in explanation.contributions
        if part.value
    ]
    facts = [explanation.label, explained_label, explanation.decision, explanation.intercept, parts]
    return zlib.compress(json.dumps(facts, separators=(",", ":")).encode(), 1)


def unpack_explanation(text: str, packed: bytes) -> tuple[str, Explanation]:
    """Return the explained label's name and the explanation that :func:`pack_explanation` packed."""
    label, name, decision, intercept, parts = json.loads(zlib.decompress(packed))
    contributions = tuple(
        Contribution(ngram, value, column, tuple((start, end) for start, end in spans), tuple(others))
        for ngram, value, column, spans, others in parts
    )
    return name, Explanation(text, label, decision, intercept, contributions)
