"""A service on the database and with the model that the commands find in the environment."""

import pytest
from click.testing import CliRunner

from movieclassifier.cli import main
from tests.support import news_server as ns
from tests.support.news import article_page, rss
from tests.support.newsroom import mastodon_answer
from tests.support.services import close_services, open_service, write_model
from tests.support.visitors import PAN, REVIEW


@pytest.fixture
def service(tmp_path, monkeypatch):
    """Return the service; it is closed after the test."""
    model, url = write_model(tmp_path / "m.npz"), f"sqlite:///{tmp_path}/f.db"
    monkeypatch.setenv("DATABASE_URL", url)
    for name, value in {"MODEL": str(model), "CAP": "1e9", "VOTE_SHARE": "1", "TOLERANCE": "1"}.items():
        monkeypatch.setenv(f"MOVIECLASSIFIER_{name}", value)
    yield open_service(url, model)
    close_services()


# ---------------------------------------------------------------- live


@pytest.fixture(scope="module")
def server():
    with ns.serving({}) as found:
        found.pages["/film.xml"] = rss([
            {"title": "A film", "link": found.url + "/film", "description": REVIEW, "pubDate": "Mon, 02 Mar 2026 10:00:00 GMT"},
            {"title": "A flop", "link": found.url + "/flop", "description": PAN},
        ])  # fmt: skip
        found.pages["/film"] = article_page("A film", REVIEW * 5)
        found.pages["/busy.xml"] = ns.status(503)
        found.pages["/old.xml"] = ns.redirect("/film.xml", 301)
        found.pages["/api/v1/timelines/tag/film"] = mastodon_answer([REVIEW, PAN])
        found.pages["/api/v1/timelines/tag/nothing"] = b"[]"
        yield found


@pytest.fixture
def live(server, small_model, tmp_path, monkeypatch):
    """Run a command with the server allowed and on the list; return its result."""
    papers = tmp_path / "papers.toml"
    papers.write_text(
        f'["The Film Times"]\ncountry = "Sweden"\nfeeds = ["{server.url}/film.xml"]\n\n["Busy"]\nfeeds = ["{server.url}/busy.xml"]\n'
    )
    monkeypatch.setenv("MOVIECLASSIFIER_LIVE_ALLOW", server.place)
    monkeypatch.setenv("MOVIECLASSIFIER_LIVE_PAUSE", "0")
    monkeypatch.setenv("MOVIECLASSIFIER_NEWSPAPERS", str(papers))
    monkeypatch.setenv("MOVIECLASSIFIER_MODEL", str(small_model))
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        models = ["--model", str(small_model)] if arguments[0] in ("news", "hashtag") else []
        return CliRunner().invoke(main, ["live", *arguments, *models])

    return run


@pytest.fixture
def database(live, small_model, tmp_path):
    """Return the URL of a database that serves the model."""
    from movieclassifier.feedback.served_log import ServedLog
    from movieclassifier.feedback.settings import read_settings

    url = f"sqlite:///{tmp_path}/feedback.db"
    ServedLog(read_settings({"DATABASE_URL": url, "MODEL": str(small_model)}, {})).close()
    return url
