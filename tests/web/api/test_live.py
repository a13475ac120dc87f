"""News and posts in the JSON API, from a real local server."""

import time

import pytest

from movieclassifier.feedback.log.database import transaction
from movieclassifier.feedback.log.live.entities import Item
from movieclassifier.feedback.log.live.items import keep_items
from movieclassifier.live.news_and_posts import Live
from movieclassifier.live.sources.asking import Outside
from tests.support import news_server as ns
from tests.support.sources import PAGES

API = "/api/v1/live"
TEXT = "A wonderful, moving film with great acting, and a great cast. "


@pytest.fixture(scope="module")
def server():
    with ns.serving(PAGES) as found:
        yield found
        found.closing.set()


@pytest.fixture
def app(make_app, small_model, server):
    settings = {"LIVE_ALLOW": server.place, "LIVE_PAUSE": 0, "LIVE_COLLECT": False, "SEARCHES_PER_MINUTE": 2}
    app = make_app(MODEL=str(small_model), **settings)
    live = app.extensions["movieclassifier live"]
    live.searcher._outside = Outside(
        live.outside.fetcher, live.outside.parser, {"MOVIECLASSIFIER_MASTODON": server.url}
    )
    yield app
    live.close()


@pytest.fixture
def client(app):
    live = app.extensions["movieclassifier live"]
    papers = ("Herald", "Courier")
    items = [
        Item(papers[i % 2], str(i), f"https://news.example/{i}", f"Story {i}", f"{i} {TEXT * 3}", language="en")
        for i in range(5)
    ]
    with transaction(live.log.store.engine) as connection:
        keep_items(connection, items, time.time())
    return app.test_client()


def test_articles_come_with_the_answers_of_the_model(client):
    found = client.get(f"{API}/items").get_json()
    assert (found["total"], len(found["items"])) == (5, 5)
    first = found["items"][0]
    assert first["newspaper"] in ("Herald", "Courier")
    assert first["best"] in first["probabilities"]
    assert set(first["probabilities"]) == {"negative", "positive"}


def test_articles_of_newspapers_or_after_one_are_asked_for(client):
    found = client.get(f"{API}/items?source=Herald&limit=2").get_json()
    assert (found["total"], len(found["items"])) == (3, 2)
    assert {item["newspaper"] for item in found["items"]} == {"Herald"}
    assert client.get(f"{API}/items?source=Herald&source=Courier").get_json()["total"] == 5
    assert client.get(f"{API}/items?since={found['last_id']}").get_json()["items"] == []
    assert client.get(f"{API}/items?since={found['last_id'] - 1}").get_json()["total"] == 1


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "since=-1", "since=1e3", "since=" + "9" * 5000, "limit="]
)
def test_numbers_out_of_range_are_refused(client, query):
    response = client.get(f"{API}/items?{query}")
    assert response.status_code == 400
    assert response.mimetype == "application/problem+json"
    assert "must be a whole number from" in response.get_json()["detail"]


def test_too_many_newspapers_are_refused(client):
    assert client.get(f"{API}/items?" + "source=Herald&" * 50).status_code == 200
    assert client.get(f"{API}/items?" + "source=Herald&" * 51).status_code == 400


def test_search_tells_scores_and_their_mean(client):
    response = client.post(f"{API}/searches", json={"query": "#lund"})
    assert response.status_code == 200
    found = response.get_json()
    assert (found["query"], found["source"], found["fault"], len(found["posts"])) == ("#lund", "mastodon", None, 3)
    mean, low, high = found["mean"]
    assert low <= mean <= high
    assert all(0 <= post["score"] <= 1 for post in found["posts"])


@pytest.mark.usefixtures("start_of_day")
def test_search_that_finds_nothing_or_takes_long_says_so(client, server, monkeypatch):
    found = client.post(f"{API}/searches", json={"query": "none"}).get_json()
    assert "no such page (404)" in found["fault"]
    assert (found["mean"], found["posts"]) == (None, [])
    monkeypatch.setattr(Live.search, "__defaults__", (lambda: None, 0.05))
    monkeypatch.setitem(server.pages, "/api/v1/timelines/tag/slow", ns.silence)
    assert client.post(f"{API}/searches", json={"query": "slow"}).status_code == 202
    assert client.post(f"{API}/searches", json={"query": "third"}).status_code == 429


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "query must be a text"),
        ({"query": 7}, "query must be a text"),
        ({"query": ""}, "query must be a text"),
        ({"query": "x" * 101}, "query must be a text of 1 to 100 characters"),
        ({"query": "#a b"}, "A hashtag is one word"),
        ({"query": "a", "source": "nobody"}, "source must be one of"),
        ({"query": "a", "source": ["mastodon"]}, "source must be one of"),
        ({"query": "a", "more": 1}, "may have query, source only"),
        ([], "must be a JSON object"),
    ],
)
def test_search_that_means_nothing_is_refused(client, body, words):
    response = client.post(f"{API}/searches", json=body)
    assert response.status_code == 400
    assert words in response.get_json()["detail"]


def test_model_without_news_says_who_has_them(client, app):
    app.config["LIVE_PAGES"] = ["posts"]
    assert client.get(f"{API}/items").status_code == 404
    assert client.post(f"{API}/searches", json={"query": "#lund"}).status_code == 200


def test_document_describes_them_where_they_are(client):
    assert f"{API}/items" in client.get("/api/v1/openapi.json").get_json()["paths"]
