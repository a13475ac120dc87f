"""The web front: pages to classify, correct and review, and a JSON API. ``create_app()`` makes it.

``flask --app movieclassifier.web run`` and ``gunicorn 'movieclassifier.web:create_app()'`` find it here.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask

from movieclassifier.feedback.owner import Owner
from movieclassifier.feedback.served_log import ServedLog
from movieclassifier.feedback.service import Service
from movieclassifier.system.printable import one_line
from movieclassifier.web import error_answers, headers, operations
from movieclassifier.web.api import endpoints as api
from movieclassifier.web.api.hot import HotRoutes
from movieclassifier.web.config import configure
from movieclassifier.web.display import filters
from movieclassifier.web.forms import needs_https
from movieclassifier.web.guesses import Guesses
from movieclassifier.web.links import live_link
from movieclassifier.web.pages import about, history, reference
from movieclassifier.web.pages import reviews as pages
from movieclassifier.web.pages.admin import routes as admin
from movieclassifier.web.throttling import DRAFTS, Throttle

# The keys that the script on the pages knows; "?" lists them.
KEYS = (
    ("Ctrl+Enter", "classify the text"),
    ("c", "correct"),
    ("i", "incorrect; with more than two labels, go to the other ones"),
    ("u", "undo the vote"),
    ("n", "a new text"),
    ("j, k", "the next and the previous vote of the queue"),
    ("a, r", "approve or reject it"),
    ("?", "this list"),
)


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """Return the application.

    Parameters
    ----------
    config : mapping, optional
        Settings, before those of the environment; see :mod:`movieclassifier.feedback.settings` and
        :mod:`movieclassifier.web.config`.

    Returns
    -------
    Flask
        Its ``extensions["movieclassifier"]`` is the :class:`~movieclassifier.feedback.service.Service`, and
        ``extensions["movieclassifier owner"]`` the :class:`~movieclassifier.feedback.owner.Owner`.

    Raises
    ------
    OSError, ValueError
        If a setting is wrong, the model or the database cannot be used, or the database serves a different model.
    """
    try:
        return _create_app(config or {})
    except (OSError, ValueError) as error:
        if not _starts_in_gunicorn():
            raise
        from gunicorn.errors import AppImportError

        # gunicorn prints these two in a line, its master the one, behind "Error: ", and its workers the other.
        refusal = type("StartRefused", (AppImportError, RuntimeError), {})
        raise refusal(one_line(error)) from error


def _create_app(config: Mapping[str, Any]) -> Flask:
    app = Flask(__name__)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # probabilities keep the order of the labels
    app.wsgi_app = HotRoutes(app)  # type: ignore[method-assign]  # configure() puts what proxies need around it
    settings = configure(app, config)
    log = ServedLog(settings)
    app.extensions["movieclassifier"] = Service(log)
    app.extensions["movieclassifier owner"] = Owner(log)
    app.extensions["movieclassifier throttle"] = Throttle({**settings.rates, "drafts": DRAFTS})
    app.extensions["movieclassifier guesses"] = Guesses(settings.rates["logins"])
    error_answers.register(app)
    headers.register(app)
    operations.register(app)
    app.jinja_env.globals.update(needs_https=needs_https, keys=KEYS)
    filters.register(app)
    for module in (pages, history, about, reference, admin, api):
        app.register_blueprint(module.blueprint)
    add_live_pages(app, log, config or {})
    links = app.config.get("LIVE_LINKS") or {}
    app.jinja_env.globals |= {"has_pages": {*app.view_functions, *links}, "live_link": live_link}
    return app


def add_live_pages(app: Flask, log: ServedLog, config: Mapping[str, Any]) -> None:
    """Add news and posts, where the extra that reads them is installed; without it there are no such pages."""
    from movieclassifier.live.settings import is_installed, read_live_settings

    if not is_installed():
        return
    from movieclassifier.live.news_and_posts import Live
    from movieclassifier.web.api import live as live_api
    from movieclassifier.web.pages.live.routes import blueprint

    if not config.get("LIVE_PAGES", True):
        return
    app.extensions["movieclassifier live"] = Live(log, read_live_settings(config))
    app.register_blueprint(blueprint)
    app.register_blueprint(live_api.blueprint)


def _starts_in_gunicorn() -> bool:
    """Tell whether gunicorn's own command loads the application."""
    return "gunicorn" in Path(sys.argv[0]).parts[-2:]
