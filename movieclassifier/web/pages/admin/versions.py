"""The versions of the model, and the log in full."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import IntegerField
from wtforms.validators import NumberRange

from movieclassifier.feedback.log.entities import MAX_NUMBER
from movieclassifier.feedback.updating import UpdateRefused
from movieclassifier.web.clients import owner, service
from movieclassifier.web.display.wording import count_of
from movieclassifier.web.forms import SecureForm
from movieclassifier.web.logins import ADMIN
from movieclassifier.web.pages.admin.asked import checked, page_number


class RollbackForm(SecureForm):
    """The version to go back to."""

    version = IntegerField(validators=[NumberRange(1, MAX_NUMBER)])


def audit() -> str:
    """List the log, the newest first."""
    return render_template("admin/audit.html", form=SecureForm.of_request(), events=owner().audit(page_number()))


def versions() -> str:
    """List the bases that the model has had."""
    facts = service().facts()
    return render_template(
        "admin/versions.html", form=SecureForm.of_request(), versions=owner().versions(), facts=facts
    )


def confirm_update() -> str:
    """Ask before a new base is made."""
    facts = service().facts()
    held = f", and {count_of(facts.held, 'vote')} held until now" if facts.held else ""
    return render_template(
        "admin/confirm.html",
        form=SecureForm.of_request(),
        question="Make a new base?",
        consequence=f"It is made of version {facts.version} with {count_of(facts.on_top, 'vote')} on top{held}.",
        action=url_for("admin.update"),
        button="Make a new base",
    )


def update() -> Response:
    """Fold the log into a new base, if the guard agrees."""
    checked(SecureForm.of_request())
    try:
        flash(str(owner().update(ADMIN)))
    except UpdateRefused as refused:
        flash(f"Nothing was changed: {refused}")
    return redirect(url_for("admin.versions"), 303)


def confirm_rollback(version: int) -> str:
    """Ask before an earlier base is served, and say what that costs."""
    n_aside = owner().set_aside_by_rollback(min(version, MAX_NUMBER))
    wait = "waits" if n_aside == 1 else "wait"
    return render_template(
        "admin/confirm.html",
        form=SecureForm.of_request(),
        question=f"Serve version {version}?",
        consequence=f"It does not hold {count_of(n_aside, 'accepted vote')}, which {wait} for a review again then."
        if n_aside
        else "It holds all accepted votes.",
        action=url_for("admin.rollback"),
        version=version,
        button=f"Serve version {version}",
    )


def rollback() -> Response:
    """Serve an earlier base again."""
    form = RollbackForm.of_request()
    checked(form)
    flash(str(owner().rollback(form.version.data, ADMIN)))
    return redirect(url_for("admin.versions"), 303)
