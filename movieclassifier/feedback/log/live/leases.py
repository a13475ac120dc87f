"""Leases: of all processes on one database, one collects at a time."""

from sqlalchemy import Connection, delete, insert, select, update

from movieclassifier.feedback.log.live.schema import leases

LEASE = 60_000  # milliseconds


def take_lease(connection: Connection, name: str, holder: str, now: int) -> bool:
    """Take or renew a lease, in a transaction that writes; return whether this holder has it now.

    One that ends beyond the length of a lease was taken before the clock was set back.
    """
    row = connection.execute(select(leases).where(leases.c.name == name).with_for_update()).one_or_none()
    if row is None:
        connection.execute(insert(leases).values(name=name, holder=holder, until=now + LEASE))
        return True
    if row.holder != holder and now < row.until <= now + LEASE:
        return False
    connection.execute(update(leases).where(leases.c.name == name).values(holder=holder, until=now + LEASE))
    return True


def give_back(connection: Connection, name: str, holder: str) -> None:
    """Let a different process have a lease at once."""
    connection.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder))
