"""Hacker News' search, against a local server."""

from tests.support.sources import PAGES, ask


def test_stories_and_comments_are_read_with_their_pages(tmp_path):
    items, server = ask("hackernews", PAGES, tmp_path, "#Lund", n=5)
    assert [item.url for item in items] == ["https://news.ycombinator.com/item?id=7", "", ""]
    assert (items[0].title, items[0].author, items[0].language) == ("Lund", "ada", "en")
    assert items[1].published is None
    assert server.paths() == ["/api/v1/search_by_date?query=Lund&tags=%28story%2Ccomment%29&hitsPerPage=5"]


def test_without_replies_stories_alone_are_asked_for(tmp_path):
    _, server = ask("hackernews", PAGES, tmp_path, replies=False)
    assert "tags=story&" in server.paths()[0]
