"""The owner's login: the password, the guesses, and the sessions that a log-out ends."""

import hashlib
import hmac
import secrets
import time

from flask import Response, current_app, request, session
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.security import check_password_hash

from movieclassifier.feedback.log.errors import TooMany
from movieclassifier.feedback.log.sessions import close_session, is_open, open_session
from movieclassifier.web.clients import network, owner, service
from movieclassifier.web.throttling import SharedCounts, Throttle

ADMIN = "admin"
LOGIN_SECONDS = 8 * 3600
DEVICE_COOKIE = "movieclassifier_device"
DEVICE_SECONDS = 365 * 86400
# Wrong passwords from all addresses together in ten minutes: guessing from many addresses is slowed down, too.
ALL_GUESSES = 100


def log_in(password: str) -> bool:
    """Check a password and open a session; return whether it was right.

    Only wrong passwords count. A browser that has logged in before has a cookie that says so, and its guesses are
    counted on their own: nobody else's wrong passwords keep its owner out.

    Raises
    ------
    TooMany
        If this browser, its address, or all unknown browsers together have guessed too often.

    References
    ----------
    https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies
    """
    for key, limit in _guess_limits():
        if _counts().used(key, _seconds()) >= limit:
            raise TooMany("Too many wrong passwords.", _seconds() - int(time.time() % _seconds()))
    if not check_password_hash(current_app.config["ADMIN_PASSWORD_HASH"], password):
        for key, _ in _guess_limits():
            _counts().add(key, _seconds())
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


def _guess_limits() -> list[tuple[str, int]]:
    """Return the counters that a wrong password of this request adds to, with their limits."""
    limit = service().settings.rates["logins"].limit
    device = _device()
    if device:
        return [(f"guesses of device {device}", limit)]
    return [(f"guesses from {network(request.remote_addr or '')}", limit), ("guesses", max(ALL_GUESSES, limit))]


def _device() -> str | None:
    try:
        found: str = _serializer().loads(request.cookies.get(DEVICE_COOKIE, ""), max_age=DEVICE_SECONDS)
    except BadSignature:
        return None
    return found


def _serializer() -> URLSafeTimedSerializer:
    # Bound to the password: a new one makes all browsers unknown.
    return URLSafeTimedSerializer(str(current_app.config["SECRET_KEY"]), salt=f"device {password_mark()}")


def _counts() -> SharedCounts:
    throttle: Throttle = current_app.extensions["movieclassifier throttle"]
    return throttle.counts


def _seconds() -> int:
    return service().settings.rates["logins"].seconds
