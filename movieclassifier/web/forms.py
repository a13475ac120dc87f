"""The base of all forms of the pages. Its token is bound to the session."""

from datetime import timedelta
from typing import Self

from flask import abort, current_app, request, session
from wtforms import Form
from wtforms.csrf.session import SessionCSRF

PLAIN_HTTP = (
    "This page came over plain http, but its cookie is for https only: the browser does not send it back, and no form "
    "works. Open the page over https. Whoever runs it can put a proxy with https in front, or set "
    "MOVIECLASSIFIER_DEPLOYED=0 in a network that is trusted."
)
CSRF_MESSAGE = "This form has expired, or was not sent from this site. Go back, reload the page, and send it again."


class SecureForm(Form):  # type: ignore[misc,unused-ignore]  # WTForms has no types
    """A form with a CSRF token, ``form.csrf_token`` in a template."""

    class Meta:
        """The settings that WTForms reads."""

        csrf = True
        csrf_class = SessionCSRF
        csrf_time_limit = timedelta(hours=12)

        @property
        def csrf_secret(self) -> bytes:
            """The key that tokens are signed with."""
            return str(current_app.config["SECRET_KEY"]).encode()

        @property
        def csrf_context(self) -> object:
            """The session that tokens are bound to."""
            return session

    @classmethod
    def of_request(cls) -> Self:
        """Return the form as the request fills it in."""
        return cls(request.form)

    def checked(self) -> bool:
        """Return whether the fields are valid; a missing or wrong token ends the request with 400."""
        valid = bool(self.validate())
        if self.has_expired:
            abort(400, PLAIN_HTTP if needs_https() else CSRF_MESSAGE)
        return valid

    @property
    def has_expired(self) -> bool:
        """Whether the token is missing, too old, or of a different session, after the form was validated."""
        return bool(self.errors.get("csrf_token"))


def needs_https() -> bool:
    """Tell whether the request came over plain http although the cookies are for https only."""
    return bool(current_app.config["SESSION_COOKIE_SECURE"]) and not request.is_secure
