"""Texts that their writer takes back."""

from collections.abc import Sequence

from sqlalchemy import Engine, delete, exists, select, update

from movieclassifier.feedback.log.database import transaction
from movieclassifier.feedback.log.schema import predictions, votes

NOBODY = ""


def forget(engine: Engine, owner: str, ids: Sequence[str] | None = None) -> tuple[int, int]:
    """Delete texts of a browser session that were never voted on, and take the rest off its list.

    The log of votes can be replayed only while it has its texts, so a text that was voted on stays, without an owner.

    Parameters
    ----------
    engine : Engine
    owner : str
        The session that wrote them; the texts of all other sessions are left alone.
    ids : sequence of str, optional
        By default all of the session.

    Returns
    -------
    n_deleted, n_kept : int
    """
    mine = predictions.c.owner == owner
    if ids is not None:
        mine &= predictions.c.id.in_(ids)
    voted = exists(select(votes.c.position).where(votes.c.prediction_id == predictions.c.id))
    with transaction(engine) as connection:
        n_deleted = connection.execute(delete(predictions).where(mine & ~voted)).rowcount
        n_kept = connection.execute(update(predictions).where(mine).values(owner=NOBODY)).rowcount
    return n_deleted, n_kept
