"""Endpoints for monitoring: /healthz, /readyz and /metrics."""

import hmac
import logging
import time
from collections.abc import Mapping
from ipaddress import ip_address
from threading import Lock
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, g, request

from movieclassifier.feedback.log.errors import Damaged, DiskFull, NoRoom, Unavailable
from movieclassifier.web.clients import network, service
from movieclassifier.web.counters import Counters, exposition, server_folder
from movieclassifier.web.error_answers import problem

log = logging.getLogger("movieclassifier")
blueprint = Blueprint("operations", __name__)
TEXT = "text/plain; version=0.0.4; charset=utf-8"


def register(app: Flask) -> None:
    """Count requests, and answer questions about the server."""
    app.register_blueprint(blueprint)
    app.extensions["movieclassifier counters"] = _SharedCounters()

    @app.before_request
    def start_clock() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        seconds = time.perf_counter() - g.get("started", time.perf_counter())
        observe(app, request.environ, response.status_code, seconds)
        return response


def observe(app: Flask, environ: Mapping[str, Any], status: int, seconds: float) -> None:
    """Count an answer and the time that it took."""
    counters = app.extensions["movieclassifier counters"].get(bool(environ.get("wsgi.multiprocess")))
    counters.observe(_group(environ.get("PATH_INFO", "")), status, seconds)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Say that the process is alive, even if the database is not; a damaged database does not come back."""
    try:
        service().expect_base()
    except Damaged as error:
        log.error("%s", error)
        return problem(503, "The database is damaged; the server's log says where.")
    except (OSError, ValueError):
        pass
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
def readyz() -> Response:
    """Say whether the model and the database can be used."""
    try:
        version = service().ready()
    except (OSError, ValueError) as error:
        log.error("not ready: %s", error)
        is_full = isinstance(error, (NoRoom, DiskFull))
        response = problem(503, str(error) if is_full else "The model or the database cannot be used.")
        response.headers["Retry-After"] = str(Unavailable.retry_after)
        return response
    return Response(f"ready: model {version}\n", mimetype="text/plain")


@blueprint.get("/metrics")
def metrics() -> Response:
    """Return counters and gauges for Prometheus."""
    if service().settings.deployed and not _may_read_metrics():
        abort(403, "The metrics are for this machine only, or for requests with MOVIECLASSIFIER_METRICS_TOKEN.")
    facts, stats = service().facts(), service().stats()
    gauges = {
        "movieclassifier_log_position": ("gauge", "The last event of the log.", facts.log_position),
        "movieclassifier_model_version": ("gauge", "The base that is served.", facts.version),
        "movieclassifier_votes_applied": ("gauge", "Votes in the weights that are served.", facts.events_applied),
        "movieclassifier_votes_held": ("gauge", "Accepted votes beyond the cap.", facts.held),
        "movieclassifier_cap_used_ratio": ("gauge", "How much of the cap is used up.", facts.cap_used),
        "movieclassifier_predictions": ("gauge", "Predictions that are stored.", stats.n_predictions),
    }
    for status, n in stats.by_status.items():
        gauges[f'movieclassifier_votes{{status="{status}"}}'] = ("gauge", "Votes in the log.", n)
    lines = exposition(_counters().totals(), gauges)
    return Response("\n".join(lines) + "\n", content_type=TEXT)


def _may_read_metrics() -> bool:
    """Tell whether a request comes from this machine, without a proxy in between, or has the token."""
    token = current_app.config["METRICS_TOKEN"]
    if token:
        return hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode())
    if "X-Forwarded-For" in request.headers:
        return False
    try:
        return ip_address(network(request.remote_addr or "")).is_loopback
    except ValueError:
        return False


class _SharedCounters:
    """Makes the counters at the first request: only then the number of workers is known."""

    def __init__(self) -> None:
        self._counters: Counters | None = None
        self._lock = Lock()

    def get(self, shared: bool) -> Counters:
        with self._lock:
            if self._counters is None:
                self._counters = Counters(server_folder() if shared else None)
            return self._counters


def _counters() -> Counters:
    shared: _SharedCounters = current_app.extensions["movieclassifier counters"]
    return shared.get(bool(request.environ.get("wsgi.multiprocess")))


def _group(path: str) -> str:
    if path.startswith("/api/"):
        return "api"
    if path.startswith("/static/"):
        return "static"
    return "operations" if path in ("/healthz", "/readyz", "/metrics") else "page"
