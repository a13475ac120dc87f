"""The page that the owner sees first: what needs a decision."""

from datetime import datetime

from flask import render_template

from movieclassifier.feedback.log.voters import list_voters, time_of
from movieclassifier.web.clients import owner, service
from movieclassifier.web.forms import SecureForm
from movieclassifier.web.guard_answers import answers_on_guard
from movieclassifier.web.pages.admin.clients import current_shares

N_VOTERS = 5


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


def held_since() -> datetime | None:
    """Return since when votes are being held; None while none is."""
    with owner().log.served.up_to_date() as model:
        positions = list(model.held)
    return time_of(owner().log.store.engine, min(positions)) if positions else None
