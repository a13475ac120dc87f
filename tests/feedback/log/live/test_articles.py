"""Articles are filtered, ordered and counted."""

import pytest

from movieclassifier.feedback.log.database import transaction
from movieclassifier.feedback.log.live.articles import (
    DISAGREEING,
    UNSURE,
    Wanted,
    all_probabilities,
    count_outcomes,
    count_since,
    find_news,
)
from movieclassifier.feedback.log.live.drift import drift_days
from movieclassifier.feedback.log.live.entities import OTHER, POST, Item, Judgement
from movieclassifier.feedback.log.live.items import keep_items
from movieclassifier.feedback.log.live.judgements import keep_judgements
from movieclassifier.feedback.log.store import FeedbackStore
from tests.support.live import START

# Newspaper, category, outcome, probability.
ROWS = [
    ("Courier", "Technology", "tech", 0.9),
    ("Courier", "Culture", "tech", 0.6),
    ("Herald", "Sport", "sport", 0.7),
    ("Herald", "", OTHER, 0.3),
]


@pytest.fixture
def connection(engine):
    with transaction(engine) as connection:
        items = [
            Item(paper, str(i), text=f"text {i}", categories=(category,) if category else ())
            for i, (paper, category, *_) in enumerate(ROWS)
        ]
        numbers = keep_items(connection, [*items, Item("mastodon", "post", text="a post", kind=POST)], START)
        found = [Judgement(outcome, "tech", p, {"tech": p}, 40, 0.1) for *_, outcome, p in ROWS]
        keep_judgements(connection, "1+1", list(zip(numbers, [*found, found[0]], strict=True)))
        yield connection


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (Wanted(), [4, 3, 2, 1]),
        (Wanted(per_page=2, page=2), [2, 1]),
        (Wanted(sources=("Herald",)), [4, 3]),
        (Wanted(outcomes=("tech", OTHER)), [4, 2, 1]),
        (Wanted(since=2), [4, 3]),
        (Wanted(sort=UNSURE), [4, 2, 3, 1]),
        (Wanted(sort=DISAGREEING), [2]),
        (Wanted(sources=("Gazette",)), []),
    ],
)
def test_articles_are_those_that_are_wanted(connection, wanted, ids):
    news = find_news(connection, wanted)
    assert [each.kept.id for each in news.items] == ids
    assert news.last_id == 4


def test_articles_are_counted_without_posts(connection):
    assert count_outcomes(connection) == [
        ("Courier", "tech", 2),
        ("Herald", OTHER, 1),
        ("Herald", "sport", 1),
    ]
    assert sorted(all_probabilities(connection)) == [0.3, 0.6, 0.7, 0.9]
    assert (count_since(connection, 0), count_since(connection, 3), count_since(connection, 9)) == (4, 1, 0)


@pytest.mark.parametrize("name", ["\0", "x\0y", "\ud7ff", "'", "x" * 10_000])
def test_any_name_may_be_asked_for_on_either_database(database_url, name):
    store = FeedbackStore(database_url)
    with transaction(store.engine) as connection:
        assert find_news(connection, Wanted(sources=(name,), outcomes=(name,))).items == []
        assert drift_days(connection, name) == []
    store.close()
