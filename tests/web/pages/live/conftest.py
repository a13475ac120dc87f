"""A small world for the live pages: newspapers and posts of a local server, and a model of four topics."""

import csv
import random
import shutil

import pytest
from click.testing import CliRunner

from movieclassifier.live.sources.asking import Outside
from movieclassifier.web import create_app
from tests.support import news_server as ns
from tests.support.news import rss
from tests.support.newsroom import TOPICS, mastodon_answer, paper_feed, paper_pages, story
from tests.support.visitors import Visitor

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
