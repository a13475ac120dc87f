"""Posts of a real local server are scored, drawn and exported."""

import csv
import io

import pytest

from movieclassifier.feedback.log.export import safe_cell
from movieclassifier.live.sources.asking import Outside
from movieclassifier.web.pages.live.posts import as_csv
from tests.support.live_pages import items_on
from tests.support.visitors import Visitor, words_of


def test_hashtag_shows_scores_mean_and_words(ada):
    page = ada.read("/live/hashtag?q=%23lund")
    words = words_of(page)
    assert len(items_on(page)) == 12
    for expected in (
        "Mean score",
        "Of 12 posts",
        "95% interval",
        "Scores in the order of time",
        "The words that told most",
    ):
        assert expected in words
    assert "not on posts" in words
    assert 'rel="noopener noreferrer nofollow ugc"' in page
    assert len(page) < 60_000


def test_search_is_asked_once_for_all(ada, read, server):
    n = server.paths().count("/api/v1/timelines/tag/lund?limit=30")
    for visitor in (ada, Visitor(read), Visitor(read), Visitor(read)):
        visitor.read("/live/hashtag?q=lund")
    assert server.paths().count("/api/v1/timelines/tag/lund?limit=30") <= n + 1


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("none", "Nothing was found."),
        ("bad", "It is not JSON that can be read"),
        ("missing", "has no such page (404)"),
        ("#", "Write a hashtag such as #finland"),
        ("#a b", "A hashtag is one word"),
        ("../x", "A hashtag is one word"),
        ("%2500", "A hashtag is one word"),
        ("x" * 500, "at most 100 characters"),
        ("%00", "none of them invisible"),
        ("İstanbul", "has no such page (404)"),
    ],
)
def test_search_that_finds_nothing_says_why(ada, query, words):
    response = ada.client.get("/live/hashtag", query_string={"q": query.replace("%00", "\x00")})
    assert response.status_code == 200
    assert words in words_of(response.text)


@pytest.mark.usefixtures("start_of_day")
def test_too_many_searches_are_refused(ada):
    statuses = [ada.get(f"/live/hashtag?q=none{i}").status_code for i in range(5)]
    assert statuses == [200, 200, 200, 429, 429]


def test_search_that_takes_long_is_said_to_be_asked_still(ada, monkeypatch):
    import movieclassifier.live.news_and_posts as service

    monkeypatch.setattr(service.Live.search, "__defaults__", (lambda: None, 0.2))
    response = ada.get("/live/hashtag?q=slow")
    assert response.headers["Refresh"] == "2"
    assert "Still asking Mastodon" in words_of(response.text)


def test_posts_are_exported(ada):
    ada.read("/live/hashtag?q=lund")
    rows = list(csv.DictReader(io.StringIO(ada.read("/live/hashtag.csv?q=lund"))))
    assert len(rows) == 12
    assert 0 <= float(rows[0]["score"]) <= 1
    found = ada.get("/live/hashtag.json?q=lund").json
    assert [post["author"] for post in found["posts"]][:3] == ["ada", "bob", "cleo"]
    assert len(found["mean"]) == 3


@pytest.mark.parametrize("author", ["=1+1", " @SUM(A1)", "\ufeff=1", "\x01-1", "fine;=1+1", "\u200b\t+1"])
def test_no_cell_of_the_export_is_a_formula(author):
    row = {"score": -0.5, "text": "a film", "author": author, "url": None, "published": None}
    [cells] = csv.reader(as_csv([row]).splitlines()[1:])
    assert cells == ["-0.5", "a film", safe_cell(author), "", ""]
    assert safe_cell(author) != author


@pytest.mark.parametrize(("query", "status", "words"), [
    ("none", 404, "Nothing was found."),
    ("bad", 404, "It is not JSON that can be read"),
    ("%23a+b", 404, "A hashtag is one word"),
])  # fmt: skip
def test_export_of_nothing_says_why(ada, query, status, words):
    for kind in ("csv", "json"):
        response = ada.get(f"/live/hashtag.{kind}?q={query}")
        assert response.status_code == status
        assert words in words_of(response.text)


def test_export_of_a_search_that_is_still_asked_says_so(ada, monkeypatch):
    import movieclassifier.live.news_and_posts as service

    monkeypatch.setattr(service.Live.search, "__defaults__", (lambda: None, 0.2))
    response = ada.get("/live/hashtag.csv?q=slow")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
    assert "Mastodon has not answered yet" in words_of(response.text)


def test_scale_of_two_labels_is_named_and_the_words_are_sums(make_app, server, small_model):
    app = make_app(MODEL=str(small_model), LIVE_ALLOW=server.place)
    live = app.extensions["movieclassifier live"]
    live.searcher._outside = Outside(
        live.outside.fetcher, live.outside.parser, {"MOVIECLASSIFIER_MASTODON": server.url}
    )
    words = words_of(Visitor(app).read("/live/hashtag?q=lund"))
    live.close()
    assert "0 is negative, 1 is positive." in words
    assert "The bars are sums over all posts, in log-odds." in words
