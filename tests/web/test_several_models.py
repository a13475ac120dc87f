"""Several models behind one server, each with its own log."""

import re
from contextlib import contextmanager

import pytest
from werkzeug.test import Client

from movieclassifier.web.several_models import create_several_models, database_of, parse_models
from tests.support.visitors import REVIEW, TOKEN, words_of


@contextmanager
def serving(folder, model, **config):
    config |= {"TESTING": True, "SECRET_KEY": "a key for the test", "LIVE_COLLECT": False}
    config["DATABASE_URL"] = f"sqlite:///{folder}/feedback.db"
    served = create_several_models({"films": str(model), "news": str(model), "posts": str(model)}, config)
    try:
        yield Client(served)
    finally:
        for app in served.apps:
            if live := app.extensions.get("movieclassifier live"):
                live.close()
            app.extensions["movieclassifier"].close()


@pytest.fixture
def client(tmp_path, small_model, compiled_templates):
    with serving(tmp_path, small_model) as found:
        for app in found.application.apps:
            app.jinja_env.bytecode_cache = compiled_templates
        yield found


def test_each_model_has_its_own_pages_and_log(client, tmp_path):
    token = TOKEN.search(client.get("/films/").text).group(1)
    answer = client.post("/films/", data={"review": REVIEW, "csrf_token": token})
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/films/results/")
    assert "positive" in client.get(answer.headers["Location"]).text
    assert client.get("/news/history").status_code == 200
    assert "positive" not in words_of(client.get("/news/history").text)
    assert {path.name for path in tmp_path.glob("*.db")} == {
        f"feedback-{name}.db" for name in ("films", "news", "posts")
    }


@pytest.mark.parametrize(
    ("path", "status", "target"),
    [
        ("/", 303, "/films/"),
        ("/news", 303, "/news/"),
        ("/nobody/", 404, None),
        ("/nobody", 404, None),
        ("/healthz", 200, None),
        ("/readyz", 200, None),
        ("/films/readyz", 200, None),
        ("/films/live", 404, None),
        ("/posts/live", 303, "/news/live"),
        ("/news/live/hashtag", 303, "/posts/live/hashtag"),
        ("/news/live", 200, None),
        ("/posts/live/hashtag", 200, None),
    ],
)
def test_addresses(client, path, status, target):
    response = client.get(path)
    assert response.status_code == status
    if target:
        assert response.headers["Location"] == target


def test_pages_lead_to_the_other_models_and_to_the_live_pages(client):
    page = client.get("/films/about").text
    assert 'href="../news/"' in page
    assert 'href="/news/live"' in page
    assert 'aria-current="true">films<' in page
    assert "small_model" in words_of(client.get("/news/live").text)


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        (["pkl_objects", "news=x"], "several models are named"),
        (["=x"], "several models are named"),
        (["news="], "several models are named"),
        (["News=x"], "several models are named"),
        (["../x=y"], "several models are named"),
        (["news=a", "news=b"], "was named before"),
    ],
)
def test_models_without_a_name_of_their_own_are_refused(pairs, words):
    with pytest.raises(ValueError, match=words):
        parse_models(pairs)


def test_database_of_a_server_has_to_be_named(monkeypatch):
    with pytest.raises(ValueError, match="set DATABASE_URL_NEWS"):
        database_of("news", "postgresql://ada@db/all")
    monkeypatch.setenv("DATABASE_URL_NEWS", "postgresql://ada@db/news")
    assert database_of("news", "postgresql://ada@db/all") == "postgresql://ada@db/news"


@pytest.mark.parametrize("path", ["/films/about", "/sentiment/films/about"])
def test_all_addresses_stand_below_the_prefix_of_the_server(tmp_path, small_model, monkeypatch, path):
    monkeypatch.setenv("SCRIPT_NAME", "/sentiment")
    monkeypatch.setenv("MOVIECLASSIFIER_PREFIX", "")
    with serving(tmp_path, small_model) as client:
        page = client.get(path).text
        assert 'href="/sentiment/news/live"' in page
        assert set(re.findall(r'(?:href|action|src)="/([^/"]*/[^/"]*)', page)) <= {
            "sentiment/films",
            "sentiment/news",
            "sentiment/posts",
        }
        assert client.get("/posts/live").headers["Location"] == "/sentiment/news/live"
        assert client.get("/").headers["Location"] == "/sentiment/films/"


def test_a_trusted_proxy_names_the_prefix_of_all_models(tmp_path, small_model):
    with serving(tmp_path, small_model, TRUSTED_PROXIES=1) as client:
        headers = {"X-Forwarded-Prefix": "/outer", "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
        page = client.get("/films/about", headers=headers).text
        assert 'href="/outer/news/live"' in page
        assert 'href="/outer/films/' in page
        assert client.get("/news/live/hashtag", headers=headers).headers["Location"] == "/outer/posts/live/hashtag"
