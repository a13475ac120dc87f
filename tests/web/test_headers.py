"""The headers of every answer."""

import pytest


@pytest.fixture
def client(make_app):
    return make_app().test_client()


STYLE = "/static/style.css"
PAGES = ["/", "/history", "/about", "/model", "/nothing", "/api/v1/model", "/healthz", STYLE, "/static/nothing"]


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_has_its_headers(client, path):
    with client.get(path) as response:
        headers = response.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers
    assert ("no-store" in headers.get("Cache-Control", "")) == (path != STYLE)
