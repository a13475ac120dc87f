"""Whatever goes wrong, a person reads a page and a program a problem document."""

import sqlite3
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from movieclassifier.feedback.log import database
from tests.support.visitors import REVIEW, Visitor


@pytest.fixture
def client(make_app):
    return make_app().test_client()


def test_a_body_that_is_too_large_is_refused_with_a_page(client):
    response = client.post("/", data={"review": "x" * 300_000})
    assert response.status_code == 413
    assert "longer than this site takes" in response.text


def test_the_longest_text_in_the_widest_script_fits(make_app):
    visitor = Visitor(make_app())
    assert visitor.send("/", review="😀" * 20_000).status_code == 303


@pytest.mark.usefixtures("start_of_day")
def test_too_many_requests_are_refused_with_a_page(make_app):
    visitor = Visitor(make_app(PREDICTIONS_PER_MINUTE=1))
    visitor.classify()
    response = visitor.send("/", review=REVIEW)
    assert response.status_code == 429
    assert 1 <= int(response.headers["Retry-After"]) <= 60
    assert f"try again in {response.headers['Retry-After']} second" in response.text


def test_a_fault_of_the_server_is_a_page_without_a_traceback(make_app, monkeypatch):
    app = make_app(TESTING=False)
    monkeypatch.setattr(app.extensions["movieclassifier"], "facts", lambda: 1 / 0)
    for path, content_type in (("/about", "text/html"), ("/api/v1/model", "application/problem+json")):
        response = app.test_client().get(path)
        assert response.status_code == 500
        assert response.content_type.startswith(content_type)
        assert "ZeroDivisionError" not in response.text
        assert "written to the log" in response.text


def test_a_database_that_is_locked_is_503_and_ready_again_afterwards(make_app, tmp_path, monkeypatch):
    monkeypatch.setattr(database, "BUSY_TIMEOUT", 0.1)
    client = make_app().test_client()
    hog = sqlite3.connect(tmp_path / "feedback.db", isolation_level=None)
    hog.execute("BEGIN EXCLUSIVE")
    response = client.post("/api/v1/predictions", json={"text": REVIEW})
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert client.get("/healthz").status_code == 200
    hog.execute("ROLLBACK")
    hog.close()
    assert client.post("/api/v1/predictions", json={"text": REVIEW}).status_code == 201


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_a_method_that_a_page_has_not_is_refused_with_a_page(client, method):
    response = getattr(client, method)("/")
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]
    assert response.content_type.startswith("text/html")


ANY_TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(path=ANY_TEXT, query=ANY_TEXT)
def test_no_address_makes_the_server_fail(make_app, path, query):
    client = _same_app(make_app).test_client()
    for prefix in ("/", "/results/", "/thanks/", "/api/v1/predictions/", "/static/"):
        with client.get(prefix + quote(path.lstrip("/")), query_string={"page": query}) as response:
            assert response.status_code < 500


def _same_app(make_app, made=[]):  # noqa: B006  # one app for all examples
    if not made:
        made.append(make_app())
    return made[0]
