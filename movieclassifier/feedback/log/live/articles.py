"""Articles as the page asks for them: filtered, in an order, and counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from movieclassifier.feedback.log.live.entities import ARTICLE, JudgedItem
from movieclassifier.feedback.log.live.items import kept_item, voted_labels
from movieclassifier.feedback.log.live.judgements import judgement_of
from movieclassifier.feedback.log.live.schema import items, judged

NEWEST, UNSURE, DISAGREEING = "newest", "unsure", "disagreeing"
SORTS = (NEWEST, UNSURE, DISAGREEING)
# Articles that are shown at once.
PER_PAGE = 30


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


def find_news(connection: Connection, wanted: Wanted) -> News:
    """Return a page of articles with their judgements, and with what people said of them."""
    chosen = _chosen(wanted)
    total = connection.scalar(select(func.count()).select_from(chosen.order_by(None).subquery())) or 0
    rows = connection.execute(chosen.limit(wanted.per_page).offset((wanted.page - 1) * wanted.per_page)).all()
    last_id = connection.scalar(select(func.max(items.c.id)).where(items.c.kind == ARTICLE)) or 0
    said = voted_labels(connection, {row.digest for row in rows})
    found = [JudgedItem(kept_item(row), judgement_of(row), said.get(row.digest)) for row in rows]
    return News(found, total, last_id)


def count_since(connection: Connection, id: int) -> int:
    """Return how many articles came after one."""
    return connection.scalar(select(func.count()).where(items.c.kind == ARTICLE, items.c.id > id)) or 0


def count_outcomes(connection: Connection) -> list[tuple[str, str, int]]:
    """Return (newspaper, outcome, number of articles) for the articles that are kept and judged."""
    grouped = (
        select(items.c.source, judged.c.outcome, func.count())
        .join(judged, judged.c.item == items.c.id)
        .where(items.c.kind == ARTICLE)
        .group_by(items.c.source, judged.c.outcome)
        .order_by(items.c.source, judged.c.outcome)
    )
    return [(source, outcome, n) for source, outcome, n in connection.execute(grouped)]


def all_probabilities(connection: Connection) -> list[float]:
    """Return the probability of each article's label."""
    of_articles = select(judged.c.probability).join(items, items.c.id == judged.c.item)
    return list(connection.scalars(of_articles.where(items.c.kind == ARTICLE)))


def _chosen(wanted: Wanted) -> Select[Any]:
    conditions: list[ColumnElement[bool]] = [items.c.kind == ARTICLE]
    if wanted.sources:
        conditions.append(items.c.source.in_(_storable(wanted.sources)))
    if wanted.outcomes:
        conditions.append(judged.c.outcome.in_(_storable(wanted.outcomes)))
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


def _storable(names: Sequence[str]) -> list[str]:
    """Return the names that a database can hold: PostgreSQL refuses a statement with a NUL in a text."""
    return [name for name in names if "\0" not in name]


def _disagrees() -> ColumnElement[bool]:
    """Tell whether none of the newspaper's own categories has the label in it."""
    return ~func.lower(items.c.categories).contains(func.lower(judged.c.outcome))
