"""Addresses of the live pages."""

import time

import pytest

from tests.support.live_pages import items_on
from tests.support.visitors import Visitor


def test_server_collects_by_itself_where_it_may(make_app, server, topics_model, tmp_path):

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


def test_links_of_the_frame_lead_to_the_live_pages(ada):
    assert 'href="/live"' in ada.read("/about")


@pytest.mark.parametrize("number", ["-1", "0", "x", 2**31 - 1, 2**31, 2**63, 10**30])
def test_number_that_no_item_has_is_not_found(ada, number):
    assert ada.get(f"/live/items/{number}").status_code == 404
    data = {"csrf_token": ada.token("/live"), "label": "sport"}
    assert ada.client.post(f"/live/items/{number}/vote", data=data).status_code == 404
