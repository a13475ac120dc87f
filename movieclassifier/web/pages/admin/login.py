"""The owner logs in and out."""

from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import PasswordField

from movieclassifier.web.forms import SecureForm
from movieclassifier.web.logins import log_in, log_out, remember_device
from movieclassifier.web.pages.admin.asked import checked


class LoginForm(SecureForm):
    """The password."""

    password = PasswordField("Password")


def login() -> Any:
    """Ask for the password."""
    form = LoginForm.of_request()
    if request.method == "POST" and form.checked():
        if log_in(form.password.data or ""):
            return remember_device(make_response(redirect(url_for("admin.dashboard"), 303)))
        form.password.errors = ["That is not the password."]
    return render_template("admin/login.html", form=form), 403 if form.errors else 200


def logout() -> Response:
    """End the session."""
    checked(SecureForm.of_request())
    log_out()
    return redirect(url_for("pages.index"), 303)
