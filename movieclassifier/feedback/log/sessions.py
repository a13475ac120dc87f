"""Logins of the owner that are open: a log-out ends one on the server, so that a copied cookie is worthless."""

import hashlib
import time

from sqlalchemy import Engine, delete, insert, select

from movieclassifier.feedback.log.database import snapshot, transaction
from movieclassifier.feedback.log.schema import counts

KIND = "session"


def open_session(engine: Engine, token: str, seconds: int) -> None:
    """Keep a login open for some seconds; only a hash of its token is stored."""
    now = int(time.time())
    with transaction(engine) as connection:
        connection.execute(delete(counts).where(counts.c.kind == KIND, counts.c.window < now))
        connection.execute(insert(counts).values(kind=KIND, client=_hashed(token), window=now + seconds, n=1))


def is_open(engine: Engine, token: str) -> bool:
    """Tell whether a login is open."""
    found = select(counts.c.n).where(
        counts.c.kind == KIND, counts.c.client == _hashed(token), counts.c.window >= int(time.time())
    )
    with snapshot(engine) as connection:
        return connection.scalar(found) is not None


def close_session(engine: Engine, token: str) -> None:
    """End a login."""
    with transaction(engine) as connection:
        connection.execute(delete(counts).where(counts.c.kind == KIND, counts.c.client == _hashed(token)))


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()[:32]
