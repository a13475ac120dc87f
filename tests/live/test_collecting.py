"""Collecting: what is new comes in once, whatever happens in between."""

import errno
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing

import pytest
from sqlalchemy import event, func, select, text, update

from movieclassifier.feedback.log.database import snapshot, transaction
from movieclassifier.feedback.log.errors import Unavailable
from movieclassifier.feedback.log.live.schema import feeds, items, leases
from movieclassifier.feedback.log.store import FeedbackStore
from movieclassifier.live.collecting import Collector
from movieclassifier.live.schedule import DAY, MINUTE
from tests.support import news_server as ns
from tests.support.live import Clock, collector_of
from tests.support.news import article_page, rss
from tests.support.patience import PATIENCE

WORDS = (
    "The town of Lund voted for a new bridge over the river, and the mayor was pleased with the count of votes. " * 5
)


def kept(engine):
    with snapshot(engine) as connection:
        return connection.execute(select(items).order_by(items.c.id)).all()


def state(engine):
    with snapshot(engine) as connection:
        return connection.execute(select(feeds)).one()


def stories(server, n=3, link="/story/{}", **more):
    return rss(
        [
            {"title": f"Story {i}", "link": server.url + link.format(i), "description": f"About {i}", **more}
            for i in range(n)
        ]
    )


def test_articles_come_in_with_the_text_of_their_pages(engine):
    with ns.serving() as server:
        server.pages["/feed"] = stories(server)
        server.pages["/story/0"] = article_page("Story 0", WORDS)
        server.pages["/story/1"] = article_page("Cookies", "We and our partners use cookies. Accept all cookies. " * 8)
        done = collector_of(engine, server).collect()
    assert (done.n_feeds, done.n_items, done.n_new, done.faults) == (1, 3, 3, {})
    assert [row.text_from for row in kept(engine)] == ["page", "feed", "feed"]
    assert "The town of Lund" in kept(engine)[0].text
    assert server.paths().count("/robots.txt") == 1


def test_page_that_robots_may_not_read_is_left_alone(engine):
    with ns.serving({"/robots.txt": b"User-agent: *\nDisallow: /story"}) as server:
        server.pages |= {"/feed": stories(server), "/story/0": article_page("x", WORDS)}
        collector_of(engine, server).collect()
    assert "/story/0" not in server.paths()
    assert kept(engine)[0].text == "About 0"


def test_link_to_this_machine_in_a_feed_is_never_called(engine):
    with ns.serving({"/secret": article_page("x", WORDS)}) as other, ns.serving() as server:
        server.pages["/feed"] = rss([{"title": "trap", "link": other.url + "/secret"}])
        collector_of(engine, server).collect()
        assert other.seen == []
    assert [row.title for row in kept(engine)] == ["trap"]


def test_unchanged_second_round_is_all_304(engine):
    clock = Clock()
    with ns.serving() as server:
        server.pages["/feed"] = ns.conditional(stories(server))
        collector = collector_of(engine, server, clock=clock, full_text=False)
        collector.collect()
        assert collector.collect().n_feeds == 0
        clock.now += 16 * MINUTE
        done = collector.collect()
    assert (done.n_feeds, done.n_unchanged, done.n_new) == (1, 1, 0)
    assert server.paths() == ["/feed", "/feed"]
    assert state(engine).etag == '"one"'


def test_new_validators_are_kept_even_if_the_body_is_the_same(engine):
    clock = Clock()
    with ns.serving() as server:
        body = stories(server)
        tags = iter(['"a"', '"b"'])
        server.pages["/feed"] = lambda handler: handler.answer(body, ETag=next(tags))
        collector = collector_of(engine, server, clock=clock, full_text=False)
        collector.collect()
        clock.now += DAY
        assert collector.collect().n_items == 0  # its body was not parsed again
    assert state(engine).etag == '"b"'


@pytest.mark.parametrize(
    "again",
    [
        {},
        {"link": "/story/{}?utm_source=rss"},
        {"guid": "changes every time"},
        {"description": "About {} and more"},
    ],
)
def test_item_comes_in_once(engine, again):
    """Its link, its identifier, or its text tells it, from the same feed or from others."""
    with ns.serving() as server:
        server.pages["/feed"] = stories(server)
        more = {name: value for name, value in again.items() if name != "link"}
        server.pages["/other"] = stories(server, link=again.get("link", "/story/{}"), **more)
        collector_of(engine, server, ("/feed", "/other"), full_text=False).collect()
    assert len(kept(engine)) == 3


def test_edited_item_is_kept_as_it_is_now(engine):
    clock = Clock()
    with ns.serving() as server:
        server.pages["/feed"] = rss([{"guid": "1", "title": "Lund votes", "description": "Soon."}])
        collector = collector_of(engine, server, clock=clock)
        collector.collect()
        server.pages["/feed"] = rss([{"guid": "1", "title": "Lund has voted", "description": "It is done."}])
        clock.now += DAY
        collector.collect()
    assert [(row.title, row.text) for row in kept(engine)] == [("Lund has voted", "It is done.")]


@pytest.mark.parametrize(
    ("answer", "wait", "gone"),
    [
        (ns.status(404), 15 * MINUTE, False),
        (ns.status(503, Retry_After="7200"), 7200, False),
        (ns.status(429, Retry_After="999999999"), 2 * DAY, False),
        (ns.status(429, Retry_After="rubbish"), 15 * MINUTE, False),
        (ns.status(410), 15 * MINUTE, True),
        (b"<html>no feed</html>", 15 * MINUTE, False),
    ],
)
def test_source_that_fails_is_put_off_and_says_why(engine, answer, wait, gone):
    clock = Clock()
    with ns.serving({"/feed": answer}) as server:
        collector = collector_of(engine, server, clock=clock)
        done = collector.collect()
        assert len(done.faults) == 1
        found = state(engine)
        assert (found.next_at / 1000 - clock.now, found.is_gone) == (wait, gone)
        assert found.fault == next(iter(done.faults.values()))
        assert collector.collect().n_feeds == 0
        clock.now += 3 * DAY
        assert collector.collect().n_feeds == (0 if gone else 1)


def test_without_a_network_every_source_says_so_and_old_items_stay(engine, monkeypatch):
    def no_network(*_, **__):
        raise OSError(errno.ENETUNREACH, "Network is unreachable")

    clock = Clock()
    with ns.serving() as server:
        server.pages["/feed"] = stories(server)
        collector = collector_of(engine, server, full_text=False, clock=clock)
        collector.collect()
        clock.now += DAY
        monkeypatch.setattr("socket.create_connection", no_network)
        done = collector.collect()
    assert len(done.faults) == done.n_feeds == 1
    assert "Network is unreachable" in state(engine).fault
    assert len(kept(engine)) == 3


def test_feed_of_a_different_type_is_read(engine):
    with ns.serving() as server:
        server.pages["/feed"] = ns.sending(stories(server), Content_Type="image/png; charset=nonsense")
        assert collector_of(engine, server, full_text=False).collect().n_new == 3


def test_dead_source_costs_less_and_less(engine):
    clock = Clock()
    with ns.serving({"/feed": ns.status(500)}) as server:
        collector = collector_of(engine, server, clock=clock)
        for _ in range(24 * 4):  # a look every hour, for four days
            collector.collect()
            clock.now += 60 * MINUTE
    assert len(server.seen) < 12


def test_feed_that_moved_for_good_is_asked_at_its_new_place_after_three_times(engine):
    clock = Clock()
    with ns.serving() as server:
        server.pages |= {"/feed": ns.redirect("/new", 301), "/new": stories(server)}
        collector = collector_of(engine, server, clock=clock, full_text=False)
        for _ in range(5):
            collector.collect()
            clock.now += DAY
    assert server.paths() == ["/feed", "/new"] * 3 + ["/new", "/new"]


def test_clock_that_is_set_back_stops_nothing(engine):
    clock = Clock()
    with ns.serving() as server:
        server.pages["/feed"] = stories(server)
        collector = collector_of(engine, server, clock=clock, full_text=False)
        collector.collect()
        clock.now -= 365 * DAY
        other = collector_of(engine, server, clock=clock, full_text=False)
        assert other.collect().n_feeds == 1
    assert len(kept(engine)) == 3


def test_two_collectors_take_turns(engine):
    clock = Clock()
    with ns.serving() as server:
        server.pages["/feed"] = stories(server)
        one, two = (collector_of(engine, server, clock=clock, full_text=False) for _ in range(2))
        assert one.collect() is not None
        assert two.collect() is None
        one.stop()
        assert two.collect() is not None
        clock.now += 61
        assert one.collect() is not None
    assert server.paths() == ["/feed"]


def test_collector_that_lost_its_lease_keeps_nothing(engine):
    clock = Clock()
    with ns.serving() as server:
        collector = collector_of(engine, server, clock=clock, full_text=False)

        def meanwhile(handler):
            with transaction(engine) as connection:
                connection.execute(update(leases).values(holder="another", until=round(clock.now * 1000) + 50_000))
            handler.answer(stories(server))

        server.pages["/feed"] = meanwhile
        assert collector.collect().n_new == 0
    assert kept(engine) == []


def test_many_collectors_at_once_double_nothing(engine):
    with ns.serving() as server:
        server.pages["/feed"] = stories(server, 20)
        collectors = [collector_of(engine, server, clock=Clock(), full_text=False) for _ in range(4)]
        threads = [threading.Thread(target=collector.collect) for collector in collectors]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(kept(engine)) == 20


CHILD = """
import sys
from movieclassifier.feedback.log.store import FeedbackStore
from movieclassifier.live.collecting import Collector
from movieclassifier.live.newspapers import Newspaper
from movieclassifier.live.news_and_posts import make_outside
from movieclassifier.live.settings import LiveSettings
settings = LiveSettings(allow=frozenset([sys.argv[2]]), pause=0, full_text=False)
outside = make_outside(settings)
feeds = [f"http://{sys.argv[2]}/feed/{i}" for i in range(8)]
Collector(FeedbackStore(sys.argv[1]).engine, [Newspaper("news", tuple(feeds))], outside, settings).collect()
outside.parser.close()
"""


@pytest.mark.parametrize("after", [1, 4])
def test_collector_that_is_killed_between_fetch_and_store_doubles_and_loses_nothing(tmp_path, after):
    url = f"sqlite:///{tmp_path}/feedback.db"
    killed = threading.Event()
    with ns.serving() as server:
        command = [sys.executable, "-c", CHILD, url, server.place]

        def page(i):
            def answer(handler):
                handler.answer(rss([{"title": f"Story {i} {j}", "guid": f"{i} {j}"} for j in range(5)]))
                if i == after and not killed.is_set():
                    killed.set()
                    os.kill(process.pid, signal.SIGKILL)

            return answer

        server.pages |= {f"/feed/{i}": page(i) for i in range(8)}
        process = subprocess.Popen(command)
        assert process.wait(PATIENCE) == -signal.SIGKILL
        store = FeedbackStore(url)
        try:
            before = [row.title for row in kept(store.engine)]
            assert len(before) == len(set(before)) <= 5 * after
            with transaction(store.engine) as connection:
                connection.execute(update(leases).values(until=0))  # a minute later
            assert subprocess.run(command, timeout=PATIENCE).returncode == 0
            titles = [row.title for row in kept(store.engine)]
            assert len(titles) == len(set(titles)) == 40
        finally:
            store.close()


def test_full_disk_is_told_and_nothing_is_half_kept(tmp_path):
    store = FeedbackStore(f"sqlite:///{tmp_path}/feedback.db")
    try:
        with ns.serving() as server:
            server.pages["/feed"] = rss([{"title": f"Story {i}", "description": WORDS * 30} for i in range(50)])
            collector = collector_of(store.engine, server, full_text=False)
            with store.engine.connect() as connection:
                pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
                connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 8}")
            with pytest.raises(Unavailable, match="no room on the server's disk"):
                collector.collect()
            assert kept(store.engine) == []
            with store.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
            assert collector.collect().n_new == 50
    finally:
        store.close()


def test_database_that_is_locked_while_collecting_loses_nothing(engine):
    locked, release = threading.Event(), threading.Event()
    path = engine.url.database

    def lock():
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            locked.set()
            release.wait(PATIENCE)

    with ns.serving() as server:
        holder = threading.Thread(target=lock)

        def answer(handler):  # the lock comes between the question and the keeping of its answer
            holder.start()
            locked.wait(PATIENCE)
            handler.answer(stories(server), ETag='"one"')

        server.pages["/feed"] = answer
        collector = collector_of(engine, server, full_text=False)
        # SQLite's patience is made short.
        event.listen(engine, "checkout", lambda driver, *_: driver.execute("PRAGMA busy_timeout = 50"))
        try:
            with pytest.raises(Unavailable, match="locked"):
                collector.collect()
        finally:
            release.set()
            holder.join()
        assert kept(engine) == []
        assert (state(engine).etag, state(engine).n_faults) == ("", 0)
        server.pages["/feed"] = stories(server)
        assert collector.collect().n_new == len(kept(engine)) == 3


def test_background_goes_on_after_any_fault(engine, caplog, monkeypatch):
    stopped, rounds = threading.Event(), []
    with ns.serving() as server:
        collector = collector_of(engine, server)

        def collect():
            rounds.append(len(rounds))
            if len(rounds) == 1:
                raise Unavailable("the disk is full")
            if len(rounds) == 2:
                raise ZeroDivisionError
            return None if len(rounds) == 3 else Collector.collect(collector)

        monkeypatch.setattr(collector, "collect", collect)
        collector.run(stopped, idle=0.01, after=stopped.set)
    assert len(rounds) == 4
    assert "the disk is full" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_old_items_go_and_long_texts_before_them(engine):
    clock = Clock()
    with ns.serving() as server:
        server.pages["/feed"] = rss([{"title": "old", "description": WORDS}])
        collector = collector_of(engine, server, clock=clock, full_text=False)
        collector.collect()
        server.pages["/feed"] = rss([{"title": "new", "description": WORDS.strip() + "!"}])
        clock.now += 4 * DAY
        collector.collect()
        assert [len(row.text) for row in kept(engine)] == [300, len(WORDS.strip()) + 1]
        clock.now += 11 * DAY
        collector.collect()
    assert [row.title for row in kept(engine)] == ["new"]


def test_feed_that_the_owner_takes_off_the_list_is_asked_no_more(engine):
    with ns.serving() as server:
        server.pages |= {"/feed": stories(server), "/other": stories(server)}
        collector_of(engine, server, ("/feed",), full_text=False).collect()
        with transaction(engine) as connection:
            connection.execute(update(leases).values(until=0))
        collector_of(engine, server, ("/other",), full_text=False).collect()
    assert state(engine).url.endswith("/other")


def test_hosts_are_asked_at_once_and_each_one_after_the_other(engine):
    def slowly(handler):
        time.sleep(0.2)
        handler.answer(rss([{"title": handler.path}]))

    with ns.serving({f"/{i}": slowly for i in range(3)}) as server:
        collector_of(engine, server, [f"/{i}" for i in range(3)], full_text=False).collect()
        assert server.most_at_once == 1
    with snapshot(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(items)) == 3
        assert connection.execute(text("SELECT count(*) FROM mc_leases")).scalar() == 1
