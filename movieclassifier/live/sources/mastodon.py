"""Mastodon's public timeline of a hashtag.

References
----------
https://docs.joinmastodon.org/methods/timelines/#tag
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from movieclassifier.feedback.log.live.entities import Item
from movieclassifier.live.faults import SourceFault
from movieclassifier.live.sources.asking import Outside, Query, built, listed, made, part, server

DEFAULT_SERVER = "mastodon.social"


def mastodon_posts(query: Query, outside: Outside) -> list[Item]:
    """Return the newest public posts with a hashtag; where the server keeps its timeline back, those of its feed."""
    base, tag = server(query.place, outside.environ.get("MOVIECLASSIFIER_MASTODON") or DEFAULT_SERVER), query.tag
    url = built(base, f"/api/v1/timelines/tag/{quote(tag, safe='')}", limit=min(40, max(query.n, 1)))
    try:
        found = listed(outside.json(url))
    except SourceFault as fault:
        if fault.status not in (401, 403, 404, 422):
            raise
        return _of_feed(base, tag, query, outside)
    return made("mastodon", _posts(found, query), query.n)


def _posts(found: list[dict[str, Any]], query: Query) -> Iterator[dict[str, Any]]:
    for post in found:
        account = part(post, "account")
        is_unwanted = post.get("reblog") or account.get("noindex") or account.get("indexable") is False
        if is_unwanted or (post.get("in_reply_to_id") and not query.replies):
            continue
        # A content warning is the author's own headline.
        text = " ".join(part for part in (post.get("spoiler_text"), post.get("content")) if isinstance(part, str))
        yield {
            "id": post.get("uri") or post.get("id"),
            "url": post.get("url"),
            "text": text,
            "author": account.get("acct"),
            "published": post.get("created_at"),
            "language": post.get("language"),
        }


def _of_feed(base: str, tag: str, query: Query, outside: Outside) -> list[Item]:
    page = outside.fetcher.get(f"{base}/tags/{quote(tag, safe='')}.rss")
    found = outside.parser.feed(page.body, page.url, page.charset)
    return made("mastodon", (entry | {"title": ""} for entry in found["items"]), query.n)
