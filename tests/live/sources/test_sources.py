"""Every entry of the table of sources, against a real local server that answers as the source does."""

import json

import pytest

from movieclassifier.live.faults import SourceFault
from movieclassifier.live.fetching import Fetcher
from movieclassifier.live.items import ARTICLE, POST
from movieclassifier.live.sources import DEFAULT_POSTS, POSTS, SOURCES, Outside, Query
from movieclassifier.live.sources.asking import server as base_of
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
# What breaks a source of JSON, and what breaks one of feeds.
BROKEN = [
    b"{",
    b"[]",
    b"7",
    b"null",
    b'{"hits": 7, "posts": {}}',
    b"[7, null, []]",
    b"<html></html>",
    b'"text"',
    b"1e400",
]


def ask(name, pages, tmp_path, text="lund", environ=None, **options):
    with ns.serving(pages) as server:
        outside = Outside(Fetcher([server.place], pause=0, seconds=2), PARSER, LOGIN if environ is None else environ)
        place = "" if name in ("feed", "file") else server.url
        if name == "feed":
            text = server.url + "/feed"
        if name == "file":
            (tmp_path / "posts.txt").write_text("\n".join(TEXTS))
            text = str(tmp_path / "posts.txt")
        return SOURCES[name].function(Query(text, place=place, **options), outside), server


@pytest.mark.parametrize("name", SOURCES)
def test_items_come_cleaned_the_newest_first(name, tmp_path):
    items, _ = ask(name, PAGES, tmp_path)
    assert len(items) == 3
    assert "Lund is lovely today" in items[0].document
    assert "Rain again in Lund <3 & wind" in items[1].document or name in ("mastodon", "hackernews")
    assert all(item.kind == (ARTICLE if name == "feed" else POST) for item in items)
    assert len({item.id for item in items}) == 3
    assert all(item.url == "" or item.url.startswith("https://") for item in items)


@pytest.mark.parametrize("name", SOURCES)
def test_no_more_than_were_asked_for(name, tmp_path):
    assert len(ask(name, PAGES, tmp_path, n=2)[0]) == 2


@pytest.mark.parametrize("name", [name for name in SOURCES if name != "file"])
@pytest.mark.parametrize("body", BROKEN)
def test_odd_answer_is_a_fault_or_nothing(name, body, tmp_path):
    login = PAGES["/xrpc/com.atproto.server.createSession"]
    pages = dict.fromkeys(PAGES, body) | {"/xrpc/com.atproto.server.createSession": login}
    try:
        items, _ = ask(name, pages, tmp_path)
    except SourceFault:
        return
    assert items == []


@pytest.mark.parametrize("name", [name for name in SOURCES if name != "file"])
@pytest.mark.parametrize("status", [403, 429, 500])
def test_refusal_is_said_in_a_sentence(name, status, tmp_path):
    with pytest.raises(SourceFault) as caught:
        ask(name, dict.fromkeys(PAGES, ns.status(status)), tmp_path)
    assert "127.0.0.1" in caught.value.sentence


@pytest.mark.parametrize("name", POSTS)
@pytest.mark.parametrize("text", ["", "#", "  ", "x" * 101, "a\x00b", "\u202eab"])
def test_query_that_means_nothing_is_refused(name, text, tmp_path):
    with pytest.raises(ValueError, match=r"Write a hashtag|at most 100|one word"):
        ask(name, PAGES, tmp_path, text)


def test_every_source_of_posts_tells_its_label_and_a_query():
    assert DEFAULT_POSTS in POSTS
    assert all(SOURCES[name].label and SOURCES[name].hint for name in SOURCES)
    assert SOURCES["bluesky"].missing({}) == list(LOGIN)
    assert SOURCES["mastodon"].missing({}) == []


def test_mastodon_s_feed_is_read_where_its_timeline_wants_a_login(tmp_path):
    pages = {"/api/v1/timelines/tag/lund": ns.status(401), "/tags/lund.rss": FEED}
    items, server = ask("mastodon", pages, tmp_path)
    assert len(items) == 3
    assert [path.split("?")[0] for path in server.paths()] == ["/api/v1/timelines/tag/lund", "/tags/lund.rss"]


def test_mastodon_s_boosts_replies_and_hidden_accounts_are_left_out(tmp_path):
    posts = json.loads(mastodon_answer(["kept", "a boost", "a reply", "hidden", "warned"]))
    posts[1]["reblog"], posts[2]["in_reply_to_id"], posts[3]["account"]["noindex"] = {}, "7", True
    posts[1]["reblog"] = {"id": "1"}
    posts[4]["spoiler_text"] = "spoiler:"
    pages = {"/api/v1/timelines/tag/lund": json.dumps([*posts, {"account": None}, {"content": 7}]).encode()}
    items, _ = ask("mastodon", pages, tmp_path, replies=False)
    assert [item.text for item in items] == ["kept", "spoiler: warned"]


def test_bluesky_wants_a_login_and_keeps_it_for_its_own_host(tmp_path):
    with pytest.raises(SourceFault, match="Bluesky wants a login: set MOVIECLASSIFIER_BLUESKY_HANDLE"):
        ask("bluesky", PAGES, tmp_path, environ={})
    _, server = ask("bluesky", PAGES, tmp_path)
    assert server.seen[-1][1]["Authorization"] == "Bearer token"
    with pytest.raises(SourceFault, match="did not take the login"):
        ask("bluesky", PAGES | {"/xrpc/com.atproto.server.createSession": b"{}"}, tmp_path)


def test_file_may_be_a_feed_or_json_lines_or_text(tmp_path):
    outside = Outside(Fetcher(), PARSER)
    for name, body, text in [
        ("feed.xml", FEED, "Lund 0"),
        ("posts.jsonl", b'{"text": "a <b>post</b>", "author": "ada"}\n{broken\n', "a post"),
        ("feed.json", json.dumps({"items": [{"title": "Lund 0"}]}).encode(), "Lund 0"),
    ]:
        (tmp_path / name).write_bytes(body)
        assert SOURCES["file"].function(Query(str(tmp_path / name)), outside)[0].document.startswith(text)
    with pytest.raises(FileNotFoundError):
        SOURCES["file"].function(Query(str(tmp_path / "missing")), outside)
    (tmp_path / "large").write_bytes(b"x" * (8 * 2**20 + 1))
    with pytest.raises(SourceFault, match="more than 8 MB"):
        SOURCES["file"].function(Query(str(tmp_path / "large")), outside)


@pytest.mark.parametrize(
    ("place", "url"),
    [("", "https://a.example"), ("b.example", "https://b.example"), ("http://c.example/", "http://c.example")],
)
def test_server_may_be_named(place, url):
    assert base_of(place, "a.example") == url
