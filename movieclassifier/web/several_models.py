"""Several models behind one server, each below its own name with its own log.

``/films/``, ``/news/`` and ``/posts/`` are three whole applications. The live news use the model named ``news`` and the
live posts the one named ``posts``; without one of that name, they use the first.
"""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import make_url
from werkzeug.wrappers import Request, Response

from movieclassifier.feedback.settings import DEFAULT_DATABASE
from movieclassifier.web import create_app
from movieclassifier.web.proxies import behind_proxies

NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
# The paths that answer for all of them, at the root.
PROBES = ("/healthz", "/readyz")


class SeveralModels:
    """A WSGI application that hands requests to one of several.

    Parameters
    ----------
    named : mapping of str to Flask
        The first one is where the root leads to.

    Attributes
    ----------
    apps : list of Flask
    """

    def __init__(self, named: Mapping[str, Flask]):
        self._named = dict(named)
        self.apps = list(self._named.values())
        self._answer = behind_proxies(self._hand_on, self.apps[0].config["TRUSTED_PROXIES"])

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Answer a request."""
        return self._answer(environ, start_response)

    def _hand_on(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Let the application answer that the path names."""
        path = environ.get("PATH_INFO", "")
        name, _, rest = path.lstrip("/").partition("/")
        app = self._named.get(name)
        if app is not None and (rest or path.endswith("/")):
            below = {"SCRIPT_NAME": f"{environ.get('SCRIPT_NAME', '')}/{name}", "PATH_INFO": f"/{rest}"}
            return app.wsgi_app(environ | below, start_response)
        if path in PROBES:
            return self._probe(environ, start_response)
        target = f"{Request(environ).root_path}/{name if app is not None else next(iter(self._named))}/"
        is_known = app is not None or path in ("", "/")
        response = Response(status=303, headers={"Location": target}) if is_known else Response("Not found\n", 404)
        return response(environ, start_response)

    def _probe(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Answer as the first one that is not well, else as the last."""
        for app in self.apps:
            with app.request_context(environ):
                response = app.full_dispatch_request()
            if response.status_code != 200:
                break
        return response(environ, start_response)


def parse_models(pairs: Sequence[str]) -> dict[str, str]:
    """Return models by name, of pairs such as ``news=models/bbc``.

    Raises
    ------
    ValueError
        If a pair has no name, or two have the same.

    Examples
    --------
    >>> parse_models(["films=pkl_objects", "news=models/bbc"])
    {'films': 'pkl_objects', 'news': 'models/bbc'}
    """
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, path = pair.partition("=")
        if not equals or not path or not NAME.fullmatch(name):
            raise ValueError(
                f"--model {pair}: several models are named, as in --model films=FOLDER --model news=FOLDER."
            )
        if name in found:
            raise ValueError(f"--model {pair}: {name!r} was named before.")
        found[name] = path
    return found


def create_several_models(models: Mapping[str, str], config: Mapping[str, Any] | None = None) -> SeveralModels:
    """Return an application for each model, behind one.

    Parameters
    ----------
    models : mapping of str to str
        Model files or folders by name.
    config : mapping, optional
        As for :func:`movieclassifier.web.create_app`; ``DATABASE_URL`` is what the databases' names are made of.

    Raises
    ------
    OSError, ValueError
        As :func:`movieclassifier.web.create_app`.
    """
    given = dict(config or {})
    base = given.pop("DATABASE_URL", None) or os.environ.get("DATABASE_URL") or DEFAULT_DATABASE
    names = list(models)
    of_news = "news" if "news" in models else names[0]
    of_posts = "posts" if "posts" in models else names[0]
    links = {
        "live.news": f"/{of_news}/live",
        "live.hashtag": f"/{of_posts}/live/hashtag",
        "live.drift": f"/{of_news}/live/drift",
    }
    apps = {}
    for name, path in models.items():
        pages = [page for page, owner in (("news", of_news), ("posts", of_posts)) if owner == name]
        own: dict[str, Any] = {
            "MODEL": path,
            "DATABASE_URL": database_of(name, base),
            "SESSION_COOKIE_NAME": f"movieclassifier-{name}",
            "MODEL_NAMES": names,
            "MODEL_NAME": name,
            "LIVE_PAGES": pages,
            "LIVE_LINKS": links,
        }
        if "news" not in pages:
            own["LIVE_COLLECT"] = False
        apps[name] = create_app(given | own)
    return SeveralModels(apps)


def database_of(name: str, base: str) -> str:
    """Return the URL of a model's own database.

    ``DATABASE_URL_NAME`` of the environment goes before; else an SQLite file gets the name.

    Raises
    ------
    ValueError
        If there is neither.

    Examples
    --------
    >>> database_of("news", "sqlite:///instance/feedback.db")
    'sqlite:///instance/feedback-news.db'
    """
    variable = f"DATABASE_URL_{name.upper().replace('-', '_')}"
    if os.environ.get(variable):
        return os.environ[variable]
    url = make_url(base)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise ValueError(f"several models need a database each; set {variable}, and so on, to one of its own.")
    path = Path(url.database)
    return str(url.set(database=str(path.with_name(f"{path.stem}-{name}{path.suffix}"))))
