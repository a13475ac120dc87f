"""Searches: asked once for all, answered from what is kept, never waited for long."""

import threading

import pytest

from movieclassifier.feedback.log.store import FeedbackStore
from movieclassifier.live import searching
from movieclassifier.live.searching import Searcher
from movieclassifier.live.sources import SOURCES, Source
from movieclassifier.live.sources.asking import Query
from tests.support import news_server as ns
from tests.support.live import Clock, outside_of
from tests.support.newsroom import mastodon_answer


@pytest.fixture
def searcher(tmp_path):
    store, clock = FeedbackStore(f"sqlite:///{tmp_path}/f.db"), Clock()
    with ns.serving({"/api/v1/timelines/tag/lund": mastodon_answer(["One", "Two", "Three"])}) as server:
        found = Searcher(store.engine, outside_of(server), clock)
        found.server, found.clock = server, clock
        yield found
        found.close()
    store.close()


def query(searcher, text="lund"):
    return Query(text, place=searcher.server.url)


def test_answer_is_kept_for_two_minutes(searcher):
    for seconds, n_requests in ((0, 1), (100, 1), (30, 2)):
        searcher.clock.now += seconds
        assert len(searcher.search("mastodon", query(searcher)).items) == 3
        assert len(searcher.server.seen) == n_requests


def test_what_was_found_stays_while_the_source_fails(searcher):
    searcher.search("mastodon", query(searcher))
    searcher.server.pages.clear()
    searcher.clock.now += 1000
    found = searcher.search("mastodon", query(searcher))
    assert (len(found.items), found.is_waiting) == (3, False)
    assert "no such page (404)" in found.search.fault


def test_source_that_waits_is_not_waited_for(searcher):
    searcher.server.pages["/api/v1/timelines/tag/lund"] = ns.silence
    found = searcher.search("mastodon", query(searcher), wait=0.1)
    assert found.is_waiting
    assert searcher.search("mastodon", query(searcher), wait=0.1).is_waiting
    assert len(searcher.server.seen) == 1


def test_no_more_searches_wait_than_are_allowed(searcher, monkeypatch):
    monkeypatch.setattr(searching, "MAX_WAITING", 1)
    searcher.server.pages["/api/v1/timelines/tag/slow"] = ns.silence
    assert searcher.search("mastodon", query(searcher, "slow"), wait=0.05).is_waiting
    assert "Too many searches" in searcher.search("mastodon", query(searcher)).search.fault


def test_fault_of_the_program_is_logged_and_told(searcher, monkeypatch, caplog):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setitem(SOURCES, "mastodon", Source(broken, "posts", "Mastodon", "#x"))
    assert "the fault is on this side" in searcher.search("mastodon", query(searcher)).search.fault
    assert "ZeroDivisionError" in caplog.text


def test_refusal_before_asking_leaves_no_search(searcher):
    def refuse():
        raise ValueError("too many")

    with pytest.raises(ValueError, match="too many"):
        searcher.search("mastodon", query(searcher), refuse)
    assert searcher.server.seen == []
    assert len(searcher.search("mastodon", query(searcher)).items) == 3


def test_the_same_search_at_once_asks_once(searcher):
    threads = [threading.Thread(target=searcher.search, args=("mastodon", query(searcher))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(searcher.server.seen) <= 2
    assert len(searcher.search("mastodon", query(searcher)).items) == 3
