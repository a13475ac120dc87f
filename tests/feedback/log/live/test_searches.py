"""A search asks its source once in a while, and keeps what it found while the source fails."""

import pytest

from movieclassifier.feedback.log.database import transaction
from movieclassifier.feedback.log.live.entities import POST, Item
from movieclassifier.feedback.log.live.items import keep_items
from movieclassifier.feedback.log.live.searches import (
    FRESH,
    PATIENCE,
    begin_search,
    end_search,
    find_search,
    found_items,
    is_due,
)
from tests.support.live import START

NOW = round(START * 1000)


@pytest.fixture
def connection(engine):
    with transaction(engine) as connection:
        yield connection


def begin(connection, now=NOW):
    return begin_search(connection, "mastodon film", "mastodon", "film", now)


def test_first_who_asks_is_told_to_ask_the_source(connection):
    first, second = begin(connection), begin(connection)
    assert (first.is_new, second.is_new, second.id) == (True, False, first.id)
    assert not is_due(connection, "mastodon film", NOW)
    assert is_due(connection, "another", NOW)


@pytest.mark.parametrize(
    ("answered", "later", "is_new"),
    [
        (False, PATIENCE - 1, False),
        (False, PATIENCE, True),
        (True, PATIENCE, False),
        (True, FRESH - 1, False),
        (True, FRESH, True),
        (True, -1, True),  # the clock was set back
    ],
)
def test_source_is_asked_again_after_a_while(connection, answered, later, is_new):
    search = begin(connection)
    if answered:
        end_search(connection, search.id, [], "", NOW)
    assert is_due(connection, "mastodon film", NOW + later) is is_new
    assert begin(connection, NOW + later).is_new is is_new


def test_what_was_found_stays_while_the_source_fails(connection):
    numbers = keep_items(connection, [Item("mastodon", str(i), text=f"post {i}", kind=POST) for i in range(3)], START)
    search = begin(connection)
    end_search(connection, search.id, [*numbers, numbers[0]], "", NOW)
    assert {kept.id for kept in found_items(connection, search.id)} == set(numbers)
    end_search(connection, search.id, None, "x" * 999, NOW + 1)
    found = find_search(connection, search.id)
    assert (len(found.fault), len(found_items(connection, search.id))) == (500, 3)
    end_search(connection, search.id, numbers[:1], "", NOW + 2)
    assert [kept.id for kept in found_items(connection, search.id)] == numbers[:1]
    assert find_search(connection, 99) is None
