"""Searches for posts, and what they found."""

from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from movieclassifier.feedback.log.live.entities import KeptItem, Search
from movieclassifier.feedback.log.live.items import kept_item
from movieclassifier.feedback.log.live.schema import found, items, searches
from movieclassifier.feedback.log.row_conversion import moment

# Milliseconds that an answer is good for, and that one waits for somebody else's.
FRESH = 120_000
PATIENCE = 45_000


def is_due(connection: Connection, key: str, now: int) -> bool:
    """Tell whether the source of a search has to be asked now."""
    row = connection.execute(select(searches).where(searches.c.key == key)).one_or_none()
    return row is None or _is_due(row, now)


def _is_due(row: Row[Any], now: int) -> bool:
    waits = row.answered_at is None or row.answered_at < row.asked_at
    return not 0 <= now - row.asked_at < (PATIENCE if waits else FRESH)


def begin_search(connection: Connection, key: str, source: str, query: str, now: int) -> Search:
    """Return a search, and whether the source has to be asked, in a transaction that writes."""
    row = connection.execute(select(searches).where(searches.c.key == key)).one_or_none()
    if row is None:
        values = {"key": key, "source": source, "query": query, "asked_at": now, "fault": ""}
        id = connection.execute(insert(searches).values(**values).returning(searches.c.id)).scalar_one()
        return Search(id, moment(now), None, "", is_new=True)
    if not _is_due(row, now):
        return _search(row)
    connection.execute(update(searches).where(searches.c.id == row.id).values(asked_at=now))
    return Search(row.id, moment(now), moment(row.answered_at) if row.answered_at else None, "", is_new=True)


def end_search(connection: Connection, id: int, item_ids: list[int] | None, fault: str, now: int) -> None:
    """Keep what a search found, or what went wrong; then what was found before stays."""
    connection.execute(update(searches).where(searches.c.id == id).values(answered_at=now, fault=fault[:500]))
    if item_ids is None:
        return
    connection.execute(delete(found).where(found.c.search == id))
    for place, item in enumerate(dict.fromkeys(item_ids)):
        connection.execute(insert(found).values(search=id, item=item, place=place))


def find_search(connection: Connection, id: int) -> Search | None:
    """Return a search as it is now; None once it has gone."""
    row = connection.execute(select(searches).where(searches.c.id == id)).one_or_none()
    return None if row is None else _search(row)


def found_items(connection: Connection, id: int) -> list[KeptItem]:
    """Return what a search found, the newest first."""
    chosen = select(items).join(found, found.c.item == items.c.id).where(found.c.search == id)
    return [kept_item(row) for row in connection.execute(chosen.order_by(items.c.shown_at.desc(), found.c.place))]


def _search(row: Row[Any]) -> Search:
    return Search(row.id, moment(row.asked_at), moment(row.answered_at) if row.answered_at else None, row.fault)
