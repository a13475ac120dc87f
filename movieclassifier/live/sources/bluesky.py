"""Bluesky's search, which wants a login: an app password, made in its settings.

References
----------
https://docs.bsky.app/docs/api/app-bsky-feed-search-posts
"""

from collections.abc import Iterator
from typing import Any

from movieclassifier.feedback.log.live.entities import Item
from movieclassifier.live.faults import SourceFault
from movieclassifier.live.sources.asking import Outside, Query, built, listed, made, part, server

DEFAULT_SERVER = "bsky.social"
HANDLE, PASSWORD = "MOVIECLASSIFIER_BLUESKY_HANDLE", "MOVIECLASSIFIER_BLUESKY_PASSWORD"


def bluesky_posts(query: Query, outside: Outside) -> list[Item]:
    """Return the newest posts with some words or a hashtag."""
    base, words = server(query.place, DEFAULT_SERVER), query.words
    handle, password = outside.environ.get(HANDLE), outside.environ.get(PASSWORD)
    if not handle or not password:
        raise SourceFault(
            "login", f"Bluesky wants a login: set {HANDLE} and {PASSWORD} to a name and one of its app passwords."
        )
    session = outside.post_json(f"{base}/xrpc/com.atproto.server.createSession", identifier=handle, password=password)
    token = session.get("accessJwt") if isinstance(session, dict) else None
    if not isinstance(token, str) or not token.isascii() or not token.isprintable():
        raise SourceFault("login", "Bluesky did not take the login.")
    url = built(base, "/xrpc/app.bsky.feed.searchPosts", q=words, sort="latest", limit=min(query.n, 100))
    found = listed(outside.json(url, {"Authorization": f"Bearer {token}"}), "posts")
    return made("bluesky", _posts(found, query), query.n)


def _posts(found: list[dict[str, Any]], query: Query) -> Iterator[dict[str, Any]]:
    for post in found:
        record = part(post, "record")
        author = part(post, "author")
        is_hidden = "!no-unauthenticated" in str(author.get("labels"))  # such posts are for people who are logged in
        if is_hidden or (record.get("reply") and not query.replies):
            continue
        uri, handle = str(post.get("uri") or ""), author.get("handle")
        languages = record.get("langs")
        yield {
            "id": uri,
            "url": f"https://bsky.app/profile/{handle}/post/{uri.rsplit('/', 1)[-1]}" if handle and uri else "",
            # It is text, not markup.
            "text": str(record.get("text") or "").replace("&", "&amp;").replace("<", "&lt;"),
            "author": handle,
            "published": record.get("createdAt"),
            "language": languages[0] if isinstance(languages, list) and languages else "",
        }
