"""Feeds and files are read once, with nothing kept."""

import pytest

from movieclassifier.feedback.log.live.entities import Item
from movieclassifier.live.faults import SourceFault
from movieclassifier.live.feeds_once import read_feed_file, read_feeds, read_page_file, with_page
from movieclassifier.live.fetching import Fetcher
from movieclassifier.live.robots import Robots
from movieclassifier.live.sources.asking import Outside
from tests.support import news_server as ns
from tests.support.live import PARSER, outside_of
from tests.support.news import article_page, rss

WORDS = "The town of Lund voted for a new bridge over the river, and the mayor was pleased with the count. " * 6


def test_newest_items_of_all_feeds_come_first_and_faults_by_url():
    dates = {"a": "Mon, 02 Mar 2026 10:00:00 GMT", "b": "Tue, 03 Mar 2026 10:00:00 GMT", "c": ""}
    pages = {f"/{name}": rss([{"title": name, "guid": name, "pubDate": date}]) for name, date in dates.items()}
    with ns.serving(pages | {"/broken": b"no feed"}) as server:
        feeds = [("news", f"{server.url}/{name}") for name in ("c", "a", "broken", "b", "a")]
        items, faults = read_feeds(feeds, outside_of(server), limit=9, full_text=False)
        few, _ = read_feeds(feeds, outside_of(server), limit=1, full_text=False)
    assert [item.title for item in items] == ["b", "a", "c"]
    assert [item.title for item in few] == ["b"]
    assert list(faults) == [feeds[2][1]]


@pytest.mark.parametrize(
    ("rules", "page", "text_from"),
    [
        (b"", article_page("A bridge", WORDS), "page"),
        (b"User-agent: *\nDisallow: /", article_page("A bridge", WORDS), "feed"),
        (b"", article_page("A bridge", "Too short."), "feed"),
        (b"", ns.status(500), "feed"),
    ],
)
def test_page_is_taken_where_it_may_be_read_and_says_more(rules, page, text_from):
    with ns.serving({"/robots.txt": rules, "/story": page}) as server:
        outside = outside_of(server)
        item = Item("news", "1", f"{server.url}/story", "A bridge", "The town of Lund voted.")
        found = with_page(item, outside, Robots(outside.fetcher))
    assert found.text_from == text_from
    assert "The town of Lund voted" in found.text
    assert (len(found.text) > 100) == (text_from == "page")


def test_files_are_named_where_they_hold_no_feed_or_article(tmp_path):
    outside = Outside(Fetcher(), PARSER)
    path = tmp_path / "file"
    path.write_bytes(rss([{"title": "A bridge"}, {"title": ""}]))
    assert [item.title for item in read_feed_file(path, outside)] == ["A bridge"]
    path.write_bytes(article_page("A bridge", WORDS))
    assert read_page_file(path, outside).text_from == "page"
    path.write_bytes(b"neither")
    for read in (read_feed_file, read_page_file):
        with pytest.raises(SourceFault, match=f"^{path}: "):
            read(path, outside)
