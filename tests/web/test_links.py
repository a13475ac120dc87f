"""A live page may be one of a model that is served beside this one, below the same prefix."""

import pytest
from flask import Flask

from movieclassifier.web.links import live_link


@pytest.fixture
def app():
    app = Flask(__name__)
    app.add_url_rule("/live", "live.news", lambda: "")
    app.add_url_rule("/live/drift", "live.drift", lambda: "")
    return app


@pytest.mark.parametrize("root", ["", "/outer"])
def test_page_of_a_model_beside_this_one(app, root):
    app.config |= {"MODEL_NAME": "films", "LIVE_LINKS": {"live.news": "/news/live"}}
    with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": f"{root}/films"}):
        assert live_link("live.news") == f"{root}/news/live"
        assert live_link("live.drift") == f"{root}/films/live/drift"


def test_page_of_the_only_model(app):
    with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": "/outer"}):
        assert live_link("live.news") == "/outer/live"
