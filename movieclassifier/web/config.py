"""The configuration of the application: the given settings, then the environment, then safe defaults."""

import os
import re
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from movieclassifier.feedback.settings import INSTANCE, PREFIX, Settings, read_settings

SECRET_KEY_FILE = INSTANCE / "secret_key"
MIN_SECRET = 16
# A text of the greatest length, in which every character takes four bytes, each written as %XX.
FORM_BYTES_PER_CHARACTER = 12
API_MAX_BYTES = 8 * 2**20
PASSWORD_HASH = re.compile(r"(scrypt|pbkdf2)(:[^$]*)?\$[^$]+\$[0-9a-f]+")


def configure(app: Flask, given: Mapping[str, Any]) -> Settings:
    """Set an application up and return the settings of its service.

    Parameters
    ----------
    app : Flask
    given : mapping
        Settings that override the environment: those of :mod:`movieclassifier.feedback.settings`, those of Flask,
        ``SECRET_KEY``, ``ADMIN_PASSWORD_HASH``, and ``TRUSTED_PROXIES``, the number of proxies in front that set
        ``X-Forwarded-For``.

    Raises
    ------
    ValueError
        If a value is wrong, or a deployed server has no secret key.
    OSError
        If the secret key of one's own machine cannot be kept.
    """
    settings = read_settings(given)
    app.config.from_mapping(
        ADMIN_PASSWORD_HASH=os.environ.get(f"{PREFIX}ADMIN_PASSWORD_HASH") or None,
        TRUSTED_PROXIES=os.environ.get(f"{PREFIX}TRUSTED_PROXIES") or (1 if os.environ.get("DYNO") else 0),
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
    _check_password_hash(app.config["ADMIN_PASSWORD_HASH"])
    n_proxies = _whole(app.config["TRUSTED_PROXIES"])
    if n_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n_proxies, x_proto=n_proxies)  # type: ignore[method-assign]
    return settings


def find_secret_key(deployed: bool, path: Path = SECRET_KEY_FILE) -> str:
    """Return the key that sessions are signed with.

    Parameters
    ----------
    deployed : bool
        Whether the key must be in the environment: a key made here would differ from machine to machine, and be lost
        with the disk.
    path : Path
        Where one's own machine keeps the key, readable for its user alone.

    Raises
    ------
    ValueError
        If it is missing on a deployed server, or too short.
    OSError
        If it cannot be read or kept.
    """
    key = os.environ.get("SECRET_KEY", "")
    if not key and deployed:
        raise ValueError(
            "SECRET_KEY is not set, and a deployed server needs one. Set it to the output of: "
            "python -c 'import secrets; print(secrets.token_hex())'"
        )
    key = key or _kept_secret_key(path)
    if len(key) < MIN_SECRET:
        raise ValueError(f"SECRET_KEY must have at least {MIN_SECRET} characters; got {len(key)}.")
    return key


def _kept_secret_key(path: Path) -> str:
    if path.exists():
        return path.read_text().strip()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex())
            file.flush()
            os.fsync(descriptor)  # a power cut must leave no empty key, which would be refused for good
        # A link fails where there is a key already, and whoever comes first wins: no worker sees half a key.
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
    return path.read_text().strip()


def _check_password_hash(value: str | None) -> None:
    if value is not None and not PASSWORD_HASH.fullmatch(value):
        # Not what came: it may be the password itself.
        raise ValueError(
            f"{PREFIX}ADMIN_PASSWORD_HASH must be what movieclassifier hash-password prints, without the quotes."
        )


def _whole(value: Any) -> int:
    if not str(value).isdecimal():
        raise ValueError(f"{PREFIX}TRUSTED_PROXIES must be a number of proxies, 0 for none; got {value!r}.")
    return int(value)
