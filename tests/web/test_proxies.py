"""What proxies in front may say."""

import logging

import pytest
from flask import request

from tests.support.visitors import Visitor


@pytest.mark.parametrize(("n_proxies", "expected"), [(0, "127.0.0.1"), ("1", "192.0.2.1"), (2, "198.51.100.9")])
def test_only_trusted_proxies_say_who_asks(make_app, n_proxies, expected):
    app = make_app(TRUSTED_PROXIES=n_proxies)
    seen = []
    app.before_request(lambda: seen.append(request.remote_addr))
    app.test_client().get("/healthz", headers={"X-Forwarded-For": "203.0.113.5, 198.51.100.9, 192.0.2.1"})
    assert seen == [expected]


def test_a_wrong_number_of_proxies_is_explained(make_app):
    with pytest.raises(ValueError, match="TRUSTED_PROXIES must be a number of proxies, 0 for none; got 'all'"):
        make_app(TRUSTED_PROXIES="all")


@pytest.fixture
def no_prefix(monkeypatch):
    """An environment without a prefix, also after the test."""
    for name in ("SCRIPT_NAME", "MOVIECLASSIFIER_PREFIX"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


def test_a_header_that_nobody_is_trusted_with_is_told_once(make_app, caplog):
    client = make_app().test_client()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            client.get("/healthz", headers={"X-Forwarded-For": "203.0.113.5"})
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "MOVIECLASSIFIER_TRUSTED_PROXIES=1" in caplog.text


@pytest.mark.parametrize("path", ["/sentiment/healthz", "/healthz"])
def test_below_a_prefix_it_answers_whether_the_proxy_takes_it_off_or_not(make_app, monkeypatch, no_prefix, path):
    monkeypatch.setenv("SCRIPT_NAME", "/sentiment")
    client = make_app().test_client()
    assert client.get(path).status_code == 200


def test_all_addresses_of_a_page_stand_below_the_prefix(make_app, monkeypatch, no_prefix):
    monkeypatch.setenv("SCRIPT_NAME", "/sentiment/")
    visitor = Visitor(make_app())
    page = visitor.read("/sentiment/")
    assert 'href="/sentiment/static/style.css"' in page
    assert 'action="/sentiment/"' in page
    assert 'href="/static' not in page
    response = visitor.client.get("/sentiment/api/v1/openapi.json")
    assert response.json["servers"] == [{"url": "/sentiment"}]


def test_a_trusted_proxy_names_the_prefix(make_app, no_prefix):
    client = make_app(TRUSTED_PROXIES=1).test_client()
    page = client.get("/", headers={"X-Forwarded-Prefix": "/of/the/proxy"}).text
    assert 'href="/of/the/proxy/static/style.css"' in page


@pytest.mark.parametrize(
    "prefix", ["//evil.example", "/a b", "/a/../b", "/..", '/"><script>', "/a//b", "evil", "/%2e%2e"]
)
def test_a_prefix_that_is_not_a_path_of_this_site_counts_as_not_named(make_app, no_prefix, prefix):
    client = make_app(TRUSTED_PROXIES=1).test_client()
    page = client.get("/", headers={"X-Forwarded-Prefix": prefix}).text
    assert 'href="/static/style.css"' in page


def test_nobody_else_names_it(make_app, no_prefix):
    page = make_app().test_client().get("/", headers={"X-Forwarded-Prefix": "/evil"}).text
    assert "/evil" not in page


@pytest.mark.parametrize("prefix", ["sentiment", "//evil.example", "/a b"])
def test_a_prefix_that_is_not_a_path_is_explained(make_app, monkeypatch, no_prefix, prefix):
    monkeypatch.setenv("SCRIPT_NAME", prefix)
    with pytest.raises(ValueError, match=f"SCRIPT_NAME must be a path .+, such as /sentiment; got '{prefix}'"):
        make_app()
