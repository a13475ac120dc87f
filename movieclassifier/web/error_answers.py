"""Errors become a page for people and a problem document (RFC 9457) for programs."""

import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, jsonify, render_template, request
from werkzeug.exceptions import HTTPException, InternalServerError, UnsupportedMediaType

from movieclassifier.feedback.log.errors import DiskFull, FeedbackError, Unavailable
from movieclassifier.feedback.settings import PREFIX
from movieclassifier.web.config import is_trusted

log = logging.getLogger("movieclassifier")

TITLES = {
    400: "That did not work",
    403: "Not allowed",
    404: "Not found",
    409: "That contradicts your vote",
    413: "Too long",
    429: "Too many requests",
    500: "Something went wrong",
    503: "Not available right now",
    507: "No room on the server",
}
DETAILS = {
    404: "There is no such page, or it has expired.",
    413: "The text is longer than this site takes.",
    500: "The fault is on this side; it was written to the log.",
    503: "The database does not answer. Go back, your text should still be there, and try again in a few seconds.",
}
MACHINE_PATHS = ("/api/", "/healthz", "/readyz", "/metrics")


def register(app: Flask) -> None:
    """Turn errors into answers."""
    app.before_request(_refuse_unknown_hosts)
    app.before_request(_refuse_compressed_bodies)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(FeedbackError, _feedback_error)
    app.register_error_handler(Unavailable, _unavailable)


def _refuse_compressed_bodies() -> None:
    """Refuse a body in a coding that nobody here takes off again."""
    coding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if coding != "identity":
        raise UnsupportedMediaType(f"Send the body as it is, without Content-Encoding; got {coding[:40]!r}.")


def _refuse_unknown_hosts() -> Response | None:
    """Refuse a name that is not the server's: a page of a different site may have been given its address."""
    names, host = current_app.extensions["movieclassifier hosts"], request.environ.get("HTTP_HOST", "")[:80]
    if names is None or is_trusted(host, names):
        return None
    detail = f"This server does not answer to the name {host!r}. {PREFIX}TRUSTED_HOSTS lists the names that it has."
    return problem(400, detail) if is_machine() else Response(f"{detail}\n", 400, mimetype="text/plain")


def _http_error(error: HTTPException) -> Any:
    if error.response is not None:
        return error.response
    status = error.code or 500
    if isinstance(error, InternalServerError):
        detail = DETAILS[500]
    else:
        own_words = error.description != type(error).description
        detail = (error.description if own_words else None) or DETAILS.get(status) or error.description or ""
    retry_after = getattr(error, "retry_after", None)
    response = answer(status, detail, retry_after if isinstance(retry_after, int) else None)
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _feedback_error(error: FeedbackError) -> Response:
    return answer(error.status, str(error), getattr(error, "retry_after", None))


def _unavailable(error: Unavailable) -> Response:
    log.error("%s", error)
    return answer(error.status, public_detail(error), error.retry_after)


def public_detail(error: Unavailable) -> str:
    """Return what a client may know of a database that does not answer."""
    return str(error) if isinstance(error, DiskFull) else DETAILS[503]


def answer(status: int, detail: str, retry_after: int | None = None) -> Response:
    """Return an error as the client reads it."""
    if is_machine():
        response = problem(status, detail)
    else:
        title = TITLES.get(status, HTTPStatus(status).phrase)
        response = Response(
            render_template("error.html", status=status, title=title, detail=detail, retry_after=retry_after), status
        )
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def problem(status: int, detail: str, **more: Any) -> Response:
    """Return a problem document."""
    response: Response = jsonify(problem_document(status, detail, **more))
    response.status_code = status
    response.content_type = "application/problem+json"
    return response


def problem_document(status: int, detail: str, **more: Any) -> dict[str, Any]:
    """Return what a problem document holds."""
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}


def is_machine() -> bool:
    """Tell whether a program asks, rather than a browser."""
    return request.path.startswith(MACHINE_PATHS)
