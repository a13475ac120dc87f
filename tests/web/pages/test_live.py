"""The live pages: news and posts of a real local server, judged, corrected, and shown as text."""

import csv
import io
import random
import re
import shutil
import time

import pytest
from click.testing import CliRunner
from sqlalchemy import delete

from movieclassifier.feedback.log.database import transaction
from movieclassifier.feedback.log.live_tables import items as items_table
from movieclassifier.live.items import Item
from movieclassifier.live.sources import Outside
from movieclassifier.live.storage.items import keep_items
from movieclassifier.web import create_app
from tests.support import news_server as ns
from tests.support.news import rss
from tests.support.newsroom import TOPICS, mastodon_answer, paper_feed, paper_pages, story
from tests.support.visitors import Visitor, words_of

HOSTILE = "<script>alert(1)</script> & <b>bold</b> \u202eevil"


@pytest.fixture(scope="module")
def topics_model(tmp_path_factory):
    """Return the folder of a model of four topics."""
    from train_online import main

    folder = tmp_path_factory.mktemp("topics")
    rows = [(story(topic, 1000 + i, 150 if i % 3 else 40), topic) for topic in TOPICS for i in range(60)]
    random.Random(1).shuffle(rows)
    with open(folder / "news.csv", "w", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *rows])
    arguments = [str(folder / "news.csv"), "--model", str(folder), "--n-features", "2**16", "--no-progress"]
    result = CliRunner().invoke(main, [*arguments, "--passes", "2"])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(scope="module")
def server():
    topics = list(TOPICS)
    with ns.serving({}) as found:
        for i, paper in enumerate(("courier", "herald")):
            found.pages[f"/{paper}.xml"] = paper_feed(f"{found.url}/{paper}", topics, 6 * i, 6)
            found.pages |= {f"/{paper}{path}": page for path, page in paper_pages(topics, 6 * i, 6).items()}
        found.pages["/odd.xml"] = rss([
            {"title": HOSTILE, "link": "javascript:alert(1)", "description": story("sport", 5, 60)},
            {"title": "Свадьба", "description": "Солнечный день в Лунде."},
        ])  # fmt: skip
        found.pages["/gone.xml"] = ns.status(503, Retry_After="7200")
        found.pages["/api/v1/timelines/tag/lund"] = mastodon_answer([story(topics[i % 4], i, 25) for i in range(12)])
        found.pages["/api/v1/timelines/tag/slow"] = ns.silence
        found.pages["/api/v1/timelines/tag/none"] = b"[]"
        found.pages["/api/v1/timelines/tag/bad"] = b"{"
        yield found


@pytest.fixture(scope="module")
def collected(server, topics_model, tmp_path_factory):
    """Return a database after a round of collecting."""
    folder = tmp_path_factory.mktemp("collected")
    (folder / "papers.toml").write_text(papers_of(server))
    app = create_app({
        "SECRET_KEY": "a key for the test",
        "DATABASE_URL": f"sqlite:///{folder}/feedback.db",
        "MODEL": str(topics_model),
        "LIVE_ALLOW": server.place,
        "NEWSPAPERS": str(folder / "papers.toml"),
        "LIVE_PAUSE": 0,
    })  # fmt: skip
    live = app.extensions["movieclassifier live"]
    live.collector.collect()
    live.after_round()
    live.collector.stop()
    live.close()
    live.log.close()
    return folder / "feedback.db"


def papers_of(server):
    return "\n".join(
        f'["The Lund {name.capitalize()}"]\ncountry = "Sweden"\nfeeds = ["{server.url}/{name}.xml"]'
        for name in ("courier", "herald", "odd", "gone")
    )


@pytest.fixture
def app(make_app, server, topics_model, tmp_path):
    (tmp_path / "papers.toml").write_text(papers_of(server))
    app = make_app(
        MODEL=str(topics_model),
        LIVE_ALLOW=server.place,
        NEWSPAPERS=str(tmp_path / "papers.toml"),
        LIVE_PAUSE=0,
        SEARCHES_PER_MINUTE=3,
    )
    live = app.extensions["movieclassifier live"]
    live.searcher._outside = Outside(
        live.outside.fetcher, live.outside.parser, {"MOVIECLASSIFIER_MASTODON": server.url}
    )
    yield app
    live.close()


@pytest.fixture
def read(collected, tmp_path, request):
    """The app after a round of collecting."""
    shutil.copy(collected, tmp_path / "feedback.db")
    return request.getfixturevalue("app")


@pytest.fixture
def ada(read):
    return Visitor(read)


def items_on(page):
    return re.findall(r'<li class="item" id="item-(\d+)">.*?</li>', page, flags=re.S)


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


def test_vote_on_an_item_is_a_vote_in_the_one_log(ada, read):
    id = items_on(ada.read("/live?paper=The+Lund+Courier"))[0]
    token = ada.token("/live")
    response = ada.client.post(
        f"/live/items/{id}/vote?back=sort%3Dunsure", data={"csrf_token": token, "label": "politics"}
    )
    assert response.status_code == 303
    assert response.location == f"/live?sort=unsure#item-{id}"
    entries = read.extensions["movieclassifier owner"].entries().items
    assert [(entry.label, entry.status) for entry in entries] == [("politics", "applied")]
    assert "said: politics" in words_of(ada.read("/live"))
    assert "politics" in words_of(ada.read("/history"))
    ada.client.post(f"/live/items/{id}/vote", data={"csrf_token": token, "label": "sport"})
    entries = read.extensions["movieclassifier owner"].entries(status="applied").items
    assert [entry.label for entry in entries] == ["sport"]


def test_second_person_s_vote_on_the_same_item_waits(ada, read):
    bob = Visitor(read)
    id = items_on(ada.read("/live"))[3]
    for visitor in (ada, bob):
        visitor.client.post(f"/live/items/{id}/vote", data={"csrf_token": visitor.token("/live"), "label": "tech"})
    statuses = [entry.status for entry in read.extensions["movieclassifier owner"].entries().items]
    assert sorted(statuses) == ["applied", "waiting"]


def test_correction_is_seen_on_the_page_at_once(ada):
    page = ada.read("/live?paper=The+Lund+Odd&sort=unsure")
    id = items_on(page)[-1]
    ada.client.post(f"/live/items/{id}/vote", data={"csrf_token": ada.token("/live"), "label": "business"})
    assert "Filed under business" in words_of(ada.read(f"/live/items/{id}")) or "other" in ada.read(f"/live/items/{id}")


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("/live/items/1/vote", {}, 400),
        ("/live/items/1/vote", {"label": "nonsense"}, 400),
        ("/live/items/99999/vote", {"label": "sport"}, 404),
    ],
)
def test_votes_that_are_refused(ada, path, data, status):
    assert ada.client.post(path, data={"csrf_token": ada.token("/live")} | data).status_code == status


def test_vote_on_an_item_that_has_gone_is_told(ada, read):
    id = items_on(ada.read("/live"))[0]
    with transaction(read.extensions["movieclassifier"].log.store.engine) as connection:
        connection.execute(delete(items_table).where(items_table.c.id == int(id)))
    response = ada.client.post(f"/live/items/{id}/vote", data={"csrf_token": ada.token("/live"), "label": "sport"})
    assert response.status_code == 404
    assert len(items_on(ada.read("/live"))) == 13


def test_vote_without_a_token_is_refused(ada):
    assert ada.client.post("/live/items/1/vote", data={"label": "sport"}).status_code == 400


def test_why_shows_what_spoke_for_it_and_only_a_part_of_the_text(ada, read):
    page = words_of(ada.read(f"/live/items/{items_on(ada.read('/live?paper=The+Lund+Courier'))[0]}"))
    assert "Filed under" in page
    assert "These are its first 300 characters" in page
    assert "starting point" in page
    assert ada.get("/live/items/99999").status_code == 404


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


def test_too_many_searches_are_refused(ada):
    statuses = [ada.get(f"/live/hashtag?q=none{i}").status_code for i in range(5)]
    assert statuses == [200, 200, 200, 429, 429]


def test_search_that_takes_long_is_said_to_be_asked_still(ada, monkeypatch):
    import movieclassifier.live.service as service

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


def test_vote_on_a_post_leads_back_to_the_search(ada):
    id = items_on(ada.read("/live/hashtag?q=lund"))[0]
    response = ada.client.post(
        f"/live/items/{id}/vote?search=q%3Dlund%26source%3Dmastodon",
        data={"csrf_token": ada.token("/live"), "label": "tech"},
    )
    assert response.location == f"/live/hashtag?q=lund&source=mastodon#item-{id}"


def test_drift_is_told_by_day(ada):
    page = words_of(ada.read("/live/drift"))
    assert "Has the world moved on?" in page
    assert "Unknown words by day" in page
    assert "held out of its training" in page
    assert "No day was counted yet" in words_of(ada.read("/live/drift?source=Nobody"))


def test_links_of_the_frame_lead_to_the_live_pages(ada):
    assert 'href="/live"' in ada.read("/about")


def test_model_that_changed_while_judging_is_judged_again(ada, read):
    live = read.extensions["movieclassifier live"]
    id = items_on(ada.read("/live"))[0]
    assert live.judge() == 0
    ada.client.post(f"/live/items/{id}/vote", data={"csrf_token": ada.token("/live"), "label": "sport"})
    assert live.judge(5) == 5
    assert live.judge() == 9
    assert live.judge() == 0


def test_server_collects_by_itself_where_it_may(make_app, server, topics_model, tmp_path):
    import time

    (tmp_path / "papers.toml").write_text(f'["Odd"]\nfeeds = ["{server.url}/odd.xml"]')
    app = make_app(
        MODEL=str(topics_model),
        LIVE_ALLOW=server.place,
        NEWSPAPERS=str(tmp_path / "papers.toml"),
        LIVE_COLLECT=True,
        LIVE_PAUSE=0,
    )
    visitor = Visitor(app)
    deadline = time.monotonic() + 20
    while not items_on(visitor.read("/live")) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(items_on(visitor.read("/live"))) == 2
    app.extensions["movieclassifier live"].close()


def test_without_the_extra_there_are_no_live_pages(make_app, monkeypatch):
    monkeypatch.setattr("movieclassifier.live.settings.is_installed", lambda: False)
    visitor = Visitor(make_app())
    assert visitor.get("/live").status_code == 404
    assert 'href="/live"' not in visitor.read("/")
