"""The routes that are answered before Flask answer as Flask does, and leave it all that is odd."""

import json
import logging

import pytest

from movieclassifier.web import create_app
from movieclassifier.web.api import hot

API = "/api/v1/predictions"
GENEROUS = {"PREDICTIONS_PER_MINUTE": 10**6, "TEXTS_PER_HOUR": 10**9, "VOTES_PER_HOUR": 10**6, "CAP": 9.0}
REVIEW = "A wonderful, moving film with great acting."
JSON = "application/json"


@pytest.fixture(params=["one's own machine", "deployed"])
def app(request, tmp_path, small_model):
    given = {"DEPLOYED": request.param == "deployed", "SECRET_KEY": "c0ffee" * 8, "MODEL": str(small_model)}
    app = create_app(given | {"DATABASE_URL": f"sqlite:///{tmp_path}/f.db"} | GENEROUS)
    yield app
    app.extensions["movieclassifier"].close()


@pytest.fixture
def flask_only(monkeypatch):
    """Return what lets the next requests go to Flask."""
    return lambda: monkeypatch.setattr(hot, "asked_for", lambda environ: None)


def is_hot(app, monkeypatch, *arguments, **more):
    """Tell whether a request is answered before Flask, and return the answer."""
    with monkeypatch.context() as patch:
        seen = []
        answer = hot.HotRoutes._answer
        patch.setattr(hot.HotRoutes, "_answer", lambda *a: seen.append(1) or answer(*a))
        response = app.test_client().open(*arguments, **more)
    return bool(seen), response


def shape(response):
    """Return all of an answer but what is different each time."""
    document = response.get_json()
    for one in document.get("predictions", [document]):
        for name in ("id", "created_at", "voted_at", "position"):
            one.pop(name, None)
    headers = {name: value for name, value in response.headers.items() if name not in ("Location", "Content-Length")}
    return response.status, headers, document


RIGHT = [{"text": REVIEW}, {"text": REVIEW, "explain": False}, {"text": REVIEW, "keep": False}]
RIGHT += [{"texts": [REVIEW, "Bad. \ud800"]}, {"texts": [REVIEW], "explain": True, "keep": True}]


@pytest.mark.parametrize("document", RIGHT)
def test_predictions_are_those_of_flask(app, document, flask_only, monkeypatch):
    taken, quick = is_hot(app, monkeypatch, API, method="POST", json=document)
    flask_only()
    slow = app.test_client().post(API, json=document)
    assert taken
    assert shape(quick) == shape(slow)
    assert ("Location" in quick.headers) == ("Location" in slow.headers)
    if "Location" in quick.headers:
        assert app.test_client().get(quick.headers["Location"]).status_code == 200


def test_votes_and_their_refusals_are_those_of_flask(app, flask_only, monkeypatch):
    client = app.test_client()
    made = [client.post(API, json={"text": f"{REVIEW} {i}"}).json for i in range(2)]
    documents = [{"label": made[0]["label"]}, {"label": "nonsense"}, {"label": made[0]["label"]}]
    documents += [{"label": name} for name in made[0]["probabilities"] if name != made[0]["label"]]
    taken = [is_hot(app, monkeypatch, f"{API}/{made[0]['id']}/feedback", method="PUT", json=one) for one in documents]
    taken.append(is_hot(app, monkeypatch, f"{API}/{'x' * 22}/feedback", method="PUT", json=documents[0]))
    flask_only()
    slow = [client.put(f"{API}/{made[1]['id']}/feedback", json=one) for one in documents]
    slow.append(client.put(f"{API}/{'x' * 22}/feedback", json=documents[0]))
    assert all(was_hot for was_hot, _ in taken)
    assert [response.status_code for _, response in taken] == [200, 400, 200, 409, 404]
    for (_, quick), other in zip(taken, slow, strict=True):
        (status, headers, document), expected = shape(quick), shape(other)
        assert (status, headers, document.keys()) == (expected[0], expected[1], expected[2].keys())


ODD = {
    "no JSON": {"data": b"{", "content_type": JSON},
    "nested too deeply": {"data": b"[" * 100_000, "content_type": JSON},
    "no object": {"data": b"[]", "content_type": JSON},
    "a form": {"data": {"text": REVIEW}},
    "an unknown member": {"json": {"text": REVIEW, "more": 1}},
    "text and texts": {"json": {"text": REVIEW, "texts": []}},
    "no text": {"json": {"text": ""}},
    "a number": {"json": {"text": 5}},
    "an odd keep": {"json": {"text": REVIEW, "keep": 1}},
    "too many explained": {"json": {"texts": [REVIEW] * 30, "explain": True}},
    "compressed": {"json": {"text": REVIEW}, "headers": {"Content-Encoding": "gzip"}},
    "a name that is not the server's": {"json": {"text": REVIEW}, "headers": {"Host": "evil.example"}},
    "long": {"json": {"texts": ["x" * 19_000] * 7, "explain": 1}},
    "too long": {"data": b" " * (8 * 2**20 + 1), "content_type": JSON},
    "shorter than it says": {"data": b"{}", "content_type": JSON, "headers": {"Content-Length": "900"}},
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_is_left_to_flask(app, name, flask_only, monkeypatch):
    taken, first = is_hot(app, monkeypatch, API, method="POST", **ODD[name])
    flask_only()
    second = app.test_client().post(API, **ODD[name])
    assert taken == (app.extensions["movieclassifier"].settings.deployed and "name" in name)
    assert shape(first) == shape(second)


@pytest.mark.usefixtures("start_of_day")
def test_limits_hold_and_are_counted_once(tmp_path, small_model):
    given = {"SECRET_KEY": "test", "MODEL": str(small_model), "DATABASE_URL": f"sqlite:///{tmp_path}/f.db"}
    app = create_app(given | {"PREDICTIONS_PER_MINUTE": 3})
    responses = [app.test_client().post(API, json={"text": REVIEW}) for _ in range(5)]
    assert [response.status_code for response in responses] == [201, 201, 201, 429, 429]
    assert int(responses[-1].headers["Retry-After"]) > 0
    assert responses[-1].content_type == "application/problem+json"
    app.extensions["movieclassifier"].close()


def test_answers_are_counted(app):
    client = app.test_client()
    client.post(API, json={"text": REVIEW})
    client.post(API, json={"text": ""})
    metrics = client.get("/metrics", environ_base={"REMOTE_ADDR": "127.0.0.1"}).text
    assert 'movieclassifier_requests_total{group="api",status="2xx"} 1' in metrics
    assert 'movieclassifier_requests_total{group="api",status="4xx"} 1' in metrics


def test_location_is_below_the_prefix(app):
    response = app.test_client().post(API, json={"text": REVIEW}, environ_overrides={"SCRIPT_NAME": "/films"})
    assert response.headers["Location"].startswith(f"/films{API}/")


def test_database_that_does_not_answer_and_faults_are_said(app, monkeypatch, caplog):
    service = app.extensions["movieclassifier"]
    errors = [hot.Unavailable("the database is away"), ZeroDivisionError("a bug")]
    monkeypatch.setattr(service, "classify_many", lambda *a, **k: (_ for _ in ()).throw(errors.pop(0)))
    with caplog.at_level(logging.ERROR, "movieclassifier"):
        away, bug = (app.test_client().post(API, json={"text": REVIEW}) for _ in range(2))
    assert (away.status_code, away.headers["Retry-After"]) == (503, "5")
    assert (bug.status_code, "bug" not in bug.text) == (500, True)
    assert "the database is away" in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert json.loads(bug.data)["title"] == "Internal Server Error"
