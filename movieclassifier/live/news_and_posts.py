"""The live pages' front door: news and searches as they are now, and one collector in the background."""

import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from movieclassifier.feedback.log.database import snapshot, transaction
from movieclassifier.feedback.log.errors import NotFound
from movieclassifier.feedback.log.live.articles import (
    News,
    Wanted,
    all_probabilities,
    count_outcomes,
    count_since,
    find_news,
)
from movieclassifier.feedback.log.live.clock import milliseconds
from movieclassifier.feedback.log.live.drift import drift_days, keep_drift
from movieclassifier.feedback.log.live.entities import DayOfSource, FeedState, JudgedItem, KeptItem
from movieclassifier.feedback.log.live.feeds import feed_states, list_feeds
from movieclassifier.feedback.log.live.items import find_item, voted_labels
from movieclassifier.feedback.log.live.judgements import has_unjudged
from movieclassifier.feedback.served_log import ServedLog
from movieclassifier.live.collecting import Collector
from movieclassifier.live.drift import warnings_of
from movieclassifier.live.fetching import Fetcher
from movieclassifier.live.judging import JUDGED_PER_PAGE, judge_items, judge_kept
from movieclassifier.live.newspapers import load_newspapers, newspaper_of_each_feed
from movieclassifier.live.parsing.parser import Parser
from movieclassifier.live.searching import WAIT_SECONDS, Found, Searcher
from movieclassifier.live.settings import MAX_PER_PAGE, LiveSettings
from movieclassifier.live.sources.asking import Outside, Query
from movieclassifier.models.abstaining import Thresholds, thresholds_of

JUDGED_AT_ONCE = 500


class Live:
    """News and posts, and the model that judges them.

    Parameters
    ----------
    log : ServedLog
    settings : LiveSettings
    clock : function
        Seconds since 1970.

    Raises
    ------
    OSError, ValueError
        If the owner's list of newspapers cannot be read.
    """

    def __init__(self, log: ServedLog, settings: LiveSettings, clock: Callable[[], float] = time.time):
        self.log, self.settings = log, settings
        self.newspapers = load_newspapers(settings.newspapers or None)
        self.outside = make_outside(settings)
        self._engine, self._clock = log.store.engine, clock
        self.collector = Collector(self._engine, self.newspapers, self.outside, settings, clock)
        self.searcher = Searcher(self._engine, self.outside, clock)
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._pid = 0
        with transaction(self._engine) as connection:
            list_feeds(connection, newspaper_of_each_feed(self.newspapers))

    def start(self) -> None:
        """Collect in the background of this process from now on, where that is wanted; a fork starts its own."""
        if not self.settings.collect or self._pid == os.getpid():
            return
        self._pid = os.getpid()
        self._thread = threading.Thread(
            target=self.collector.run, args=(self._stopped,), kwargs={"after": self.after_round}, daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop collecting, and end the process that parses."""
        self._stopped.set()
        if self._thread is not None and self._pid == os.getpid():
            self._thread.join(5)
            self.collector.stop()
        self.searcher.close()
        self.outside.parser.close()

    def after_round(self) -> None:
        """Judge what was not judged yet, and count the days."""
        while self.judge(JUDGED_AT_ONCE):
            pass
        with transaction(self._engine, relaxed=True) as connection:
            keep_drift(connection, milliseconds(self._clock()), min(self.settings.text_days, self.settings.keep_days))

    def judge(self, limit: int = JUDGED_PER_PAGE) -> int:
        """Judge articles that the served model has not judged, the newest first; return how many."""
        version = self.log.fresh().version
        with snapshot(self._engine) as connection:
            if not has_unjudged(connection, version):
                return 0
        # The turn to write before the model's lock, always: two threads would wait for each other otherwise.
        with transaction(self._engine, relaxed=True) as connection, self.log.served.up_to_date() as model:
            return judge_kept(connection, model.classifier, model.version, self.settings.language, limit)

    def news(self, wanted: Wanted) -> News:
        """Return a page of articles, with what the model says of them now."""
        self.judge()
        bounded = replace(wanted, page=max(1, wanted.page), per_page=min(max(1, wanted.per_page), MAX_PER_PAGE))
        with snapshot(self._engine) as connection:
            return find_news(connection, bounded)

    def n_since(self, id: int) -> int:
        """Return how many articles came after one."""
        with snapshot(self._engine) as connection:
            return count_since(connection, id)

    def item(self, id: int) -> KeptItem:
        """Return an item.

        Raises
        ------
        NotFound
            If it is unknown, or was deleted.
        """
        with snapshot(self._engine) as connection:
            found = find_item(connection, id)
        if found is None:
            raise NotFound("There is no such item, or it has gone: items are kept for some days only.")
        return found

    def judged(self, kept: list[KeptItem]) -> list[JudgedItem]:
        """Return items with what the model says of them now; nothing is stored."""
        with self.log.served.up_to_date() as model:
            found = judge_items(model.classifier, kept, self.settings.language)
        with snapshot(self._engine) as connection:
            said = voted_labels(connection, {each.digest for each in kept})
        return [JudgedItem(each, what, said.get(each.digest)) for each, what in zip(kept, found, strict=True)]

    def search(
        self, source: str, query: Query, before_asking: Callable[[], None] = lambda: None, wait: float = WAIT_SECONDS
    ) -> Found:
        """Search for posts, as :meth:`movieclassifier.live.searching.Searcher.search` does."""
        return self.searcher.search(source, query, before_asking, wait)

    def feeds(self) -> list[FeedState]:
        """Return what each feed said last."""
        with snapshot(self._engine) as connection:
            return feed_states(connection)

    def counts(self) -> list[tuple[str, str, int]]:
        """Return (newspaper, outcome, number of articles) for the articles that are kept and judged."""
        with snapshot(self._engine) as connection:
            return count_outcomes(connection)

    def probabilities(self) -> list[float]:
        """Return the probability of each article's label."""
        with snapshot(self._engine) as connection:
            return all_probabilities(connection)

    def drift(self, source: str = "") -> tuple[list[DayOfSource], list[str]]:
        """Return the days of a source, the oldest first, and what has left its band."""
        with snapshot(self._engine) as connection:
            days = drift_days(connection, source)
        return days, warnings_of(days, self.thresholds.unknown_share)

    @property
    def thresholds(self) -> Thresholds:
        """The thresholds of the served model."""
        with self.log.model() as classifier:
            return thresholds_of(classifier.metadata)

    def now(self) -> datetime:
        """Return the time."""
        return datetime.fromtimestamp(self._clock()).astimezone()


def make_outside(settings: LiveSettings, environ: Mapping[str, str] | None = None) -> Outside:
    """Return what asks the world, as the settings allow it."""
    fetcher = Fetcher(settings.allow, contact=settings.contact, pause=settings.pause)
    return Outside(fetcher, Parser(), settings.environ if environ is None else environ)
