"""Items, one article or post each, are made of the fields that a parser found."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from movieclassifier.feedback.log.live.entities import ARTICLE, POST, Item
from movieclassifier.live.cleaning import MAX_TITLE, plain, tidy

MAX_LINK = 2000
MAX_ID = 500
# A clock may be a little ahead; beyond that the date is a mistake or an advertisement that wants to stay on top.
AHEAD = timedelta(hours=1)
OLDEST = datetime(1990, 1, 1, tzinfo=UTC)


# Words by which newspapers mark what somebody paid for, as a category or before the title.
ADVERTISEMENT = re.compile(
    r"(ad(vert(isement|orial)?)?|promoted|sponsored|"
    r"(paid|partner|promoted|sponsored)[ -](content|post|article|feature))s?",
    re.I,
)
MARK = re.compile(r"[\[(]?([a-z -]{2,24}?)(?:[\])]:?|:| [|–—-] )", re.I)


def is_advertisement(title: str, categories: Iterable[str]) -> bool:
    """Tell whether a newspaper marks an item as paid for.

    Examples
    --------
    >>> is_advertisement("Sponsored: a better mattress", []), is_advertisement("A better mattress", ["Paid post"])
    (True, True)
    >>> is_advertisement("Sponsored runs raise a million", ["Sport"]), is_advertisement("Ad revenue falls", [])
    (False, False)
    """
    mark = MARK.match(title)
    return any(ADVERTISEMENT.fullmatch(name.strip()) for name in (*categories, mark.group(1) if mark else ""))


def make_item(source: str, found: Mapping[str, Any], now: datetime | None = None) -> Item | None:
    """Return an item of the fields that a parser found, cleaned; None for an advertisement, or without a text.

    Parameters
    ----------
    source : str
    found : mapping
        The attributes of :class:`Item` that were found; `published` as ISO 8601.
    now : datetime, optional

    Examples
    --------
    >>> make_item("Post", {"title": "<b>Rates &amp; rents</b>", "url": "javascript:alert(1)"}).title
    'Rates & rents'
    """
    title, text = plain(_text(found, "title"), MAX_TITLE), plain(_text(found, "text"))
    if not title and not text:
        return None
    url = clean_link(_text(found, "url"))
    categories = found.get("categories")
    item = Item(
        source=source,
        id=tidy(_text(found, "id"), MAX_ID) or url or title or text[:MAX_TITLE],
        url=url,
        title=title,
        text=text,
        author=plain(_text(found, "author"), 100),
        published=clean_date(_text(found, "published"), now),
        language=_text(found, "language").strip().lower()[:35].replace("_", "-"),
        kind=POST if found.get("kind") == POST else ARTICLE,
        categories=tuple(plain(str(name), 60) for name in categories[:10])
        if isinstance(categories, list | tuple)
        else (),
    )
    if item.kind == ARTICLE and is_advertisement(title, item.categories):
        return None
    return item if text else replace(item, text_from="title")


def clean_link(link: str) -> str:
    """Return a link that may be shown: http or https, to a host, without anything that breaks a line; else "".

    Examples
    --------
    >>> clean_link(" https://news.example/a?b=1 "), clean_link("javascript:alert(1)"), clean_link("//x")
    ('https://news.example/a?b=1', '', '')
    """
    link = link.strip()
    if len(link) > MAX_LINK or any(ord(character) <= 32 or ord(character) == 127 for character in link):
        return ""
    try:
        parts = urlsplit(link)
        allowed = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
        _ = parts.port
    except ValueError:
        return ""
    return tidy(link, MAX_LINK) if allowed else ""


def clean_date(value: str, now: datetime | None = None) -> datetime | None:
    """Return a date in UTC; None if it lies in the future or before the web.

    Examples
    --------
    >>> clean_date("2026-03-01T10:00:00+01:00", datetime(2026, 3, 2, tzinfo=UTC)).isoformat()
    '2026-03-01T09:00:00+00:00'
    """
    try:
        moment = datetime.fromisoformat(value)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if OLDEST <= moment <= (now or datetime.now(UTC)) + AHEAD else None


def item_to_dict(item: Item) -> dict[str, Any]:
    """Return an item as JSON can hold it."""
    values = {each.name: getattr(item, each.name) for each in fields(item)}
    return values | {"published": item.published.isoformat() if item.published else None}


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) else "" if value is None or isinstance(value, list | dict) else str(value)
