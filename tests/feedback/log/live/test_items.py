"""An item is kept once, as it is now, and for so many days."""

from dataclasses import replace

import pytest

from movieclassifier.feedback.log.database import transaction
from movieclassifier.feedback.log.live.clock import DAY
from movieclassifier.feedback.log.live.entities import POST, Item
from movieclassifier.feedback.log.live.items import count_items, find_item, forget, keep_items, known_keys, url_key
from movieclassifier.feedback.log.live.searches import begin_search, end_search
from tests.support.live import START

STORY = Item("news", "1", "https://news.example/a?utm_source=rss", "A bridge", "The town voted.")
MORE = {"keep_days": 14, "text_days": 3, "search_hours": 24}


@pytest.mark.parametrize(
    "again",
    [
        STORY,
        replace(STORY, id="2", title="Changed", text="Changed"),  # the link leads to the same page
        replace(STORY, id="2", url="https://other.example/", source="other"),  # the text is the same
    ],
)
def test_item_is_known_by_its_identifier_link_or_text(engine, again):
    with transaction(engine) as connection:
        assert keep_items(connection, [STORY, again], START) == [1, 1]
        assert count_items(connection) == 1
        assert known_keys(connection, [STORY])
        assert not known_keys(connection, [Item("news", "9", "https://news.example/z", "Z")])


def test_changed_text_takes_the_place_of_the_old_one_unless_it_is_a_teaser(engine):
    page = replace(STORY, text="The whole article.", text_from="page")
    with transaction(engine) as connection:
        [number] = keep_items(connection, [STORY], START)
        keep_items(connection, [page], START)
        assert find_item(connection, number).item.text == "The whole article."
        keep_items(connection, [STORY], START)
        assert find_item(connection, number).item.text == "The whole article."


def test_item_comes_back_as_it_was_kept(engine):
    item = replace(STORY, author="Ada", language="en", categories=("Culture", "Film"))
    with transaction(engine) as connection:
        kept = find_item(connection, keep_items(connection, [item], START)[0])
        assert find_item(connection, 99) is None
    assert replace(kept.item, id="1") == item
    assert kept.shown_at == kept.seen_at


@pytest.mark.parametrize(
    ("one", "two", "is_same"),
    [
        ("https://news.example/a", "http://www.news.example/a/#top", True),
        ("https://news.example/a?x=1&y=2", "https://news.example/a?y=2&fbclid=9&x=1", True),
        ("https://news.example/a?x=1", "https://news.example/a?x=2", False),
        ("https://news.example/a", "https://news.example/A", False),
    ],
)
def test_links_to_one_page_have_one_key(one, two, is_same):
    assert (url_key(one) == url_key(two)) is is_same
    assert url_key("") == ""


def test_old_items_go_and_long_texts_are_cut_before(engine):
    with transaction(engine) as connection:
        keep_items(connection, [replace(STORY, text="x" * 999)], START)
        now = round(START * 1000)
        assert forget(connection, now=now + 2 * DAY, **MORE) == 0
        assert len(find_item(connection, 1).item.text) == 999
        assert forget(connection, now=now + 4 * DAY, **MORE) == 0
        assert len(find_item(connection, 1).item.text) == 300
        assert forget(connection, now=now + 15 * DAY, **MORE) == 1
        assert count_items(connection) == 0


def test_posts_stay_as_long_as_the_search_that_found_them(engine):
    now = round(START * 1000)
    with transaction(engine) as connection:
        [number] = keep_items(connection, [replace(STORY, kind=POST)], START)
        search = begin_search(connection, "key", "mastodon", "film", now)
        end_search(connection, search.id, [number], "", now)
        assert forget(connection, now=now + DAY // 2, **MORE) == 0
        assert forget(connection, now=now + 2 * DAY, **MORE) == 1
