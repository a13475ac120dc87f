"""The page of the visitor's own texts."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from movieclassifier.feedback.log.entities import Prediction
from movieclassifier.feedback.log.forgetting import forget
from movieclassifier.web.clients import current_client, service
from movieclassifier.web.display.wording import ShownAnswer, count_of
from movieclassifier.web.forms import SecureForm

PER_PAGE = 25
MAX_ROWS = 1000
VOTED, OPEN = "with a vote", "without a vote"

blueprint = Blueprint("history", __name__, url_prefix="/history")


@blueprint.get("", endpoint="history")
def history() -> str:
    """List the texts of the session, a page at a time."""
    search, only = request.args.get("search", ""), request.args.get("only", "")
    everything = service().history(current_client(), limit=MAX_ROWS)
    labels = service().facts().labels
    found = [prediction for prediction in everything if matches(prediction, search, only)]
    n_pages = max(1, -(-len(found) // PER_PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), n_pages)
    shown = found[(page - 1) * PER_PAGE : page * PER_PAGE]
    return render_template(
        "pages/history.html",
        form=SecureForm.of_request(),
        rows=[(prediction, ShownAnswer.of(prediction.probabilities, prediction.label)) for prediction in shown],
        page=page,
        n_pages=n_pages,
        n_found=len(found),
        n_all=len(everything),
        search=search,
        only=only,
        filters=[VOTED, OPEN, *labels],
    )


@blueprint.get("/clear")
def confirm_clear() -> str:
    """Ask before all texts of the session are deleted."""
    n = len(service().history(current_client(), limit=MAX_ROWS))
    return render_template("pages/clear.html", form=SecureForm.of_request(), n=n)


@blueprint.post("/clear")
def clear() -> Response:
    """Delete all texts of the session."""
    return take_off(None)


@blueprint.post("/delete/<id>")
def delete(id: str) -> Response:
    """Delete one text of the session."""
    return take_off([service().get(id, current_client()).id or ""])


def take_off(ids: list[str] | None) -> Response:
    """Delete texts, and say which of them stay in the log."""
    if not SecureForm.of_request().checked():
        abort(400)
    n_deleted, n_kept = forget(service().log.store.engine, current_client().owner, ids)
    words = f"{count_of(n_deleted, 'text')} deleted." if n_deleted or not n_kept else ""
    if n_kept:
        stay = "stays" if n_kept == 1 else "stay"
        words += (
            f" {count_of(n_kept, 'text')} with a vote {stay} in the log of the model, and nobody’s list shows it now."
        )
    flash(words.strip().capitalize())
    return redirect(url_for("history.history"), 303)


def matches(prediction: Prediction, search: str, only: str) -> bool:
    """Tell whether a text holds the words searched for, and passes the filter."""
    wanted: dict[str, Any] = {VOTED: prediction.vote is not None, OPEN: prediction.vote is None, "": True}
    right = prediction.vote.label if prediction.vote else prediction.label
    return wanted.get(only, right == only) and all(
        word in prediction.text.casefold() for word in search.casefold().split()
    )
