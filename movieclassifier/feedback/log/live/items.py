"""Items: each is kept once, even if several feeds bring it, and for so many days."""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, or_, select, update

from movieclassifier.feedback.log.appending import chunked
from movieclassifier.feedback.log.entities import ACCEPTED, WAITING
from movieclassifier.feedback.log.live.clock import DAY, milliseconds
from movieclassifier.feedback.log.live.entities import ARTICLE, Item, KeptItem
from movieclassifier.feedback.log.live.schema import found, items, judged, searches
from movieclassifier.feedback.log.row_conversion import moment
from movieclassifier.feedback.log.schema import votes
from movieclassifier.feedback.log.stored import taking_apart
from movieclassifier.feedback.log.texts import clean, text_digest

# Parts of a link that count clicks and lead to the same page.
COUNTERS = re.compile(r"(utm_.*|fbclid|gclid|at_.*|ns_.*|cmp|ref|src|mc_cid|mc_eid|smid|traffic_source)", re.I)


def known_keys(connection: Connection, wanted: Iterable[Item]) -> set[str]:
    """Return the keys of the items that are known, of identifiers and of links."""
    keys = {key for item in wanted for key in (id_key(item), url_key(item.url)) if key}
    known: set[str] = set()
    for chunk in chunked(sorted(keys)):  # type: ignore[arg-type]
        rows = connection.execute(
            select(items.c.id_key, items.c.url_key).where(items.c.id_key.in_(chunk) | items.c.url_key.in_(chunk))
        )
        known |= {key for row in rows for key in row}
    return known & keys


def keep_items(connection: Connection, wanted: Sequence[Item], now: float) -> list[int]:
    """Keep items, in a transaction that writes; return the numbers of all of them, new or known, in their order.

    An item is known by its identifier, by its link, or by its text. A known one whose text has changed is kept as it
    is now.
    """
    return [_keep(connection, item, milliseconds(now)) for item in wanted]


def _keep(connection: Connection, item: Item, now: int) -> int:
    values = _values(item)
    same: list[ColumnElement[bool]] = [items.c.id_key == values["id_key"], items.c.digest == values["digest"]]
    if values["url_key"] and item.kind == ARTICLE:
        same.append(items.c.url_key == values["url_key"])
    known = connection.execute(select(items).where(or_(*same)).order_by(items.c.id).limit(1)).one_or_none()
    if known is None:
        values |= {"seen_at": now, "shown_at": values["published_at"] or now}
        result = connection.execute(insert(items).values(**values).returning(items.c.id))
        return int(result.scalar_one())
    # A teaser does not take the place of an article that was read from its page.
    is_teaser = known.text_from == "page" and item.text_from != "page"
    if known.digest != values["digest"] and known.id_key == values["id_key"] and not is_teaser:
        changed = {name: values[name] for name in ("title", "text", "digest", "url", "url_key", "text_from")}
        connection.execute(update(items).where(items.c.id == known.id).values(**changed))
        connection.execute(delete(judged).where(judged.c.item == known.id))
    return int(known.id)


def _values(item: Item) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "source": item.source,
        "id_key": id_key(item),
        "url_key": url_key(item.url),
        "digest": text_digest(clean(item.document)),
        "url": item.url,
        "title": item.title,
        "text": item.text,
        "author": item.author,
        "language": item.language,
        "categories": json.dumps(item.categories),
        "text_from": item.text_from,
        "published_at": milliseconds(item.published.timestamp()) if item.published else None,
    }


def id_key(item: Item) -> str:
    """Return what an item is known by: its source and identifier."""
    return _digest(f"{item.kind}\n{item.source}\n{item.id}")


def url_key(url: str) -> str:
    """Return what a link is known by: the page that it leads to, without what counts clicks.

    Examples
    --------
    >>> url_key("https://news.example/a?utm_source=rss#top") == url_key("http://www.news.example/a/")
    True
    """
    if not url:
        return ""
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query, True) if not COUNTERS.fullmatch(name)]
    host = (parts.hostname or "").removeprefix("www.")
    return _digest(f"{host}{parts.path.rstrip('/')}?{urlencode(sorted(query))}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@taking_apart("an item")
def kept_item(row: Row[Any]) -> KeptItem:
    """Return an item of its row."""
    item = Item(
        source=row.source,
        id=row.id_key,
        url=row.url,
        title=row.title,
        text=row.text,
        author=row.author,
        published=moment(row.published_at) if row.published_at is not None else None,
        language=row.language,
        kind=row.kind,
        categories=tuple(json.loads(row.categories)),
        text_from=row.text_from,
    )
    return KeptItem(row.id, item, row.digest, moment(row.seen_at))


def find_item(connection: Connection, id: int) -> KeptItem | None:
    """Return an item, or None if it was not kept or has gone."""
    row = connection.execute(select(items).where(items.c.id == id)).one_or_none()
    return None if row is None else kept_item(row)


def count_items(connection: Connection, kind: str = ARTICLE) -> int:
    """Return the number of items that are kept."""
    return connection.scalar(select(func.count()).where(items.c.kind == kind)) or 0


def voted_labels(connection: Connection, digests: Collection[str]) -> dict[str, str]:
    """Return what people said last of texts, by their digests."""
    said: dict[str, str] = {}
    for chunk in chunked(sorted(digests)):  # type: ignore[arg-type]
        standing = votes.c.digest.in_(chunk) & votes.c.status.in_([ACCEPTED, WAITING])
        rows = connection.execute(select(votes.c.digest, votes.c.label).where(standing).order_by(votes.c.position))
        said |= {row.digest: row.label for row in rows}
    return said


def forget(connection: Connection, *, now: int, keep_days: int, text_days: int, search_hours: int) -> int:
    """Delete what is older than it may be; return how many items went. Items with votes are in the log, too."""
    old_search = searches.c.asked_at < now - search_hours * DAY // 24
    gone = select(searches.c.id).where(old_search)
    connection.execute(delete(found).where(found.c.search.in_(gone)))
    connection.execute(delete(searches).where(old_search))
    is_found = items.c.id.in_(select(found.c.item))
    is_old = items.c.seen_at < now - keep_days * DAY
    is_lost = (items.c.kind != ARTICLE) & ~is_found & (items.c.seen_at < now - search_hours * DAY // 24)
    n_gone = connection.execute(delete(items).where((is_old & ~is_found) | is_lost)).rowcount
    connection.execute(delete(judged).where(judged.c.item.not_in(select(items.c.id))))
    too_long = (items.c.seen_at < now - text_days * DAY) & (items.c.kind == ARTICLE) & (func.length(items.c.text) > 300)
    connection.execute(update(items).where(too_long).values(text=func.substr(items.c.text, 1, 300)))
    return n_gone
