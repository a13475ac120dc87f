"""Room on the disk of an SQLite database: predictions are refused while there is still room for votes."""

import os
from pathlib import Path

from sqlalchemy import Engine

from movieclassifier.feedback.log.errors import NoRoom

# Bytes that are kept for votes, and for the log that SQLite writes ahead.
RESERVE = 64 * 2**20


def expect_room(engine: Engine, reserve: int = RESERVE) -> None:
    """Refuse where less than a reserve is free; a server of its own, such as PostgreSQL, looks after its disk itself.

    Raises
    ------
    NoRoom
    """
    if engine.dialect.name == "sqlite" and engine.url.database and free_bytes(Path(engine.url.database)) < reserve:
        raise NoRoom("There is no room on the server's disk for more texts. Votes are taken until it is full.")


def free_bytes(path: Path) -> int:
    """Return the bytes that are free where a file lies; where the system cannot tell, there are enough."""
    if not hasattr(os, "statvfs"):
        return 2**62
    try:
        found = os.statvfs(path.parent)
    except OSError:
        return 2**62
    return found.f_bavail * found.f_frsize
