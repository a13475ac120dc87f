"""A feed is asked with what it said the last time, and parsed only if it has changed."""

from movieclassifier.live.schedule import HOUR
from movieclassifier.live.sources.feed import ask_feed
from tests.support import news_server as ns
from tests.support.live import outside_of
from tests.support.news import rss

ITEMS = [{"title": f"Story {i}", "guid": str(i)} for i in range(3)]


def test_second_question_brings_nothing_where_nothing_has_changed():
    with ns.serving({"/feed": ns.conditional(rss(ITEMS), '"one"', "Mon, 02 Mar 2026 10:00:00 GMT")}) as server:
        outside = outside_of(server)
        first = ask_feed("The Lund Courier", server.url + "/feed", outside)
        assert [item.title for item in first.items] == ["Story 0", "Story 1", "Story 2"]
        assert {item.source for item in first.items} == {"The Lund Courier"}
        again = ask_feed("The Lund Courier", server.url + "/feed", outside, first.page.validators)
    assert (again.items, again.page.is_new, again.digest) == ([], False, "")


def test_equal_body_is_not_parsed_again():
    with ns.serving({"/feed": rss(ITEMS)}) as server:
        outside = outside_of(server)
        first = ask_feed("news", server.url + "/feed", outside)
        again = ask_feed("news", server.url + "/feed", outside, digest=first.digest)
    assert (again.items, again.digest, again.page.is_new) == ([], first.digest, True)


def test_feed_says_how_often_it_wants_to_be_asked():
    with ns.serving({"/feed": rss(ITEMS, channel="<ttl>120</ttl>")}) as server:
        assert ask_feed("news", server.url + "/feed", outside_of(server)).interval == 2 * HOUR
