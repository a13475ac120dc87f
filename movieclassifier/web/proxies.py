"""Proxies in front of the server: who asks, over which scheme, and below which prefix."""

import logging
import os
import re
from collections.abc import Iterable
from typing import Any

from werkzeug.middleware.proxy_fix import ProxyFix

from movieclassifier.feedback.settings import PREFIX

# A path within this site: "//evil.example" would be the address of a different one.
PATH = re.compile(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)+/?")

log = logging.getLogger("movieclassifier")


class BelowPrefix:
    """WSGI middleware that serves an application below a prefix such as ``/sentiment``.

    A proxy may keep the prefix in the path or take it off; both work.

    Parameters
    ----------
    app : WSGI application
    prefix : str
        The prefix of every address, unless a trusted proxy names one in ``X-Forwarded-Prefix``; may be empty. One that
        is not a path counts as not named, for a proxy that sets none hands on its client's.
    """

    def __init__(self, app: Any, prefix: str):
        self._app, self._prefix = app, prefix

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request."""
        named = environ.get("SCRIPT_NAME", "")
        prefix = (named if PATH.fullmatch(named) else self._prefix).rstrip("/")
        path = environ.get("PATH_INFO", "")
        if prefix and (path == prefix or path.startswith(prefix + "/")):
            environ["PATH_INFO"] = path[len(prefix) :] or "/"
        environ["SCRIPT_NAME"] = prefix
        answer: Iterable[bytes] = self._app(environ, start_response)
        return answer


class ForwardingWarning:
    """WSGI middleware that warns once where a proxy names clients and the settings trust none.

    All visitors share one address then, and one limit.
    """

    def __init__(self, app: Any):
        self._app, self._said = app, False

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request."""
        if not self._said and "HTTP_X_FORWARDED_FOR" in environ:
            self._said = True
            log.warning(
                "a request came with X-Forwarded-For, but %sTRUSTED_PROXIES is 0, and the header is ignored. Behind a "
                "proxy all visitors share one limit; set %sTRUSTED_PROXIES=1.",
                PREFIX,
                PREFIX,
            )
        answer: Iterable[bytes] = self._app(environ, start_response)
        return answer


def behind_proxies(app: Any, n_proxies: int) -> Any:
    """Return a WSGI application with the middleware for proxies around it.

    Parameters
    ----------
    app : WSGI application
    n_proxies : int
        The number of proxies in front whose ``X-Forwarded-*`` headers are trusted.
    """
    wrapped = BelowPrefix(app, take_prefix())
    if n_proxies:
        return ProxyFix(wrapped, x_for=n_proxies, x_proto=n_proxies, x_prefix=n_proxies)
    return ForwardingWarning(wrapped)


def take_prefix() -> str:
    """Return the prefix of every address that the environment names.

    ``SCRIPT_NAME`` moves to a name of our own: gunicorn refuses every request below ``SCRIPT_NAME`` whose path does
    not begin with it, such as a health check.

    Raises
    ------
    ValueError
        If it is not a path that begins with a slash.
    """
    if "SCRIPT_NAME" in os.environ:
        os.environ[f"{PREFIX}PREFIX"] = os.environ.pop("SCRIPT_NAME")
    prefix = os.environ.get(f"{PREFIX}PREFIX", "")
    if prefix not in ("", "/") and not PATH.fullmatch(prefix):
        raise ValueError(f"SCRIPT_NAME must be a path that begins with a slash, such as /sentiment; got {prefix!r}.")
    return prefix
