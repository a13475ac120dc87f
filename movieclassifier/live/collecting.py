"""Collecting: feeds that are due are asked, and their items read and kept, by one process at a time."""

import logging
import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Engine, Row

from movieclassifier.feedback.log.database import snapshot, transaction
from movieclassifier.feedback.log.errors import Unavailable
from movieclassifier.feedback.log.live import feeds as feed_store
from movieclassifier.feedback.log.live.clock import milliseconds
from movieclassifier.feedback.log.live.entities import Item
from movieclassifier.feedback.log.live.items import forget, id_key, keep_items, known_keys, url_key
from movieclassifier.feedback.log.live.leases import give_back, take_lease
from movieclassifier.live.faults import SourceFault
from movieclassifier.live.feeds_once import with_page
from movieclassifier.live.fetched_pages import Validators
from movieclassifier.live.newspapers import Newspaper, newspaper_of_each_feed
from movieclassifier.live.robots import Robots
from movieclassifier.live.schedule import back_off
from movieclassifier.live.settings import LiveSettings
from movieclassifier.live.sources.asking import Outside
from movieclassifier.live.sources.feed import FeedAnswer, ask_feed

log = logging.getLogger("movieclassifier")

LEASE_NAME = "collector"
HOSTS_AT_ONCE = 4
PAGES_PER_FEED = 10
ITEMS_PER_FEED = 100
IDLE_SECONDS = 30.0


@dataclass
class Round:
    """The result of a round of collecting.

    Attributes
    ----------
    n_feeds, n_items, n_new, n_unchanged : int
        Feeds that were asked; items in them; items that were not known; feeds that had nothing new.
    faults : dict of str to str
        What went wrong, by the feed's URL.
    """

    n_feeds: int = 0
    n_items: int = 0
    n_new: int = 0
    n_unchanged: int = 0
    faults: dict[str, str] = field(default_factory=dict)


class Collector:
    """Keeps the news up to date.

    Parameters
    ----------
    engine : Engine
    newspapers : list of Newspaper
    outside : Outside
    settings : LiveSettings
    clock : function
        Seconds since 1970.
    """

    def __init__(
        self,
        engine: Engine,
        newspapers: list[Newspaper],
        outside: Outside,
        settings: LiveSettings,
        clock: Callable[[], float] = time.time,
    ):
        self._engine, self._newspapers, self._outside, self._settings = engine, newspapers, outside, settings
        self._clock = clock
        self._robots = Robots(outside.fetcher)
        self._holder = secrets.token_hex(8)
        self._lock = threading.Lock()

    def collect(self) -> Round | None:
        """Ask the feeds that are due; None where a different process is doing so.

        Raises
        ------
        Unavailable
            If the database does not answer.
        """
        done = Round()
        with transaction(self._engine) as connection:
            now = milliseconds(self._clock())
            if not take_lease(connection, LEASE_NAME, self._holder, now):
                return None
            feed_store.list_feeds(connection, newspaper_of_each_feed(self._newspapers))
            due = feed_store.due_feeds(connection, now)
        by_host: dict[str, list[Row[Any]]] = defaultdict(list)
        for feed in due:
            by_host[urlsplit(feed.url).hostname or ""].append(feed)
        with ThreadPoolExecutor(HOSTS_AT_ONCE) as pool:
            list(pool.map(lambda host: self._collect_host(by_host[host], done), by_host))
        self._forget()
        return done

    def stop(self) -> None:
        """Let a different process collect at once."""
        with transaction(self._engine) as connection:
            give_back(connection, LEASE_NAME, self._holder)

    def run(
        self, stopped: threading.Event, idle: float = IDLE_SECONDS, after: Callable[[], None] | None = None
    ) -> None:
        """Collect what is due until it is stopped; no error ends it.

        Parameters
        ----------
        stopped : Event
        idle : float
            Seconds between two looks at what is due; less than a lease lasts.
        after : function, optional
            Called after each round of this process.
        """
        while not stopped.is_set():
            try:
                if self.collect() is not None and after is not None:
                    after()
            except Unavailable as error:
                log.error("The news could not be collected: %s", error)
            except Exception:
                log.exception("The news could not be collected.")
            stopped.wait(idle)

    def _collect_host(self, of_host: list[Row[Any]], done: Round) -> None:
        for feed in of_host:
            self._collect_feed(feed, done)

    def _collect_feed(self, feed: Row[Any], done: Round) -> None:
        """Ask one feed, and keep what it says in one transaction: killed before, it is asked again."""
        try:
            answer, items = self._ask(feed)
        except SourceFault as fault:
            self._keep_fault(feed, fault)
            with self._lock:
                done.n_feeds += 1
                done.faults[feed.url] = fault.sentence
            return
        n_new = self._keep(feed, answer, items)
        with self._lock:
            done.n_feeds += 1
            done.n_unchanged += not answer.page.is_new
            done.n_items += len(items)
            done.n_new += n_new

    def _ask(self, feed: Row[Any]) -> tuple[FeedAnswer, list[Item]]:
        answer = ask_feed(
            feed.name,
            feed_store.current_url(feed),
            self._outside,
            validators=Validators(feed.etag, feed.modified) if feed.etag or feed.modified else None,
            now=self._clock(),
            digest=feed.digest,
        )
        items = answer.items[:ITEMS_PER_FEED]
        with snapshot(self._engine) as connection:
            known = known_keys(connection, items)
        new = [item for item in items if not {id_key(item), url_key(item.url)} & known]
        if not self._settings.full_text:
            return answer, items
        full = {item.id: self._with_page(item) for item in new[:PAGES_PER_FEED]}
        return answer, [full.get(item.id, item) for item in items]

    def _with_page(self, item: Item) -> Item:
        """Return an item with the text of its page, where that may be read and holds an article."""
        with transaction(self._engine, relaxed=True) as connection:
            take_lease(connection, LEASE_NAME, self._holder, milliseconds(self._clock()))
        return with_page(item, self._outside, self._robots)

    def _keep(self, feed: Row[Any], answer: FeedAnswer, items: list[Item]) -> int:
        now = self._clock()
        page = answer.page
        validators = page.validators if page.is_new else _latest(page.validators, feed)
        with transaction(self._engine, relaxed=True) as connection:
            if not take_lease(connection, LEASE_NAME, self._holder, milliseconds(now)):
                return 0  # it took longer than a lease, and a different process has begun
            known = known_keys(connection, items)
            keep_items(connection, items, now)
            feed_store.keep_answer(
                connection,
                feed,
                etag=validators.etag,
                modified=validators.modified,
                digest=answer.digest or feed.digest,
                moved_to=page.moved_to,
                now=milliseconds(now),
                next_at=milliseconds(now + answer.interval),
            )
        return sum(not {id_key(item), url_key(item.url)} & known for item in items)

    def _keep_fault(self, feed: Row[Any], fault: SourceFault) -> None:
        now = self._clock()
        wait = back_off(feed.n_faults + 1, fault.retry_after)
        with transaction(self._engine, relaxed=True) as connection:
            feed_store.keep_fault(
                connection,
                feed.url,
                fault.sentence,
                now=milliseconds(now),
                next_at=milliseconds(now + wait),
                is_gone=fault.status == 410,
            )

    def _forget(self) -> None:
        settings = self._settings
        with transaction(self._engine, relaxed=True) as connection:
            forget(
                connection,
                now=milliseconds(self._clock()),
                keep_days=settings.keep_days,
                text_days=settings.text_days,
                search_hours=settings.search_hours,
            )


def _latest(validators: Validators, feed: Row[Any]) -> Validators:
    """Return the tags for the next request to a server that has nothing new: its new ones, else its last ones."""
    return Validators(validators.etag or feed.etag, validators.modified or feed.modified)
