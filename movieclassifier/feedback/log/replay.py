"""What the log says should be served: a base, and the votes to learn on top of it, in their order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from movieclassifier.feedback.log.appending import Accepted, chunked, folded_votes
from movieclassifier.feedback.log.entities import ACCEPTED
from movieclassifier.feedback.log.schema import bases, predictions, votes


@dataclass(frozen=True)
class Foundation:
    """What the votes are learned on top of: a stored base, and the votes that a later base held and still stand.

    Where no vote of the served base was taken out since, that is the served base and no vote.
    """

    served: int
    start: int
    replayed: tuple[Accepted, ...]


def accepted_votes(connection: Connection, since: int) -> list[Accepted]:
    """Return the accepted votes in the order of learning."""
    chosen = (votes.c.status == ACCEPTED) & (votes.c.accepted_at > since)
    rows = connection.execute(select(votes.c.position, votes.c.accepted_at).where(chosen).order_by(votes.c.accepted_at))
    return [Accepted(*row) for row in rows]


def read_plan(connection: Connection, version: int) -> tuple[Foundation, list[Accepted]]:
    """Return what the log says should be served: the foundation, and the votes to learn on top of it."""
    accepted = accepted_votes(connection, 0)
    folded = folded_votes(connection, version)
    stands = set(accepted)
    wanted = [vote for vote in folded if vote in stands]
    start: int | None = version
    while start is not None:
        held = folded_votes(connection, start)
        if held == wanted[: len(held)]:
            break
        start = connection.scalar(select(bases.c.parent).where(bases.c.version == start))
    else:  # a trained base holds no votes, and every line of parents ends in one
        raise ValueError(f"version {version} has no trained model among its ancestors: the database is damaged.")
    inside = set(folded)
    live = [vote for vote in accepted if vote not in inside]
    return Foundation(version, start, tuple(wanted[len(held) :])), live


def iter_lessons(connection: Connection, positions: Sequence[int]) -> Iterator[tuple[int, str, str]]:
    """Yield the position, the text and the label of votes, in the order given, a few at a time from the database."""
    for chunk in chunked(positions):
        rows = connection.execute(
            select(votes.c.position, predictions.c.text, votes.c.label)
            .join(predictions, predictions.c.id == votes.c.prediction_id)
            .where(votes.c.position.in_(chunk))
        )
        found = {position: (position, text, label) for position, text, label in rows}
        for position in chunk:
            yield found[position]
