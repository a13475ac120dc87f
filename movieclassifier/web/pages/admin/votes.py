"""The queue, all votes, the decisions on them, and their export."""

from collections.abc import Callable, Iterator
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectMultipleField, StringField
from wtforms.validators import AnyOf

from movieclassifier.feedback.log.entities import APPLIED, MAX_NUMBER, STATUSES, Entry, Page
from movieclassifier.feedback.log.export import csv_lines, jsonl_lines
from movieclassifier.web.clients import owner
from movieclassifier.web.display.effects import effect_of
from movieclassifier.web.display.wording import count_of
from movieclassifier.web.forms import SecureForm
from movieclassifier.web.logins import ADMIN
from movieclassifier.web.pages.admin.asked import checked, chosen, page_number

DECISIONS: dict[str, Callable[[list[int]], int]] = {
    "approve": lambda positions: owner().approve(positions, ADMIN),
    "reject": lambda positions: owner().reject(positions, ADMIN),
}
DONE = {"approve": "approved", "reject": "rejected"}


def number(value: str) -> int:
    """Return a number that every database can look for."""
    if not value.isdecimal() or int(value) > MAX_NUMBER:  # int() refuses thousands of digits with a ValueError, too
        raise ValueError(f"a position or version is a whole number; got {value!r}.")
    return int(value)


class ModerationForm(SecureForm):
    """The votes, and the act that the owner chose."""

    decision = StringField(validators=[AnyOf(DECISIONS)])
    positions = SelectMultipleField(validate_choice=False, coerce=number)


def queue() -> str:
    """List the votes that wait, the oldest first."""
    search = request.args.get("search", "")
    entries = owner().queue(search, page_number())
    page = {"entries": entries, "search": search, "effects": effects(entries.items)}
    return render_template("admin/queue.html", form=SecureForm.of_request(), **page)


def votes() -> str:
    """Search all votes, the newest first."""
    search, status = chosen()
    entries = owner().entries(search, status, page_number())
    page = {"entries": entries, "search": search, "status": status, "statuses": STATUSES}
    return render_template("admin/votes.html", form=SecureForm.of_request(), effects=effects(entries.items), **page)


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


def moderate() -> BaseResponse:
    """Approve or reject one vote or many."""
    form = ModerationForm.of_request()
    checked(form)
    positions = form.positions.data or []
    n = DECISIONS[form.decision.data](positions) if positions else 0
    chosen = count_of(len(positions), "vote")
    flash(f"{n} of {chosen} {DONE[form.decision.data]}." if positions else "Tick the votes first.")
    return redirect(url_for("admin.votes" if request.args.get("back") == "votes" else "admin.queue"), 303)


def export_csv() -> Response:
    """Download the votes as CSV, safe to open in a spreadsheet."""
    return download(csv_lines(chosen_rows()), "text/csv", "feedback.csv")


def export_jsonl() -> Response:
    """Download the votes as JSON lines."""
    return download(jsonl_lines(chosen_rows()), "application/x-ndjson", "feedback.jsonl")


def chosen_rows() -> Iterator[dict[str, Any]]:
    """Return the votes that the address searches for, as rows to export."""
    search, status = chosen()
    return owner().export_rows(search, status)


def download(lines: Any, mimetype: str, name: str) -> Response:
    """Stream lines as a file."""
    return Response(lines, mimetype=mimetype, headers={"Content-Disposition": f'attachment; filename="{name}"'})
