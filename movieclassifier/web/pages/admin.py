"""The owner's page: what waits, what was said, what the model is made of; behind a password."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as BaseResponse
from wtforms import IntegerField, PasswordField, SelectMultipleField, StringField
from wtforms.validators import AnyOf, NumberRange

from movieclassifier.feedback.log.entities import APPLIED, MAX_NUMBER, STATUSES, Entry, Page
from movieclassifier.feedback.log.export import csv_lines, jsonl_lines
from movieclassifier.feedback.log.voters import list_voters, time_of, votes_of
from movieclassifier.feedback.updating import UpdateRefused
from movieclassifier.web.clients import owner, service
from movieclassifier.web.display.effects import effect_of
from movieclassifier.web.display.wording import count_of
from movieclassifier.web.forms import SecureForm
from movieclassifier.web.guarding import answers_on_guard
from movieclassifier.web.logins import ADMIN, is_logged_in, log_in, log_out, remember_device

DECISIONS: dict[str, Callable[[list[int]], int]] = {
    "approve": lambda positions: owner().approve(positions, ADMIN),
    "reject": lambda positions: owner().reject(positions, ADMIN),
}
# Since when the votes of a client are rejected.
SINCE = {
    "of the last hour": timedelta(hours=1),
    "of the last day": timedelta(days=1),
    "of the last week": timedelta(weeks=1),
    "ever cast": None,
}
N_VOTERS = 5
DONE = {"approve": "approved", "reject": "rejected"}

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


def number(value: str) -> int:
    """Return a number that every database can look for."""
    if not value.isdecimal() or int(value) > MAX_NUMBER:  # int() refuses thousands of digits with a ValueError, too
        raise ValueError(f"a position or version is a whole number; got {value!r}.")
    return int(value)


class LoginForm(SecureForm):
    """The password."""

    password = PasswordField("Password")


class ModerationForm(SecureForm):
    """The votes, and the act that the owner chose."""

    decision = StringField(validators=[AnyOf(DECISIONS)])
    positions = SelectMultipleField(validate_choice=False, coerce=number)


class CleaningForm(SecureForm):
    """Since when to reject the votes of a client."""

    since = StringField(validators=[AnyOf(SINCE)])


class RollbackForm(SecureForm):
    """The version to go back to."""

    version = IntegerField(validators=[NumberRange(1, MAX_NUMBER)])


@blueprint.before_request
def require_login() -> BaseResponse | None:
    """Let nobody in without the password; without a password set, there is nothing here."""
    if not current_app.config.get("ADMIN_PASSWORD_HASH"):
        abort(
            404,
            "There is no admin page until MOVIECLASSIFIER_ADMIN_PASSWORD_HASH is set (movieclassifier hash-password).",
        )
    if request.endpoint == "admin.login" or is_logged_in():
        return None
    return redirect(url_for("admin.login"), 303)


@blueprint.route("/login", methods=["GET", "POST"])
def login() -> Any:
    """Ask for the password."""
    form = LoginForm.of_request()
    if request.method == "POST" and form.checked():
        if log_in(form.password.data or ""):
            return remember_device(make_response(redirect(url_for("admin.dashboard"), 303)))
        form.password.errors = ["That is not the password."]
    return render_template("admin/login.html", form=form), 403 if form.errors else 200


@blueprint.post("/logout")
def logout() -> BaseResponse:
    """End the session."""
    checked(SecureForm.of_request())
    log_out()
    return redirect(url_for("pages.index"), 303)


@blueprint.get("", strict_slashes=False)
def dashboard() -> str:
    """Show what needs the owner first: waiting and held votes, the cap, the guard."""
    facts = service().facts()
    _, right = answers_on_guard(owner().log, facts.version)
    return render_template(
        "admin/dashboard.html",
        form=SecureForm.of_request(),
        facts=facts,
        held_since=held_since(),
        voters=list_voters(owner().log.store.engine, current_shares(), N_VOTERS),
        stats=service().stats(),
        guard=100 * sum(right) / len(right) if right else None,
        n_guard=len(right),
    )


@blueprint.get("/queue")
def queue() -> str:
    """List the votes that wait, the oldest first."""
    search = request.args.get("search", "")
    entries = owner().queue(search, page_number())
    page = {"entries": entries, "search": search, "effects": effects(entries.items)}
    return render_template("admin/queue.html", form=SecureForm.of_request(), **page)


@blueprint.get("/votes")
def votes() -> str:
    """Search all votes, the newest first."""
    search, status = chosen()
    entries = owner().entries(search, status, page_number())
    page = {"entries": entries, "search": search, "status": status, "statuses": STATUSES}
    return render_template("admin/votes.html", form=SecureForm.of_request(), effects=effects(entries.items), **page)


@blueprint.get("/votes/<int:position>")
def vote(position: int) -> str:
    """Show a vote with the whole of its text."""
    entry = owner().entry(position) if position <= MAX_NUMBER else None
    if entry is None:
        abort(404, "There is no such vote.")
    return render_template(
        "admin/vote.html",
        form=SecureForm.of_request(),
        position=position,
        entries=Page([entry], 1, 1, 1),
        effects=effects([entry]),
    )


def effects(entries: list[Entry]) -> dict[int, str]:
    """Return the effect that each vote would have, for those that are not part of the weights."""
    found = {}
    with owner().log.served.up_to_date() as model:
        for entry in entries:
            if entry.status != APPLIED and entry.label in model.classifier.label_names:
                found[entry.position] = effect_of(
                    model.rehearse(model.row(entry.text), entry.label, entry.client, trusted=True)
                )
    return found


@blueprint.post("/moderate")
def moderate() -> BaseResponse:
    """Approve or reject one vote or many."""
    form = ModerationForm.of_request()
    checked(form)
    positions = form.positions.data or []
    n = DECISIONS[form.decision.data](positions) if positions else 0
    chosen = count_of(len(positions), "vote")
    flash(f"{n} of {chosen} {DONE[form.decision.data]}." if positions else "Tick the votes first.")
    return redirect(url_for("admin.votes" if request.args.get("back") == "votes" else "admin.queue"), 303)


@blueprint.get("/clients")
def clients() -> str:
    """List the clients that voted, those that moved the model most first."""
    voters = list_voters(owner().log.store.engine, current_shares())
    return render_template("admin/clients.html", form=SecureForm.of_request(), voters=voters)


@blueprint.get("/clients/<client>")
def confirm_cleaning(client: str) -> str:
    """Ask since when the votes of a client are rejected."""
    n = len(votes_of(owner().log.store.engine, client))
    if not n:
        abort(404, "There is no vote of such a client.")
    return render_template("admin/clean.html", form=SecureForm.of_request(), client=client, n=n, since=list(SINCE))


@blueprint.post("/clients/<client>")
def clean(client: str) -> BaseResponse:
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


def held_since() -> datetime | None:
    """Return since when votes are being held; None while none is."""
    with owner().log.served.up_to_date() as model:
        positions = list(model.held)
    return time_of(owner().log.store.engine, min(positions)) if positions else None


@blueprint.get("/export.csv")
def export_csv() -> Response:
    """Download the votes as CSV, safe to open in a spreadsheet."""
    return download(csv_lines(chosen_rows()), "text/csv", "feedback.csv")


@blueprint.get("/export.jsonl")
def export_jsonl() -> Response:
    """Download the votes as JSON lines."""
    return download(jsonl_lines(chosen_rows()), "application/x-ndjson", "feedback.jsonl")


@blueprint.get("/audit")
def audit() -> str:
    """List the log, the newest first."""
    return render_template("admin/audit.html", form=SecureForm.of_request(), events=owner().audit(page_number()))


@blueprint.get("/versions")
def versions() -> str:
    """List the bases that the model has had."""
    facts = service().facts()
    return render_template(
        "admin/versions.html", form=SecureForm.of_request(), versions=owner().versions(), facts=facts
    )


@blueprint.get("/update")
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


@blueprint.post("/update")
def update() -> BaseResponse:
    """Fold the log into a new base, if the guard agrees."""
    checked(SecureForm.of_request())
    try:
        flash(str(owner().update(ADMIN)))
    except UpdateRefused as refused:
        flash(f"Nothing was changed: {refused}")
    return redirect(url_for("admin.versions"), 303)


@blueprint.get("/rollback/<int:version>")
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


@blueprint.post("/rollback")
def rollback() -> BaseResponse:
    """Serve an earlier base again."""
    form = RollbackForm.of_request()
    checked(form)
    flash(str(owner().rollback(form.version.data, ADMIN)))
    return redirect(url_for("admin.versions"), 303)


def checked(form: SecureForm) -> None:
    """Refuse a form that no page of this site could have sent."""
    if not form.checked():
        abort(400)


def chosen() -> tuple[str, str | None]:
    """Return what the address searches for: words of the text, and a status."""
    status = request.args.get("status")
    return request.args.get("search", ""), status if status in STATUSES else None


def chosen_rows() -> Iterator[dict[str, Any]]:
    """Return the votes that the address searches for, as rows to export."""
    search, status = chosen()
    return owner().export_rows(search, status)


def page_number() -> int:
    """Return the page that the address asks for."""
    return min(max(1, request.args.get("page", 1, type=int)), MAX_NUMBER)


def download(lines: Any, mimetype: str, name: str) -> Response:
    """Stream lines as a file."""
    return Response(lines, mimetype=mimetype, headers={"Content-Disposition": f'attachment; filename="{name}"'})
