"""Who voted, and how the votes of one client are taken out."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from flask import abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import AnyOf

from movieclassifier.feedback.log.voters import list_voters, votes_of
from movieclassifier.web.clients import owner
from movieclassifier.web.display.wording import count_of
from movieclassifier.web.forms import SecureForm
from movieclassifier.web.logins import ADMIN
from movieclassifier.web.pages.admin.asked import checked

# Since when the votes of a client are rejected.
SINCE = {
    "of the last hour": timedelta(hours=1),
    "of the last day": timedelta(days=1),
    "of the last week": timedelta(weeks=1),
    "ever cast": None,
}


class CleaningForm(SecureForm):
    """Since when to reject the votes of a client."""

    since = StringField(validators=[AnyOf(SINCE)])


def clients() -> str:
    """List the clients that voted, those that moved the model most first."""
    voters = list_voters(owner().log.store.engine, current_shares())
    return render_template("admin/clients.html", form=SecureForm.of_request(), voters=voters)


def confirm_cleaning(client: str) -> str:
    """Ask since when the votes of a client are rejected."""
    n = len(votes_of(owner().log.store.engine, client))
    if not n:
        abort(404, "There is no vote of such a client.")
    return render_template("admin/clean.html", form=SecureForm.of_request(), client=client, n=n, since=list(SINCE))


def clean(client: str) -> Response:
    """Reject the votes of a client in one act."""
    form = CleaningForm.of_request()
    checked(form)
    seconds = SINCE[form.since.data]
    since = None if seconds is None else datetime.now(UTC) - seconds
    positions = votes_of(owner().log.store.engine, client, since)
    n = owner().reject(positions, ADMIN, f"all of client {client[:12]}") if positions else 0
    flash(f"{n} of {count_of(len(positions), 'vote')} of client {client[:12]} rejected.")
    return redirect(url_for("admin.clients"), 303)


def current_shares() -> Mapping[str, float]:
    """Return how much of the cap each client has used."""
    with owner().log.served.up_to_date() as model:
        return dict(model.shares())
