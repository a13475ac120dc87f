"""The state of each feed: when to ask it again, with what, and what it said."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from movieclassifier.feedback.log.live.clock import DAY
from movieclassifier.feedback.log.live.entities import FeedState
from movieclassifier.feedback.log.live.schema import feeds
from movieclassifier.feedback.log.row_conversion import moment

# A feed that is to be asked later than this was put off before the clock was set back.
FARTHEST = 3 * DAY
MOVES = 3


def list_feeds(connection: Connection, wanted: Mapping[str, str]) -> None:
    """Let the feeds of the database be those of the owner's list; those that stay keep their state.

    Parameters
    ----------
    connection : Connection
    wanted : mapping of str to str
        The newspaper of each URL.
    """
    known = {row.url: row.name for row in connection.execute(select(feeds.c.url, feeds.c.name))}
    for url in set(known) - set(wanted):
        connection.execute(delete(feeds).where(feeds.c.url == url))
    for url, name in wanted.items():
        if url not in known:
            connection.execute(insert(feeds).values(url=url, name=name, **NEW))
        elif known[url] != name:
            connection.execute(update(feeds).where(feeds.c.url == url).values(name=name))


NEW: dict[str, Any] = {
    "etag": "",
    "modified": "",
    "digest": "",
    "next_at": 0,
    "n_faults": 0,
    "fault": "",
    "moved_to": "",
    "n_moved": 0,
    "is_gone": False,
}


def due_feeds(connection: Connection, now: int) -> list[Row[Any]]:
    """Return the feeds that are to be asked now, those that waited longest first."""
    is_due = (feeds.c.next_at <= now) | (feeds.c.next_at > now + FARTHEST)
    chosen = select(feeds).where(is_due, feeds.c.is_gone.is_(False)).order_by(feeds.c.next_at, feeds.c.url)
    return list(connection.execute(chosen))


def next_due(connection: Connection) -> int | None:
    """Return when the next feed is to be asked."""
    return connection.scalar(
        select(feeds.c.next_at).where(feeds.c.is_gone.is_(False)).order_by(feeds.c.next_at).limit(1)
    )


def current_url(feed: Row[Any]) -> str:
    """Return where a feed is asked: where it says that it moved for good, once it has said so often enough."""
    return str(feed.moved_to) if feed.n_moved >= MOVES else str(feed.url)


def keep_answer(
    connection: Connection,
    feed: Row[Any],
    *,
    etag: str,
    modified: str,
    digest: str,
    moved_to: str,
    now: int,
    next_at: int,
) -> None:
    """Keep that a feed answered, and its tags for the next request; they are replaced each time, and never made up."""
    n_moved = (feed.n_moved + 1 if moved_to == feed.moved_to else 1) if moved_to else 0
    if feed.n_moved >= MOVES and not moved_to:  # it is asked at its new place already
        moved_to, n_moved = feed.moved_to, feed.n_moved
    connection.execute(
        update(feeds)
        .where(feeds.c.url == feed.url)
        .values(
            etag=etag,
            modified=modified,
            digest=digest,
            asked_at=now,
            answered_at=now,
            next_at=next_at,
            n_faults=0,
            fault="",
            moved_to=moved_to,
            n_moved=n_moved,
        )
    )


def keep_fault(connection: Connection, url: str, sentence: str, *, now: int, next_at: int, is_gone: bool) -> None:
    """Keep that a feed failed, and what it said."""
    connection.execute(
        update(feeds)
        .where(feeds.c.url == url)
        .values(asked_at=now, next_at=next_at, n_faults=feeds.c.n_faults + 1, fault=sentence[:500], is_gone=is_gone)
    )


def feed_states(connection: Connection) -> list[FeedState]:
    """Return the feeds, by newspaper."""
    return [
        FeedState(
            name=row.name,
            url=row.url,
            asked_at=moment(row.asked_at) if row.asked_at else None,
            answered_at=moment(row.answered_at) if row.answered_at else None,
            next_at=moment(row.next_at) if row.next_at else None,
            fault=row.fault,
            is_gone=row.is_gone,
        )
        for row in connection.execute(select(feeds).order_by(feeds.c.name, feeds.c.url))
    ]
