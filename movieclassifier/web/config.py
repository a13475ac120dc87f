"""The configuration of the application: the given settings, then the environment, then safe defaults."""

import os
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Flask

from movieclassifier.feedback.settings import PREFIX, Settings, read_settings
from movieclassifier.web.proxies import behind_proxies
from movieclassifier.web.secret_key import find_secret_key

# A text of the greatest length, in which every character takes four bytes, each written as %XX.
FORM_BYTES_PER_CHARACTER = 12
API_MAX_BYTES = 8 * 2**20
PASSWORD_HASH = re.compile(r"(scrypt|pbkdf2)(:[^$]*)?\$[^$]+\$[0-9a-f]+")
LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"]
MIN_TOKEN = 16
PORT = re.compile(r":\d*$")


def configure(app: Flask, given: Mapping[str, Any]) -> Settings:
    """Set an application up and return the settings of its service.

    Parameters
    ----------
    app : Flask
    given : mapping
        Settings that override the environment: those of :mod:`movieclassifier.feedback.settings`, those of Flask,
        ``SECRET_KEY``, ``ADMIN_PASSWORD_HASH``, ``METRICS_TOKEN``, ``TRUSTED_HOSTS``, and ``TRUSTED_PROXIES``, the
        number of proxies in front that set ``X-Forwarded-For``.

    Raises
    ------
    ValueError
        If a value is wrong, or a deployed server has no secret key.
    OSError
        If the secret key of one's own machine cannot be kept.
    """
    settings = read_settings(given)
    app.config.from_mapping(
        ADMIN_PASSWORD_HASH=_setting("ADMIN_PASSWORD_HASH"),
        METRICS_TOKEN=_setting("METRICS_TOKEN"),
        TRUSTED_PROXIES=_setting("TRUSTED_PROXIES") or (1 if os.environ.get("DYNO") else 0),
        TRUSTED_HOSTS=_setting("TRUSTED_HOSTS"),
        MAX_CONTENT_LENGTH=settings.max_length * FORM_BYTES_PER_CHARACTER + 10_000,
        MAX_FORM_MEMORY_SIZE=settings.max_length * FORM_BYTES_PER_CHARACTER + 10_000,
        MAX_FORM_PARTS=2000,
        SESSION_COOKIE_NAME="movieclassifier",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.deployed,
        PERMANENT_SESSION_LIFETIME=timedelta(days=settings.lifetime_days),
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    app.config.from_mapping(given)
    app.config["SECRET_KEY"] = given.get("SECRET_KEY") or find_secret_key(settings.deployed)
    # Not in the config: Flask's own check knows no IPv6 addresses.
    app.extensions["movieclassifier hosts"] = trusted_hosts(app.config.pop("TRUSTED_HOSTS"), settings.deployed)
    app.config["TRUSTED_HOSTS"] = None
    # Werkzeug would redirect //x to /x by an absolute address, made of the Host header.
    app.url_map.merge_slashes = False
    _check_password_hash(app.config["ADMIN_PASSWORD_HASH"])
    _check_token(app.config["METRICS_TOKEN"])
    app.config["TRUSTED_PROXIES"] = _whole(app.config["TRUSTED_PROXIES"])
    if not app.config.get("MODEL_NAMES"):  # of several models, one middleware stands before all
        app.wsgi_app = behind_proxies(app.wsgi_app, app.config["TRUSTED_PROXIES"])  # type: ignore[method-assign]
    return settings


def trusted_hosts(value: str | list[str] | None, deployed: bool) -> list[str] | None:
    """Return the names that the server answers to; None is any.

    Parameters
    ----------
    value : str, list of str or None
        Names with commas between them, ``.example.org`` for all below a name, ``*`` for any.
    deployed : bool
        Without a value, a deployed server answers to any name, one's own machine to those of its loopback only: a page
        of a different site could otherwise reach it under a name of its own (DNS rebinding).

    Examples
    --------
    >>> trusted_hosts("example.org, .example.net", True)
    ['example.org', '.example.net']
    >>> trusted_hosts(None, False)
    ['localhost', '127.0.0.1', '[::1]']
    """
    if not value:
        return None if deployed else list(LOOPBACK_NAMES)
    names = value.split(",") if isinstance(value, str) else value
    found = [name.strip() for name in names if name.strip()]
    return None if "*" in found else found


def is_trusted(host: str, names: list[str]) -> bool:
    """Tell whether a Host header is one of some names, with any port.

    Examples
    --------
    >>> is_trusted("localhost:8000", ["localhost"]), is_trusted("[::1]:8000", ["[::1]"])
    (True, True)
    >>> is_trusted("a.example.org", [".example.org"]), is_trusted("example.org.evil.example", ["example.org"])
    (True, False)
    """
    bare = PORT.sub("", host.strip().lower()).rstrip(".")
    return any(bare == name.lstrip(".") or (name.startswith(".") and bare.endswith(name)) for name in names)


def _setting(name: str) -> str | None:
    return os.environ.get(PREFIX + name) or None


def _check_password_hash(value: str | None) -> None:
    if value is not None and not PASSWORD_HASH.fullmatch(value):
        # The value is not repeated: it may be the password itself.
        raise ValueError(
            f"{PREFIX}ADMIN_PASSWORD_HASH must be what movieclassifier hash-password prints, without the quotes."
        )


def _check_token(value: str | None) -> None:
    if value is not None and len(value) < MIN_TOKEN:
        raise ValueError(f"{PREFIX}METRICS_TOKEN must have at least {MIN_TOKEN} characters; got {len(value)}.")


def _whole(value: Any) -> int:
    if not str(value).isdecimal():
        raise ValueError(f"{PREFIX}TRUSTED_PROXIES must be a number of proxies, 0 for none; got {value!r}.")
    return int(value)
