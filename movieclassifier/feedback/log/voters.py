"""The clients that voted, as the owner looks at them to clean up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, case, func, select

from movieclassifier.feedback.log.database import snapshot
from movieclassifier.feedback.log.entities import ACCEPTED, INCORRECT, UNDONE, WAITING
from movieclassifier.feedback.log.row_conversion import moment
from movieclassifier.feedback.log.schema import events, votes
from movieclassifier.feedback.log.stored import taking_apart

MAX_VOTERS = 50


@dataclass(frozen=True)
class Voter:
    """A client with its votes that stand.

    Attributes
    ----------
    client : str
        The keyed hash of its address.
    n_votes, n_accepted, n_waiting, n_incorrect : int
    first, last : datetime
    share : float
        How much of the cap its votes have used, as a share of its square.
    """

    client: str
    n_votes: int
    n_accepted: int
    n_waiting: int
    n_incorrect: int
    first: datetime
    last: datetime
    share: float


@taking_apart("votes")
def list_voters(engine: Engine, shares: Mapping[str, float], n: int = MAX_VOTERS) -> list[Voter]:
    """Return the clients that voted, those that moved the model most first.

    Parameters
    ----------
    engine : Engine
    shares : mapping of str to float
        Of the cap, by client, as :meth:`movieclassifier.feedback.served_model.ServedModel.shares` returns them.
    n : int
    """
    count = func.count
    found = select(
        votes.c.client,
        count(),
        func.sum(case((votes.c.status == ACCEPTED, 1), else_=0)),
        func.sum(case((votes.c.status == WAITING, 1), else_=0)),
        func.sum(case((votes.c.verdict == INCORRECT, 1), else_=0)),
        func.min(votes.c.voted_at),
        func.max(votes.c.voted_at),
    )
    with snapshot(engine) as connection:
        rows = connection.execute(found.where(votes.c.status != UNDONE).group_by(votes.c.client)).all()
        voters = [
            Voter(
                client=client,
                n_votes=total,
                n_accepted=int(accepted),
                n_waiting=int(waiting),
                n_incorrect=int(wrong),
                first=moment(first),
                last=moment(last),
                share=shares.get(client, 0),
            )
            for client, total, accepted, waiting, wrong, first, last in rows
        ]
    return sorted(voters, key=lambda voter: (-voter.share, -voter.n_votes, voter.client))[:n]


def votes_of(engine: Engine, client: str, since: datetime | None = None) -> list[int]:
    """Return the positions of the votes of a client that stand, in the order of the log.

    Parameters
    ----------
    engine : Engine
    client : str
    since : datetime, optional
        Only votes cast at that time or later.
    """
    found = select(votes.c.position).where(votes.c.client == client, votes.c.status != UNDONE)
    if since is not None:
        found = found.where(votes.c.voted_at >= int(since.timestamp() * 1000))
    with snapshot(engine) as connection:
        return list(connection.scalars(found.order_by(votes.c.position)))


def time_of(engine: Engine, position: int) -> datetime | None:
    """Return when an event happened; None where there is no such event."""
    with snapshot(engine) as connection:
        at = connection.scalar(select(events.c.at).where(events.c.position == position))
    return None if at is None else moment(at)
