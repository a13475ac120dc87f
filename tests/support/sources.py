"""A local server that answers as the sources of posts do."""

import json

from movieclassifier.live.fetching import Fetcher
from movieclassifier.live.sources import SOURCES
from movieclassifier.live.sources.asking import Outside, Query
from tests.support import news_server as ns
from tests.support.live import PARSER
from tests.support.news import rss
from tests.support.newsroom import mastodon_answer

TEXTS = ["Lund is lovely today", "Rain again in Lund <3 & wind", "The bridge opens at noon"]
HITS = [
    {"objectID": "7", "title": "Lund", "story_text": TEXTS[0], "author": "ada", "created_at": "2026-03-02T10:00:00Z"},
    {"objectID": "x/../y", "comment_text": TEXTS[1], "author": None, "created_at": 7},
    {"objectID": None, "comment_text": None},
    {"comment_text": TEXTS[2]},
]
SKY = [
    {
        "uri": f"at://did/app.bsky.feed.post/{i}",
        "author": {"handle": "ada.example"},
        "record": {"text": text, "createdAt": "2026-03-02T10:00:00Z", "langs": ["en"]},
    }
    for i, text in enumerate(TEXTS)
]
HIDDEN = [
    {"uri": "at://x/9", "author": {"labels": [{"val": "!no-unauthenticated"}]}, "record": {"text": "hidden"}},
    {"record": 7},
]
LOGIN = {"MOVIECLASSIFIER_BLUESKY_HANDLE": "ada.example", "MOVIECLASSIFIER_BLUESKY_PASSWORD": "app password"}
FEED = rss(
    [{"title": f"Lund {i}", "link": f"https://news.example/{i}", "description": text} for i, text in enumerate(TEXTS)]
)
PAGES = {
    "/api/v1/timelines/tag/lund": mastodon_answer(TEXTS),
    "/api/v1/search_by_date": json.dumps({"hits": HITS}).encode(),
    "/xrpc/com.atproto.server.createSession": json.dumps({"accessJwt": "token"}).encode(),
    "/xrpc/app.bsky.feed.searchPosts": json.dumps({"posts": SKY + HIDDEN}).encode(),
    "/search.rss": FEED,
    "/feed": FEED,
}


def ask(name, pages, tmp_path, text="lund", environ=None, **options):
    """Ask one source at a local server with these pages; return its items and the server."""
    with ns.serving(pages) as server:
        outside = Outside(Fetcher([server.place], pause=0, seconds=2), PARSER, LOGIN if environ is None else environ)
        place = "" if name in ("feed", "file") else server.url
        if name == "feed":
            text = server.url + "/feed"
        if name == "file":
            (tmp_path / "posts.txt").write_text("\n".join(TEXTS))
            text = str(tmp_path / "posts.txt")
        return SOURCES[name].function(Query(text, place=place, **options), outside), server
