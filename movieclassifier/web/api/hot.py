"""The two routes that programs ask most, predictions and votes, answered before Flask's machinery.

Only a request that is plain and right is taken here. Anything odd, too long or wrong goes on to Flask, which knows
all routes and refuses with the same words.
"""

import time
from collections.abc import Iterable
from http import HTTPStatus
from io import BytesIO
from typing import Any

from flask import Flask
from werkzeug.exceptions import BadRequest

from movieclassifier.feedback.log.entities import Client
from movieclassifier.feedback.log.errors import FeedbackError, Unavailable
from movieclassifier.feedback.service import PREDICTION_ID, Service
from movieclassifier.web.api.documents import Asked, describe_prediction, describe_vote, encode, read_request, read_vote
from movieclassifier.web.clients import API, block, hash_address, network
from movieclassifier.web.config import is_trusted
from movieclassifier.web.error_answers import DETAILS, log, problem_document, public_detail
from movieclassifier.web.headers import headers_of
from movieclassifier.web.operations import observe
from movieclassifier.web.throttling import Throttle

PREDICTIONS = "/api/v1/predictions"
FEEDBACK = "/feedback"
# Bodies are read before limits are asked; reading a longer one would cost too much of a client beyond its limit.
MAX_BYTES = 128 * 2**10
Environ = dict[str, Any]


class HotRoutes:
    """WSGI middleware that answers plain requests for predictions and plain votes of programs.

    Parameters
    ----------
    app : Flask
        Its extensions are looked up at each request.
    """

    def __init__(self, app: Flask):
        self._app, self._flask = app, app.wsgi_app
        self._headers: list[tuple[str, str]] = []

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer a request."""
        started = time.perf_counter()
        prediction_id = None if self._app.debug else asked_for(environ)
        if prediction_id is None or not self._is_plain(environ):
            return self._flask(environ, start_response)
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        try:
            read: Asked | str = (
                read_vote(body) if prediction_id else read_request(body, self._service.settings.max_length)
            )
        except BadRequest:
            environ["wsgi.input"] = BytesIO(body)
            return self._flask(environ, start_response)
        status, content, headers = self._answer(environ, prediction_id, read)
        observe(self._app, environ, status, time.perf_counter() - started)
        headers = [*self._own_headers(), ("Content-Length", str(len(content))), *headers]
        start_response(f"{status} {HTTPStatus(status).phrase.upper()}", headers)
        return [content]

    @property
    def _service(self) -> Service:
        found: Service = self._app.extensions["movieclassifier"]
        return found

    def _is_plain(self, environ: Environ) -> bool:
        """Tell whether a request has a body of JSON whose length is known, and asks a name that this server has."""
        length = environ.get("CONTENT_LENGTH") or ""
        names = self._app.extensions["movieclassifier hosts"]
        return (
            length.isdecimal()
            and len(length) < 10
            and int(length) <= MAX_BYTES
            and environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() == "application/json"
            and "HTTP_CONTENT_ENCODING" not in environ
            and "HTTP_TRANSFER_ENCODING" not in environ
            and (names is None or is_trusted(environ.get("HTTP_HOST", "")[:80], names))
        )

    def _own_headers(self) -> list[tuple[str, str]]:
        if not self._headers:
            self._headers = list(headers_of(self._service.settings.deployed).items())
        return self._headers

    def _answer(
        self, environ: Environ, prediction_id: str, read: Asked | str
    ) -> tuple[int, bytes, list[tuple[str, str]]]:
        try:
            document, location = self._act(environ, prediction_id, read)
        except FeedbackError as error:
            return _refusal(error.status, str(error), getattr(error, "retry_after", None))
        except Unavailable as error:
            log.error("%s", error)
            return _refusal(error.status, public_detail(error), error.retry_after)
        except Exception:  # as Flask does at its edge: one request may fail, and the log says why
            log.exception("Exception on %s [%s]", environ["PATH_INFO"], environ["REQUEST_METHOD"])
            return _refusal(500, DETAILS[500], None)
        headers = [("Content-Type", "application/json")]
        headers += [("Location", f"{environ.get('SCRIPT_NAME', '')}{PREDICTIONS}/{location}")] if location else []
        return 200 if prediction_id else 201, encode(document), headers

    def _act(self, environ: Environ, prediction_id: str, read: Asked | str) -> tuple[Any, str | None]:
        """Return the document of the answer, and the id of the prediction."""
        address = environ.get("REMOTE_ADDR") or ""
        throttle: Throttle = self._app.extensions["movieclassifier throttle"]
        throttle.check("votes" if prediction_id else "predictions", network(address), block(address))
        client = Client(API, hash_address(str(self._app.config["SECRET_KEY"]), address))
        if isinstance(read, str):
            return describe_vote(self._service.vote(prediction_id, read, client)), None
        made = self._service.classify_many(read.texts, client, keep=read.keep, explain=read.explain)
        documents = [describe_prediction(prediction) for prediction in made]
        return ({"predictions": documents}, None) if read.many else (documents[0], made[0].id)


def asked_for(environ: Environ) -> str | None:
    """Return the id of the prediction that a vote is on, "" for a request for predictions, None for anything else.

    Examples
    --------
    >>> asked_for({"REQUEST_METHOD": "POST", "PATH_INFO": "/api/v1/predictions"})
    ''
    >>> asked_for({"REQUEST_METHOD": "PUT", "PATH_INFO": "/api/v1/predictions/0123456789abcdefghijkl/feedback"})
    '0123456789abcdefghijkl'
    >>> asked_for({"REQUEST_METHOD": "PUT", "PATH_INFO": "/api/v1/predictions/no id/feedback"})
    """
    method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
    if method == "POST" and path == PREDICTIONS:
        return ""
    if method == "PUT" and path.startswith(f"{PREDICTIONS}/") and path.endswith(FEEDBACK):
        prediction_id = path[len(PREDICTIONS) + 1 : -len(FEEDBACK)]
        return prediction_id if PREDICTION_ID.fullmatch(prediction_id) else None
    return None


def _refusal(status: int, detail: str, retry_after: int | None) -> tuple[int, bytes, list[tuple[str, str]]]:
    headers = [("Content-Type", "application/problem+json")]
    headers += [] if retry_after is None else [("Retry-After", str(retry_after))]
    return status, encode(problem_document(status, detail)), headers
