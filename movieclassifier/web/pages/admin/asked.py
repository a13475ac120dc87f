"""The parameters of the owner's requests."""

from flask import abort, request

from movieclassifier.feedback.log.entities import MAX_NUMBER, STATUSES
from movieclassifier.web.forms import SecureForm


def checked(form: SecureForm) -> None:
    """Refuse a form that no page of this site could have sent."""
    if not form.checked():
        abort(400)


def chosen() -> tuple[str, str | None]:
    """Return what the address searches for: words of the text, and a status."""
    status = request.args.get("status")
    return request.args.get("search", ""), status if status in STATUSES else None


def page_number() -> int:
    """Return the page that the address asks for."""
    return min(max(1, request.args.get("page", 1, type=int)), MAX_NUMBER)
