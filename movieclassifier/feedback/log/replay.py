"""Read from the log which base to serve, and which votes to learn on top of it, in their order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from movieclassifier.features.hashing import hash_texts
from movieclassifier.features.ngrams import NGrams
from movieclassifier.feedback.ballots import Batch
from movieclassifier.feedback.log.appending import Accepted, chunked, folded_votes
from movieclassifier.feedback.log.entities import ACCEPTED, REJECT, RETRAINED, ROLLBACK, SERVE, UNDO
from movieclassifier.feedback.log.errors import Misread
from movieclassifier.feedback.log.schema import bases, events, predictions, votes
from movieclassifier.feedback.log.stored import taking_apart
from movieclassifier.feedback.packed_rows import is_packed, pack_row, text_rows, unpack_rows

BALLOT = [votes.c[name] for name in ("position", "label", "client", "trusted", "features")]


@dataclass(frozen=True)
class Foundation:
    """The base that votes are learned on: a stored base, and the votes that a later base held and still stand.

    Where no vote of the served base was taken out since, that is the served base and no vote.
    """

    served: int
    start: int
    replayed: tuple[Accepted, ...]


@dataclass(frozen=True)
class Changes:
    """The votes that events added and took out; the base stayed.

    Attributes
    ----------
    added : list of Accepted
        In the order of learning.
    removed : list of int
        Positions of votes.
    """

    added: list[Accepted]
    removed: list[int]


def accepted_votes(connection: Connection) -> list[Accepted]:
    """Return the accepted votes in the order of learning."""
    chosen = select(votes.c.position, votes.c.accepted_at).where(votes.c.status == ACCEPTED)
    found = [Accepted(*row) for row in connection.execute(chosen.order_by(votes.c.accepted_at)).all()]
    if any(accepted.at is None for accepted in found):
        raise Misread("an accepted vote without the event that accepted it")
    return found


def read_plan(connection: Connection, version: int) -> tuple[Foundation, list[Accepted]]:
    """Return the foundation that the log says should be served, and the votes to learn on top of it."""
    accepted = accepted_votes(connection)
    folded = folded_votes(connection, version)
    stands = set(accepted)
    wanted = [vote for vote in folded if vote in stands]
    start: int | None = version
    seen = set()
    while start is not None and start not in seen:
        seen.add(start)
        held = folded_votes(connection, start)
        row = connection.execute(select(bases.c.kind, bases.c.parent).where(bases.c.version == start)).one()
        # A vote that was taken out of a retrained base is in its weights until the next retraining.
        if held == wanted[: len(held)] or row.kind == RETRAINED:
            break
        start = row.parent
    else:  # a trained base holds no votes, and every line of parents ends in one
        raise Misread(f"no trained model among the ancestors of version {version}")
    inside = set(folded)
    live = [vote for vote in accepted if vote not in inside]
    known = set(held)
    return Foundation(version, start, tuple(vote for vote in wanted if vote not in known)), live


@dataclass(frozen=True)
class VotedText:
    """An accepted vote with its text.

    Attributes
    ----------
    accepted : Accepted
    text, label : str
    """

    accepted: Accepted
    text: str
    label: str


def voted_texts(connection: Connection) -> list[VotedText]:
    """Return the accepted votes with their texts, in the order of learning."""
    chosen = (
        select(votes.c.position, votes.c.accepted_at, predictions.c.text, votes.c.label)
        .join(predictions, predictions.c.id == votes.c.prediction_id)
        .where(votes.c.status == ACCEPTED)
        .order_by(votes.c.accepted_at)
    )
    return [VotedText(Accepted(row[0], row[1]), row[2], row[3]) for row in connection.execute(chosen)]


def with_other_labels(connection: Connection, accepted: Sequence[Accepted], labels: Sequence[str]) -> set[int]:
    """Return which accepted votes, by their positions, are for labels that are not among some."""
    found: set[int] = set()
    for chunk in chunked([vote.vote for vote in accepted]):
        others = select(votes.c.position).where(votes.c.position.in_(chunk), votes.c.label.not_in(labels))
        found |= set(connection.scalars(others))
    return found


def read_changes(connection: Connection, since: int) -> Changes | None:
    """Return the votes that came and went since a position; None where a different base is served."""
    columns = (events.c.position, events.c.kind, events.c.vote_position, events.c.status)
    added: dict[int, int] = {}
    removed = []
    for position, kind, vote, status in connection.execute(
        select(*columns).where(events.c.position > since).order_by(events.c.position)
    ):
        if kind in (SERVE, ROLLBACK):
            return None
        if kind in (UNDO, REJECT):
            if added.pop(vote, None) is None:
                removed.append(vote)
        elif status == ACCEPTED:
            added[vote] = position
    return Changes([Accepted(vote, at) for vote, at in added.items()], removed)


def iter_batches(
    connection: Connection, wanted: Sequence[Accepted], ngrams: NGrams, targets: Mapping[str, int]
) -> Iterator[Batch]:
    """Yield accepted votes as numbers, in the order given, some at a time from the database."""
    at_of = dict(wanted)
    for chunk in chunked([accepted.vote for accepted in wanted]):
        found = {row[0]: row for row in connection.execute(select(*BALLOT).where(votes.c.position.in_(chunk))).all()}
        with taking_apart("votes"):
            rows = [found[position] for position in chunk]
            at = [at_of[position] for position in chunk]
            trusted = [bool(row[3]) or at_of[row[0]] != row[0] for row in rows]
            packed = _packed(connection, {row[0]: row[4] for row in rows}, ngrams)
            labels = [targets[row[1]] for row in rows]
            batch = Batch(
                vote=chunk,
                at=at,
                target=labels,
                client=[row[2] for row in rows],
                trusted=trusted,
                rows=unpack_rows(packed, ngrams),
            )
        yield batch


def _packed(connection: Connection, kept: Mapping[int, bytes | None], ngrams: NGrams) -> list[bytes]:
    """Return packed rows; texts whose rows are not kept, or were made with different settings, are hashed."""
    missing = [position for position, packed in kept.items() if not is_packed(packed, ngrams)]
    made = {}
    if missing:
        joined = select(votes.c.position, predictions.c.text)
        joined = joined.join(predictions, predictions.c.id == votes.c.prediction_id)
        for position, text in connection.execute(joined.where(votes.c.position.in_(missing))):
            made[position] = pack_row(text_rows(hash_texts([text], ngrams), ngrams), ngrams)
    return [made.get(position) or packed or b"" for position, packed in kept.items()]
