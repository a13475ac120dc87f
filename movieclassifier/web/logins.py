"""The owner's login: the password, and the sessions that a log-out ends."""

import hashlib
import hmac
import secrets
import time

from flask import Response, current_app, request, session
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.security import check_password_hash

from movieclassifier.feedback.log.sessions import close_session, is_open, open_session
from movieclassifier.web.clients import owner
from movieclassifier.web.guesses import Guesses

ADMIN = "admin"
LOGIN_SECONDS = 8 * 3600
DEVICE_COOKIE = "movieclassifier_device"
DEVICE_SECONDS = 365 * 86400


def log_in(password: str) -> bool:
    """Check a password and open a session; return whether it was right.

    Only wrong passwords count. A browser that has logged in before has a cookie that says so, and its guesses are
    counted on their own: nobody else's wrong passwords keep its owner out.

    Raises
    ------
    TooMany
        If this browser, its address, or all unknown browsers together have guessed too often; see
        :mod:`movieclassifier.web.guesses`.

    References
    ----------
    https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies
    """
    with _guesses().admitted(request.remote_addr or "", _device()) as guess:
        guess.is_right = check_password_hash(current_app.config["ADMIN_PASSWORD_HASH"], password)
    if not guess.is_right:
        return False
    token = secrets.token_urlsafe(16)
    open_session(owner().log.store.engine, token, LOGIN_SECONDS)
    session[ADMIN] = [password_mark(), int(time.time()), token]
    return True


def log_out() -> None:
    """End the session on the server and in the browser."""
    *_, token = session.pop(ADMIN, [""])
    close_session(owner().log.store.engine, token)


def is_logged_in() -> bool:
    """Tell whether this browser gave the password lately and did not log out."""
    mark, since, token = session.get(ADMIN, ["", 0, ""])
    return (
        hmac.compare_digest(mark, password_mark())
        and time.time() - since < LOGIN_SECONDS
        and is_open(owner().log.store.engine, token)
    )


def remember_device(response: Response) -> Response:
    """Give a browser that has logged in the cookie by which it is known again."""
    response.set_cookie(
        DEVICE_COOKIE,
        _serializer().dumps(_device() or secrets.token_urlsafe(12)),
        max_age=DEVICE_SECONDS,
        httponly=True,
        samesite="Strict",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        path=f"{request.script_root}/admin",
    )
    return response


def password_mark() -> str:
    """Return what ties a login to the password in force: a new password ends all logins."""
    return hashlib.sha256(current_app.config["ADMIN_PASSWORD_HASH"].encode()).hexdigest()[:16]


def _device() -> str | None:
    try:
        found: str = _serializer().loads(request.cookies.get(DEVICE_COOKIE, ""), max_age=DEVICE_SECONDS)
    except BadSignature:
        return None
    return found


def _serializer() -> URLSafeTimedSerializer:
    # Bound to the password: a new one makes all browsers unknown.
    return URLSafeTimedSerializer(str(current_app.config["SECRET_KEY"]), salt=f"device {password_mark()}")


def _guesses() -> Guesses:
    found: Guesses = current_app.extensions["movieclassifier guesses"]
    return found
