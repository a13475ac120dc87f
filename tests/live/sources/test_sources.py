"""Every entry of the table of sources, against a real local server that answers as the source does."""

import pytest

from movieclassifier.feedback.log.live.entities import ARTICLE, POST
from movieclassifier.live.faults import SourceFault
from movieclassifier.live.sources import DEFAULT_POSTS, POSTS, SOURCES
from tests.support import news_server as ns
from tests.support.sources import LOGIN, PAGES, ask

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


def test_every_source_of_posts_tells_its_label_and_a_query():
    assert DEFAULT_POSTS in POSTS
    assert all(SOURCES[name].label and SOURCES[name].hint for name in SOURCES)
    assert SOURCES["bluesky"].missing({}) == list(LOGIN)
    assert SOURCES["mastodon"].missing({}) == []
