"""The addresses of the live pages, and what comes before each of them."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, redirect, request
from werkzeug.wrappers import Response

from movieclassifier.web.clients import live
from movieclassifier.web.display.live_plots import topic_name
from movieclassifier.web.links import live_link
from movieclassifier.web.pages.live.drift import drift
from movieclassifier.web.pages.live.news import items, news
from movieclassifier.web.pages.live.posts import export, hashtag
from movieclassifier.web.pages.live.votes import vote, why

blueprint = Blueprint("live", __name__)
blueprint.add_app_template_filter(topic_name)
# Numbers of items are of 32 bits; PostgreSQL takes no longer ones, and SQLite none of more than 64.
ITEM = "/live/items/<int(max=2147483647):id>"
ROUTES: list[tuple[str, Callable[..., Any], str]] = [
    ("/live", news, "GET"),
    ("/live/items", items, "GET"),
    (ITEM, why, "GET"),
    (f"{ITEM}/vote", vote, "POST"),
    ("/live/hashtag", hashtag, "GET"),
    ("/live/hashtag.<any(csv, json):kind>", export, "GET"),
    ("/live/drift", drift, "GET"),
]
for rule, view, method in ROUTES:
    blueprint.add_url_rule(rule, view_func=view, methods=[method])
# The pages of a model, if several are served side by side; the remaining ones show the news.
PAGES = {"live.hashtag": "posts", "live.export": "posts"}


@blueprint.before_request
def start_collecting() -> Response | None:
    """Let this process collect, if none does; send the reader on where a different model has the page."""
    pages = current_app.config.get("LIVE_PAGES")
    links = current_app.config.get("LIVE_LINKS") or {}
    endpoint = request.endpoint or ""
    if pages and endpoint in links and PAGES.get(endpoint, "news") not in pages:
        return redirect(live_link(endpoint), 303)
    live().start()
    return None
