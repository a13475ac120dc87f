"""The live pages' front door: news and searches as they are now, and one collector in the background."""

import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from movieclassifier.feedback.log.database import snapshot, transaction
from movieclassifier.feedback.log.errors import NotFound
from movieclassifier.feedback.log.live_tables import items, judged
from movieclassifier.feedback.served_log import ServedLog
from movieclassifier.live.collecting import Collector
from movieclassifier.live.drift import DayOfSource, drift_days, keep_drift, warnings_of
from movieclassifier.live.fetching import Fetcher
from movieclassifier.live.items import ARTICLE
from movieclassifier.live.judging import JUDGED_PER_PAGE, Judgement, judge_items, judge_kept, judgement_of
from movieclassifier.live.newspapers import load_newspapers
from movieclassifier.live.parsing.parser import Parser
from movieclassifier.live.searching import WAIT_SECONDS, Found, Searcher
from movieclassifier.live.settings import MAX_PER_PAGE, PER_PAGE, LiveSettings
from movieclassifier.live.sources import Outside, Query
from movieclassifier.live.storage.clock import milliseconds
from movieclassifier.live.storage.feeds import FeedState, feed_states, list_feeds
from movieclassifier.live.storage.items import KeptItem, find_item, kept_item, voted_labels
from movieclassifier.models.abstaining import Thresholds, thresholds_of

JUDGED_AT_ONCE = 500
NEWEST, UNSURE, DISAGREEING = "newest", "unsure", "disagreeing"
SORTS = (NEWEST, UNSURE, DISAGREEING)


@dataclass(frozen=True)
class Wanted:
    """The articles that are wanted.

    Attributes
    ----------
    sources : tuple of str
        Newspapers; empty is all.
    outcomes : tuple of str
        Labels, or "other"; empty is all.
    sort : {"newest", "unsure", "disagreeing"}
    since : int
        Only articles that were first seen after this one; 0 is all.
    page : int
    per_page : int
    """

    sources: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    sort: str = NEWEST
    since: int = 0
    page: int = 1
    per_page: int = PER_PAGE


@dataclass(frozen=True)
class JudgedItem:
    """An item with what the model says of it, and what people said."""

    kept: KeptItem
    judgement: Judgement
    said: str | None = None


@dataclass(frozen=True)
class News:
    """A page of articles.

    Attributes
    ----------
    items : list of JudgedItem
    total : int
        Articles that are wanted, on all pages.
    last_id : int
        The newest article that was seen: where the next look goes on.
    """

    items: list[JudgedItem]
    total: int
    last_id: int


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
            list_feeds(connection, self.newspapers)

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
            if not connection.scalar(_stale(version)):
                return 0
        # The turn to write before the model's lock, always: two threads would wait for each other otherwise.
        with transaction(self._engine, relaxed=True) as connection, self.log.served.up_to_date() as model:
            return judge_kept(connection, model.classifier, model.version, self.settings.language, limit)

    def news(self, wanted: Wanted) -> News:
        """Return a page of articles, with what the model says of them now."""
        self.judge()
        per_page = min(max(1, wanted.per_page), MAX_PER_PAGE)
        with snapshot(self._engine) as connection:
            chosen = _chosen(wanted)
            total = connection.scalar(select(func.count()).select_from(chosen.order_by(None).subquery())) or 0
            rows = connection.execute(chosen.limit(per_page).offset((max(1, wanted.page) - 1) * per_page)).all()
            last_id = connection.scalar(select(func.max(items.c.id)).where(items.c.kind == ARTICLE)) or 0
            said = voted_labels(connection, {row.digest for row in rows})
        found = [JudgedItem(kept_item(row), judgement_of(row), said.get(row.digest)) for row in rows]
        return News(found, total, last_id)

    def n_since(self, id: int) -> int:
        """Return how many articles came after one."""
        with snapshot(self._engine) as connection:
            newer = select(func.count()).where(items.c.kind == ARTICLE, items.c.id > id)
            return connection.scalar(newer) or 0

    def item(self, id: int) -> KeptItem:
        """Return an item.

        Raises
        ------
        NotFound
            If there is none, or it has gone.
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
        """Return (newspaper, outcome, number of articles) of what is kept and judged."""
        with snapshot(self._engine) as connection:
            grouped = (
                select(items.c.source, judged.c.outcome, func.count())
                .join(judged, judged.c.item == items.c.id)
                .where(items.c.kind == ARTICLE)
                .group_by(items.c.source, judged.c.outcome)
                .order_by(items.c.source, judged.c.outcome)
            )
            return [(source, outcome, n) for source, outcome, n in connection.execute(grouped)]

    def probabilities(self) -> list[float]:
        """Return the probability of each article's label."""
        with snapshot(self._engine) as connection:
            of_articles = select(judged.c.probability).join(items, items.c.id == judged.c.item)
            return list(connection.scalars(of_articles.where(items.c.kind == ARTICLE)))

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


def _stale(version: str) -> Select[Any]:
    unlike = judged.c.model_version.is_(None) | (judged.c.model_version != version)
    judgements = select(items.c.id).outerjoin(judged, judged.c.item == items.c.id)
    return judgements.where(unlike, items.c.kind == ARTICLE).limit(1)


def _chosen(wanted: Wanted) -> Select[Any]:
    conditions: list[ColumnElement[bool]] = [items.c.kind == ARTICLE]
    if wanted.sources:
        conditions.append(items.c.source.in_(wanted.sources))
    if wanted.outcomes:
        conditions.append(judged.c.outcome.in_(wanted.outcomes))
    if wanted.since:
        conditions.append(items.c.id > wanted.since)
    if wanted.sort == DISAGREEING:
        conditions += [items.c.categories != "[]", _disagrees()]
    order = [judged.c.probability] if wanted.sort == UNSURE else []
    columns = [column for column in judged.c if column.name != "item"]
    return (
        select(items, *columns)
        .join(judged, judged.c.item == items.c.id)
        .where(*conditions)
        .order_by(*order, items.c.shown_at.desc(), items.c.id.desc())
    )


def _disagrees() -> ColumnElement[bool]:
    """Tell whether none of the newspaper's own categories has the label in it."""
    return ~func.lower(items.c.categories).contains(func.lower(judged.c.outcome))
