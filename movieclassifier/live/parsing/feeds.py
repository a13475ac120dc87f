"""Feeds of every dialect: RSS, RDF, Atom and JSON Feed."""

import io
import json
import re
import time
from collections import Counter
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from urllib.parse import urljoin

from movieclassifier.live.cleaning import MAX_MARKUP, MAX_TEXT
from movieclassifier.live.faults import SourceFault
from movieclassifier.live.parsing.decoding import decode
from movieclassifier.live.parsing.repairing import repaired

MAX_ITEMS = 1000
ALTERNATE = re.compile(r"<link\b[^>]{0,500}>", re.I)
ITEM = re.compile(r"<(?:item|entry)[\s>]", re.I)
HREF = re.compile(r"href\s*=\s*[\"']([^\"'<>]{1,2000})[\"']", re.I)


def read_feed(body: bytes, url: str = "", charset: str = "") -> dict[str, Any]:
    """Return what a feed holds.

    Parameters
    ----------
    body : bytes
    url : str
        Where it came from; its links may be relative.
    charset : str
        As the header of the answer declares it.

    Returns
    -------
    dict
        ``title``, ``language``, ``ttl``, ``period``, ``frequency``, and ``items``: a list of dict with the attributes
        of :class:`~movieclassifier.live.items.Item` that were found, none of them cleaned.

    Raises
    ------
    SourceFault
        If it is not a feed, or is refused.
    """
    text = decode(body, charset)
    beginning = text.lstrip("\ufeff \t\r\n\x00")[:2000]
    if beginning.startswith(("{", "[")):
        return _json_feed(text, url)
    if _is_page(beginning):
        raise _page_fault(text, url)
    import feedparser

    parsed = feedparser.parse(
        io.BytesIO(_shortened(repaired(text)).encode("utf-8")),
        response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not parsed.get("version") and not parsed.entries:
        raise SourceFault("not a feed", "It is neither RSS nor Atom nor JSON Feed.")
    feed = parsed.feed
    items = [_entry(entry, url, feed.get("language")) for entry in parsed.entries[:MAX_ITEMS]]
    return {
        "title": feed.get("title", ""),
        "language": feed.get("language", ""),
        "ttl": feed.get("ttl", ""),
        "period": feed.get("sy_updateperiod", ""),
        "frequency": feed.get("sy_updatefrequency", ""),
        "items": with_own_ids(items),
    }


def with_own_ids(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Let an identifier that several items of a feed share name none of them."""
    shared = {id for id, n in Counter(item.get("id") for item in items).items() if n > 1}
    return [item | {"id": ""} if item.get("id") in shared else item for item in items]


def _shortened(text: str) -> str:
    """Return a feed without the items beyond the number that is read."""
    beyond = next(islice(ITEM.finditer(text), MAX_ITEMS, None), None)
    return text if beyond is None else text[: beyond.start()]


def _entry(entry: Any, url: str, language: str | None) -> dict[str, Any]:
    bodies = [part.get("value", "") for part in entry.get("content", ())]
    # Of several links to a page, feedparser's own ``link`` is the last.
    pages = (link.get("href") for link in entry.get("links", ()) if link.get("rel") == "alternate")
    link = entry.get("feedburner_origlink") or next(pages, "") or entry.get("link") or ""
    return {
        "id": entry.get("id", ""),
        "url": _joined(url, link),
        "title": entry.get("title", "")[:MAX_MARKUP],
        "text": max([*bodies, entry.get("summary", "")], key=len)[:MAX_MARKUP],
        "author": entry.get("author", "")[:1000],
        "published": _moment(entry.get("published_parsed") or dict.get(entry, "updated_parsed")),
        "language": entry.get("language") or language or "",
        "categories": [str(tag.get("term") or "")[:200] for tag in entry.get("tags", ())[:10]],
    }


def _moment(parsed: time.struct_time | None) -> str:
    try:
        return datetime(*parsed[:6], tzinfo=UTC).isoformat() if parsed else ""
    except (ValueError, TypeError):
        return ""


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link.strip()) if link else ""
    except ValueError:
        return ""


def _is_page(beginning: str) -> bool:
    lowered = beginning.lower()
    return "<!doctype html" in lowered or lowered.startswith("<html") or ("<html" in lowered and "<rss" not in lowered)


def _page_fault(text: str, url: str) -> SourceFault:
    """Say that a page came in place of a feed, and where its feed is if it tells."""
    for found in ALTERNATE.finditer(text[:200_000]):
        tag = found.group()
        link = HREF.search(tag)
        if link and re.search(r"application/(rss|atom|feed)\+(xml|json)", tag, re.I):
            return SourceFault(
                "not a feed", f"This is a web page and no feed; its feed is {_joined(url, link.group(1))[:300]}"
            )
    return SourceFault("not a feed", "This is a web page and no feed; it may be a login, a check or a cookie banner.")


def parse_json(text: str | bytes) -> Any:
    """Return what JSON from outside says.

    Raises
    ------
    SourceFault
        If it is damaged, or nested or long-winded beyond all reason.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SourceFault("not json", f"It is not JSON that can be read ({str(error)[:80]}).") from error


def _json_feed(text: str, url: str) -> dict[str, Any]:
    found = parse_json(text.lstrip("\ufeff \t\r\n\x00"))
    entries = found.get("items") if isinstance(found, dict) else None
    if not isinstance(entries, list):
        raise SourceFault("not a feed", "It is JSON, but no JSON Feed: it has no list of items.")
    items = [_json_entry(entry, url) for entry in entries[:MAX_ITEMS] if isinstance(entry, dict)]
    return {
        "title": found.get("title"),
        "language": found.get("language"),
        "ttl": "",
        "period": "",
        "frequency": "",
        "items": with_own_ids(items),
    }


def _json_entry(entry: dict[str, Any], url: str) -> dict[str, Any]:
    text = next((entry[key] for key in ("content_html", "content_text", "summary") if _is_text(entry.get(key))), "")
    authors = entry.get("authors")
    author = entry.get("author") or (authors[0] if isinstance(authors, list) and authors else None)
    link, tags = entry.get("url") or entry.get("external_url"), entry.get("tags")
    return {
        "id": str(entry.get("id") or "")[:2000],
        "url": _joined(url, link) if isinstance(link, str) else "",
        "title": entry["title"] if _is_text(entry.get("title")) else "",
        "text": text[: 20 * MAX_TEXT],
        "author": author.get("name") if isinstance(author, dict) else "",
        "published": entry.get("date_published") or entry.get("date_modified"),
        "language": entry.get("language"),
        "categories": [str(tag)[:200] for tag in tags[:10]] if isinstance(tags, list) else [],
    }


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)
