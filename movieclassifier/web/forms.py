"""The base of all forms of the pages. Its token is bound to the session."""

from datetime import timedelta
from typing import Self

from flask import abort, current_app, request, session
from wtforms import Form
from wtforms.csrf.session import SessionCSRF

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
        """Return whether it holds what it should; a missing or wrong token ends the request with 400."""
        valid = bool(self.validate())
        if self.errors.get("csrf_token"):
            abort(400, CSRF_MESSAGE)
        return valid
