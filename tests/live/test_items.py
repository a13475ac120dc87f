"""Whatever a source sends becomes clean text, a link that may be shown, and a date that can be."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.feedback.log.live.entities import ARTICLE, POST
from movieclassifier.live.items import clean_date, clean_link, item_to_dict, make_item

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text(), max_size=2)
NAMES = ["id", "url", "title", "text", "author", "published", "language", "kind", "categories"]


@given(st.dictionaries(st.sampled_from(NAMES), ANYTHING))
def test_anything_becomes_an_item_or_none_and_goes_into_json(found):
    item = make_item("news", found, NOW)
    if item is not None:
        assert item.document.strip()
        assert item.id
        assert item.kind in (ARTICLE, POST)
        assert item.url == clean_link(item.url)
        json.dumps(item_to_dict(item))


@pytest.mark.parametrize(
    ("title", "text", "document", "text_from"),
    [
        ("A bridge", "The town voted.", "A bridge\nThe town voted.", "feed"),
        ("A bridge", "A bridge is built.", "A bridge is built.", "feed"),
        ("A bridge", "", "A bridge", "title"),
        ("", "The town voted.", "The town voted.", "feed"),
    ],
)
def test_title_and_text_are_classified_together(title, text, document, text_from):
    item = make_item("news", {"title": title, "text": text})
    assert (item.document, item.text_from) == (document, text_from)


def test_item_is_known_by_what_the_source_says_else_by_its_link_or_title():
    found = {"id": "7", "url": "https://news.example/a", "title": "A"}
    ids = []
    for name in ("id", "url", "title"):
        ids.append(make_item("news", found).id)
        del found[name]
    assert ids == ["7", "https://news.example/a", "A"]
    assert make_item("news", found) is None


@pytest.mark.parametrize(
    ("link", "is_kept"),
    [
        ("https://news.example/a?b=1#c", True),
        ("http://192.168.1.1/", True),
        ("https://ada:secret@news.example/", False),
        ("https://news.example/a b", False),
        ("https://news.example:99999/", False),
        ("javascript:alert(1)", False),
        ("https:///path", False),
        ("https://news.example/" + "x" * 2000, False),
    ],
)
def test_link_leads_to_a_host_by_http(link, is_kept):
    assert clean_link(link) == (link if is_kept else "")


@pytest.mark.parametrize("hours", [-9999, -1, 0, 0.9, 1.1, 9999])
def test_date_far_ahead_is_none(hours):
    moment = NOW + timedelta(hours=hours)
    assert clean_date(moment.isoformat(), NOW) == (moment if hours <= 1 else None)


@pytest.mark.parametrize("value", ["", "yesterday", "1989-12-31", "0001-01-01T00:00:00+14:00", "2026-13-01"])
def test_impossible_date_is_none(value):
    assert clean_date(value, NOW) is None


@pytest.mark.parametrize(
    ("title", "categories", "is_one"),
    [
        ("Sponsored: a better mattress", [], True),
        ("[Ad] A better mattress", [], True),
        ("Advertisement | A better mattress", [], True),
        ("PAID POST: A better mattress", [], True),
        ("A better mattress", ["Home", "Partner content"], True),
        ("A better mattress", ["sponsored"], True),
        ("A better mattress", ["Advertising industry"], False),
        ("Sponsored runs raise a million", ["Sport"], False),
        ("Ad revenue falls: what now?", ["Media"], False),
        ("", [], False),
    ],
)
def test_advertisement_that_is_marked_as_one_is_left_out(title, categories, is_one):
    found = {"title": title, "text": "Sleep as never before.", "categories": categories}
    assert (make_item("Courier", found) is None) is is_one
    assert make_item("mastodon", found | {"kind": POST}) is not None
