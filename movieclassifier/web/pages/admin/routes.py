"""The addresses of the owner's pages, and the password before each of them."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from movieclassifier.web.logins import is_logged_in
from movieclassifier.web.pages.admin.clients import clean, clients, confirm_cleaning
from movieclassifier.web.pages.admin.login import login, logout
from movieclassifier.web.pages.admin.overview import dashboard
from movieclassifier.web.pages.admin.versions import audit, confirm_rollback, confirm_update, rollback, update, versions
from movieclassifier.web.pages.admin.votes import export_csv, export_jsonl, moderate, queue, vote, votes

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
ROUTES: list[tuple[str, Callable[..., Any], list[str]]] = [
    ("/login", login, ["GET", "POST"]),
    ("/logout", logout, ["POST"]),
    ("/queue", queue, ["GET"]),
    ("/votes", votes, ["GET"]),
    ("/votes/<int:position>", vote, ["GET"]),
    ("/moderate", moderate, ["POST"]),
    ("/clients", clients, ["GET"]),
    ("/clients/<client>", confirm_cleaning, ["GET"]),
    ("/clients/<client>", clean, ["POST"]),
    ("/export.csv", export_csv, ["GET"]),
    ("/export.jsonl", export_jsonl, ["GET"]),
    ("/audit", audit, ["GET"]),
    ("/versions", versions, ["GET"]),
    ("/update", confirm_update, ["GET"]),
    ("/update", update, ["POST"]),
    ("/rollback/<int:version>", confirm_rollback, ["GET"]),
    ("/rollback", rollback, ["POST"]),
]
blueprint.add_url_rule("", view_func=dashboard, methods=["GET"], strict_slashes=False)
for rule, view, methods in ROUTES:
    blueprint.add_url_rule(rule, view_func=view, methods=methods)


@blueprint.before_request
def require_login() -> Response | None:
    """Let nobody in without the password; without a password set, there is nothing here."""
    if not current_app.config.get("ADMIN_PASSWORD_HASH"):
        abort(
            404,
            "There is no admin page until MOVIECLASSIFIER_ADMIN_PASSWORD_HASH is set (movieclassifier hash-password).",
        )
    if request.endpoint == "admin.login" or is_logged_in():
        return None
    return redirect(url_for("admin.login"), 303)
