"""Hacker News, through Algolia's search; it wants no key.

References
----------
https://hn.algolia.com/api
"""

from collections.abc import Iterator
from typing import Any

from movieclassifier.feedback.log.live.entities import Item
from movieclassifier.live.sources.asking import Outside, Query, built, listed, made, server

DEFAULT_SERVER = "hn.algolia.com"


def hackernews_posts(query: Query, outside: Outside) -> list[Item]:
    """Return the newest stories and comments with some words."""
    tags = "(story,comment)" if query.replies else "story"
    url = built(
        server(query.place, DEFAULT_SERVER),
        "/api/v1/search_by_date",
        query=query.words.lstrip("#"),
        tags=tags,
        hitsPerPage=query.n,
    )
    return made("hackernews", _posts(listed(outside.json(url), "hits")), query.n)


def _posts(hits: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for hit in hits:
        id = hit.get("objectID")
        yield {
            "id": id,
            "url": f"https://news.ycombinator.com/item?id={id}" if str(id).isdecimal() else "",
            "title": hit.get("title"),
            "text": hit.get("comment_text") or hit.get("story_text"),
            "author": hit.get("author"),
            "published": hit.get("created_at"),
            "language": "en",
        }
