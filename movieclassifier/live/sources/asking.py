"""Queries to a source, and the means with which it may ask the world."""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from movieclassifier.feedback.log.live.entities import Item
from movieclassifier.live.cleaning import CONTROL, INVISIBLE, SURROGATE
from movieclassifier.live.faults import SourceFault
from movieclassifier.live.fetching import JSON_BYTES, Fetcher
from movieclassifier.live.items import make_item
from movieclassifier.live.parsing.feeds import parse_json
from movieclassifier.live.parsing.parser import Parser

N_POSTS = 30
MAX_POSTS = 100
MAX_QUERY = 100
SPACES = re.compile(r"\s+")
# As Mastodon has them: two kinds of dots, and what joins the letters of a word in Persian.
IN_TAGS = "_\u00b7\u30fb\u200c"
UNSEEN = re.compile("|".join(kind.pattern for kind in (CONTROL, INVISIBLE, SURROGATE)))


@dataclass(frozen=True)
class Query:
    """A search.

    Attributes
    ----------
    text : str
        A hashtag with or without its "#", words, a URL or a file, as the source takes it.
    n : int
        How many items are wanted.
    place : str
        A server of the source, where it has several; "" is its own default.
    replies : bool
        Whether answers to other posts count.
    """

    text: str
    n: int = N_POSTS
    place: str = ""
    replies: bool = True

    @property
    def tag(self) -> str:
        """The hashtag, without "#" and in lower case.

        Raises
        ------
        ValueError
            If the text is not a hashtag.
        """
        tag = self.words.removeprefix("#")
        if not tag or not all(c.isalnum() or c in IN_TAGS or unicodedata.category(c)[0] == "M" for c in tag):
            raise ValueError("A hashtag is one word of letters, digits and “_”, such as #finland.")
        return tag

    @property
    def words(self) -> str:
        """The query as words.

        Raises
        ------
        ValueError
            If it is empty or too long.
        """
        words = SPACES.sub(" ", unicodedata.normalize("NFC", self.text)).strip()
        if not words.strip("# "):
            raise ValueError("Write a hashtag such as #finland, or a word to search for.")
        if len(words) > MAX_QUERY or UNSEEN.search(words):
            raise ValueError(f"A search has at most {MAX_QUERY} characters, none of them invisible.")
        return words


@dataclass(frozen=True)
class Outside:
    """The means with which a source may ask the world.

    Attributes
    ----------
    fetcher : Fetcher
    parser : Parser
    environ : mapping of str to str
        Where a login is looked up.
    """

    fetcher: Fetcher
    parser: Parser
    environ: Mapping[str, str] = field(default_factory=dict)

    def json(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
        """Return the JSON at a URL.

        Raises
        ------
        SourceFault
        """
        page = self.fetcher.get(url, limit=JSON_BYTES, accept="application/json", headers=headers)
        return parse_json(page.body)

    def post_json(self, url: str, **values: object) -> Any:
        """Return the JSON that a URL answers to values that are sent to it.

        Raises
        ------
        SourceFault
        """
        page = self.fetcher.get(url, limit=JSON_BYTES, accept="application/json", body=json.dumps(values).encode())
        return parse_json(page.body)


def built(base: str, path: str, **query: object) -> str:
    """Return a URL with its query quoted.

    Examples
    --------
    >>> built("https://news.example", "/search", q="a b&c", n=3)
    'https://news.example/search?q=a%20b%26c&n=3'
    """
    return f"{base}{path}?" + "&".join(f"{name}={quote(str(value), safe='')}" for name, value in query.items())


def server(place: str, default: str) -> str:
    """Return the base URL of a server that a person names, such as "mastodon.social"."""
    place = (place or default).strip().rstrip("/")
    return place if place.startswith(("http://", "https://")) else f"https://{place}"


def listed(found: Any, *path: str) -> list[dict[str, Any]]:
    """Return a list of objects at a path of a JSON document.

    Raises
    ------
    SourceFault
        If there is no list.
    """
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    if not isinstance(found, list):
        raise SourceFault("odd", "The answer is not a list of posts; the server may speak a different version.")
    return [entry for entry in found if isinstance(entry, dict)]


def part(found: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return an object in an object; an empty one where it is missing or something else."""
    value = found.get(name)
    return value if isinstance(value, dict) else {}


def made(source: str, found: Iterable[Mapping[str, Any]], n: int) -> list[Item]:
    """Return at most `n` of the posts that were found, each once."""
    items: dict[str, Item] = {}
    for entry in found:
        item = make_item(source, {**entry, "kind": "post"})
        if item is not None and item.document:
            items.setdefault(item.id, item)
        if len(items) >= n:
            break
    return list(items.values())
