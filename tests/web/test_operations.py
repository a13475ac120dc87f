"""Health, readiness and the gauges."""

import os
import re

from movieclassifier.web.counters import folder_name
from tests.support.visitors import Visitor


def test_a_server_without_its_database_is_alive_and_not_ready(make_app, tmp_path):
    client = make_app().test_client()
    assert client.get("/readyz").text == "ready: model 1+1\n"
    client.application.extensions["movieclassifier"].close()
    for file in tmp_path.glob("feedback.db*"):
        file.unlink()
    (tmp_path / "feedback.db").mkdir()
    response = client.get("/readyz")
    assert (response.status_code, response.json["detail"]) == (503, "The model or the database cannot be used.")
    page = client.get("/history")
    assert page.status_code == 503
    assert "try again in a few seconds" in page.text
    assert client.get("/healthz").text == "ok\n"


def sample(text, name):
    return float(re.search(rf"^{re.escape(name)} (\S+)$", text, re.M).group(1))


def test_metrics_count_requests_votes_and_time(make_app):
    app = make_app()
    visitor = Visitor(app)
    visitor.vote(visitor.classify(), "negative")
    visitor.get("/nothing")
    text = visitor.get("/metrics").text
    assert sample(text, 'movieclassifier_requests_total{group="page",status="4xx"}') == 1
    assert sample(text, 'movieclassifier_requests_total{group="page",status="3xx"}') == 2
    assert sample(text, 'movieclassifier_votes{status="accepted"}') == 1
    assert sample(text, "movieclassifier_votes_applied") == 1
    assert sample(text, "movieclassifier_log_position") == 2
    buckets = re.findall(r'request_seconds_bucket\{group="page",le="[^"]+"\} (\d+)', text)
    assert [int(n) for n in buckets] == sorted(int(n) for n in buckets)
    assert sample(text, 'movieclassifier_request_seconds_count{group="page"}') == int(buckets[-1])
    families = re.findall(r"^# TYPE (\S+) (\w+)$", text, re.M)
    assert len(set(families)) == len(families)


def test_several_workers_count_together(make_app, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for _ in range(2):
        client = make_app().test_client()
        for _ in range(3):
            client.get("/healthz", environ_overrides={"wsgi.multiprocess": True})
    assert [path.name for path in folder_name(os.getppid()).iterdir()] == [str(os.getpid())]
