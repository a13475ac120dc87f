"""Searching for posts: asked for in a thread of its own, so that no page waits longer than it says."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Engine

from movieclassifier.feedback.log.database import snapshot, transaction
from movieclassifier.feedback.log.live.clock import milliseconds
from movieclassifier.feedback.log.live.entities import KeptItem, Search
from movieclassifier.feedback.log.live.items import keep_items
from movieclassifier.feedback.log.live.searches import (
    begin_search,
    end_search,
    find_search,
    found_items,
    is_due,
)
from movieclassifier.live.faults import SourceFault
from movieclassifier.live.sources import SOURCES
from movieclassifier.live.sources.asking import Outside, Query

log = logging.getLogger("movieclassifier")

WAIT_SECONDS = 4.0
SEARCHES_AT_ONCE = 2
MAX_WAITING = 8


@dataclass(frozen=True)
class Found:
    """The posts that a search has found so far.

    Attributes
    ----------
    search : Search
    items : list of KeptItem
        The newest first.
    is_waiting : bool
        Whether the source has not answered yet.
    """

    search: Search
    items: list[KeptItem]
    is_waiting: bool


class Searcher:
    """Asks the sources of posts.

    Parameters
    ----------
    engine : Engine
    outside : Outside
    clock : function
        Seconds since 1970.
    """

    def __init__(self, engine: Engine, outside: Outside, clock: Callable[[], float] = time.time):
        self._engine, self._outside, self._clock = engine, outside, clock
        self._pool = ThreadPoolExecutor(SEARCHES_AT_ONCE, thread_name_prefix="search")
        self._waiting: dict[int, Future[None]] = {}

    def close(self) -> None:
        """Give up what has not begun."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def search(
        self, source: str, query: Query, before_asking: Callable[[], None] = lambda: None, wait: float = WAIT_SECONDS
    ) -> Found:
        """Return the posts that are known, after the source was asked where it has to be.

        Parameters
        ----------
        source : str
            A name of :data:`movieclassifier.live.sources.SOURCES`.
        query : Query
        before_asking : function
            Called before a source is asked; it may raise to keep that from happening.
        wait : float
            Seconds that one waits for the answer.

        Raises
        ------
        ValueError
            If the query cannot be searched for.
        """
        words = query.tag if source == "mastodon" else query.words
        key = "\n".join((source, query.place, words.casefold(), str(query.replies)))
        now = milliseconds(self._clock())
        with snapshot(self._engine) as connection:
            asks = is_due(connection, key, now)
        if asks:
            before_asking()  # not in a transaction: it has one of its own
        with transaction(self._engine, relaxed=True) as connection:
            search = begin_search(connection, key, source, words, now)
        if search.is_new:
            self._waiting = {id: future for id, future in self._waiting.items() if not future.done()}
            if len(self._waiting) >= MAX_WAITING:
                self._end(search.id, None, "Too many searches are waiting for other machines; try again in a minute.")
            else:
                self._waiting[search.id] = self._pool.submit(self._ask, search.id, source, query)
        future = self._waiting.get(search.id)
        if future is not None:
            with suppress(NotYet):
                future.result(wait)
        return self.look(search)

    def look(self, search: Search) -> Found:
        """Return what is known of a search now."""
        with snapshot(self._engine) as connection:
            current = find_search(connection, search.id) or search
            items = found_items(connection, search.id)
        is_waiting = current.answered_at is None or current.answered_at < current.asked_at
        return Found(current, items, is_waiting)

    def _ask(self, id: int, source: str, query: Query) -> None:
        try:
            items = SOURCES[source].function(query, self._outside)
        except (SourceFault, ValueError) as fault:
            self._end(id, None, str(fault))
            return
        except Exception:
            log.exception("The search could not be done.")
            self._end(id, None, "The search failed; the fault is on this side, and was written to the log.")
            return
        with transaction(self._engine, relaxed=True) as connection:
            numbers = keep_items(connection, items, self._clock())
            end_search(connection, id, numbers, "", milliseconds(self._clock()))

    def _end(self, id: int, numbers: list[int] | None, fault: str) -> None:
        with transaction(self._engine, relaxed=True) as connection:
            end_search(connection, id, numbers, fault, milliseconds(self._clock()))
