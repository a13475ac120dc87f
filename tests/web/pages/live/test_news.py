"""The news of a real local server are listed, filtered, and shown as text."""

import re
import time

import pytest

from movieclassifier.feedback.log.database import transaction
from movieclassifier.feedback.log.live.entities import Item
from movieclassifier.feedback.log.live.items import keep_items
from tests.support.live_pages import items_on
from tests.support.newsroom import story
from tests.support.visitors import Visitor, words_of


def test_page_before_any_news_says_so(app):
    page = words_of(Visitor(app).read("/live"))
    assert "There are no articles yet" in page
    assert "not asked yet" in page


def test_news_are_listed_with_topic_source_and_what_each_feed_said(ada):
    page = ada.read("/live")
    words = words_of(page)
    assert len(items_on(page)) == 14
    for expected in (
        "14 articles",
        "The Lund Courier",
        "business",
        "in 100",
        "just now",
        "busy or under repair (503).",
    ):
        assert expected in words
    assert re.search(r"It is asked again at \d\d:\d\d UTC|It is asked again at \d", words)
    assert "can’t tell" in words
    assert ada.weight("/live?n=100") < 60_000


def test_page_of_many_articles_is_cut_and_small(ada, read):
    now = 1000 * time.time()
    items = [
        Item(
            "The Lund Herald",
            str(i),
            f"https://news.example/{'long-address-' * 5}{i}",
            story("sport", i, 9)[:90],
            story("sport", i, 90),
        )
        for i in range(100)
    ]
    live = read.extensions["movieclassifier live"]
    with transaction(live.log.store.engine) as connection:
        keep_items(connection, items, now / 1000)
    live.judge(1000)
    assert ada.weight("/live?n=100") < 60_000
    assert len(items_on(ada.read("/live?n=100"))) == 30
    assert "Page 1 of 4" in words_of(ada.read("/live"))


def test_articles_are_filed_where_they_belong(ada):
    page = ada.read("/live?paper=The+Lund+Courier&n=100")
    found = re.findall(r'href="[^"]*/courier/(\w+)/\d+".*?<span class="topic">([^<]+)<', page, flags=re.S)
    assert len(found) == 6
    assert all(truth == shown for truth, shown in found)


@pytest.mark.parametrize(
    ("query", "n"),
    [
        ("?paper=The+Lund+Odd", 2),
        ("?topic=sport&paper=The+Lund+Herald", 2),
        ("?topic=", 1),
        ("?topic=nonsense", 0),
        ("?sort=unsure", 14),
        ("?sort=disagreeing", 0),
        ("?sort=nonsense&page=x&n=y&since=z", 14),
        ("?page=9999999999", 0),
        ("?since=99999999999999999999", 0),
        ("?n=5", 5),
        ("?n=5&page=3", 4),
    ],
)
def test_filters(ada, query, n):
    assert len(items_on(ada.read("/live" + query))) == n


def test_markup_of_a_newspaper_is_shown_as_text(ada):
    page = ada.read("/live?paper=The+Lund+Odd")
    assert "alert(1)" not in page
    assert "javascript:" not in page
    assert "\u202e" not in page
    assert "&amp; bold evil" in page


def test_new_items_come_to_the_page_s_script_and_nothing_twice(ada, read, server):
    last = ada.get("/live/items").headers["X-Last-Item"]
    response = ada.get(f"/live/items?since={last}")
    assert (response.headers["X-New-Items"], response.text) == ("0", "")
    tagged = ada.client.get(f"/live/items?since={last}", headers={"If-None-Match": response.headers["ETag"]})
    assert tagged.status_code == 304
    before = ada.get("/live/items?since=3")
    assert int(before.headers["X-New-Items"]) == 11
    assert len(items_on(before.text)) == 11


@pytest.mark.parametrize(("renew", "header"), [("", None), ("1", "60"), ("5", "300"), ("0", None), ("x", None)])
def test_page_renews_itself_only_where_its_reader_asked(ada, renew, header):
    assert ada.get(f"/live?renew={renew}").headers.get("Refresh") == header
