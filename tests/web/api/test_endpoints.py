"""The API does what its document says, whatever is sent to it."""

import json

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from movieclassifier.web import create_app

GENEROUS = {
    "PREDICTIONS_PER_MINUTE": 10**6,
    "TEXTS_PER_HOUR": 10**9,
    "VOTES_PER_HOUR": 10**6,
    "CAP": 9.0,
    "LIVE_COLLECT": False,
    "SEARCHES_PER_MINUTE": 1,
}
API = "/api/v1"
REVIEW = "A wonderful, moving film with great acting."
LENIENT = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
# Every code point, lone surrogates included, which no UTF-8 holds and every JSON can.
ANY_TEXT = st.text(st.characters(exclude_categories=()), min_size=1, max_size=60)


@pytest.fixture(scope="module")
def app(tmp_path_factory, small_model):
    """One app for all examples of a property: they share its log, as clients do."""
    return _app(f"sqlite:///{tmp_path_factory.mktemp('api')}/f.db", small_model)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def client(request, app, small_model):
    """A client of an app on each database."""
    if request.param == "sqlite":
        yield app.test_client()
        return
    from tests.support.postgresql import create_database

    other = _app(create_database(request.getfixturevalue("postgresql_server")), small_model)
    yield other.test_client()
    other.extensions["movieclassifier"].close()


def _app(url, model):
    return create_app({"TESTING": True, "SECRET_KEY": "test", "DATABASE_URL": url, "MODEL": str(model)} | GENEROUS)


def predict(client, text=REVIEW, **more):
    response = client.post(f"{API}/predictions", json={"text": text, **more})
    assert response.status_code == 201, response.text
    return response.json


def other_label(client, prediction):
    return next(name for name in prediction["probabilities"] if name != prediction["label"])


def problem(response, status):
    assert response.status_code == status, response.text
    assert response.content_type == "application/problem+json"
    assert response.json["status"] == status
    assert set(response.json) == {"type", "title", "status", "detail"}
    return response.json["detail"]


def test_a_prediction_and_its_feedback(client):
    response = client.post(f"{API}/predictions", json={"text": f"{REVIEW} one"})
    made = response.json
    assert list(made) == ["id", "label", "probabilities", "model_version", "created_at", "n_known", "explanation"]
    assert list(made["probabilities"]) == client.get(f"{API}/model").json["labels"]
    assert response.headers["Location"] == f"{API}/predictions/{made['id']}"
    assert sum(made["probabilities"].values()) == pytest.approx(1)
    explanation = made["explanation"]
    parts = sum(part["value"] for part in explanation["contributions"]) + explanation["others"]
    assert parts + explanation["intercept"] == pytest.approx(explanation["decision_value"])
    url = response.headers["Location"]
    assert client.get(f"{url}/feedback").status_code == 204
    problem(client.delete(f"{url}/feedback"), 409)
    label = other_label(client, made)
    first = client.put(f"{url}/feedback", json={"label": label})
    assert (first.status_code, first.json["status"], first.json["verdict"]) == (200, "applied", "incorrect")
    assert first.json["after"][label] > 0.5 > first.json["before"][label]
    for _ in range(2):
        assert client.put(f"{url}/feedback", json={"label": label}).json == first.json
    assert client.get(f"{url}/feedback").json == first.json
    stored = client.get(url).json
    assert stored.pop("feedback") == first.json
    assert stored.pop("text") == f"{REVIEW} one"
    assert stored == made
    assert "undo it" in problem(client.put(f"{url}/feedback", json={"label": made["label"]}), 409)
    for _ in range(2):
        assert client.delete(f"{url}/feedback").status_code == 204
    assert "taken back" in problem(client.get(f"{url}/feedback"), 404)
    assert client.get(url).json["feedback"] is None
    assert client.put(f"{url}/feedback", json={"label": made["label"]}).json["verdict"] == "correct"


def test_many_texts_are_classified_as_one_by_one(client):
    texts = [f"{REVIEW} {n}" for n in range(5)]
    found = client.post(f"{API}/predictions", json={"texts": texts, "keep": True}).json["predictions"]
    assert [row["explanation"] for row in found] == [None] * 5
    assert [row["probabilities"] for row in found] == [predict(client, text)["probabilities"] for text in texts]
    assert client.get(f"{API}/predictions/{found[3]['id']}").json["text"] == texts[3]
    explained = client.post(f"{API}/predictions", json={"texts": texts, "explain": True}).json["predictions"]
    assert all(row["explanation"]["contributions"] for row in explained)
    assert predict(client, explain=False)["explanation"] is None


def test_a_batch_is_kept_only_where_that_is_asked_for(client):
    found = client.post(f"{API}/predictions", json={"texts": [REVIEW, REVIEW]}).json["predictions"]
    assert [row["id"] for row in found] == [None, None]
    single = client.post(f"{API}/predictions", json={"text": REVIEW, "keep": False})
    assert (single.json["id"], "Location" in single.headers) == (None, False)
    assert "must be true or false" in problem(client.post(f"{API}/predictions", json={"text": "a", "keep": 1}), 400)


def test_a_thousand_texts_go_and_one_more_does_not(client):
    assert len(client.post(f"{API}/predictions", json={"texts": ["fine"] * 1000}).json["predictions"]) == 1000
    assert "1 to 1000" in problem(client.post(f"{API}/predictions", json={"texts": ["fine"] * 1001}), 400)


def test_explaining_is_for_few_texts_at_once(client):
    for n, length, status in ((20, 10, 201), (21, 10, 400), (6, 20_000, 400)):
        response = client.post(f"{API}/predictions", json={"texts": ["x" * length] * n, "explain": True})
        assert response.status_code == status
    assert "at most 20 of 100,000 characters in all" in problem(response, 400)
    assert client.post(f"{API}/predictions", json={"texts": ["fine"] * 21}).status_code == 201


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ("{", "not valid JSON"),
        ("[]", "a JSON object"),
        ('"text"', "a JSON object"),
        ("null", "a JSON object"),
        ("{}", "either 'text' or 'texts'"),
        ('{"text": "a", "texts": ["a"]}', "either 'text' or 'texts'"),
        ('{"text": 5}', "a string of 1 to 20000 characters"),
        ('{"text": ""}', "a string of 1 to 20000 characters"),
        ('{"text": null}', "a string of 1 to 20000 characters"),
        ('{"texts": []}', "a list of 1 to 1000 strings"),
        ('{"texts": "aa"}', "a list of 1 to 1000 strings"),
        ('{"texts": ["a", 1]}', "text 1 is not"),
        ('{"text": "a", "explain": "yes"}', "true or false"),
        ('{"text": "a", "<script>": 1}', "got '<script>'"),
        ('{"text": NaN}', "a string"),
        ("[" * 100_000, ""),
        ('{"text": ' + "[" * 100_000, ""),
    ],
)
def test_a_wrong_body_is_a_problem(client, body, detail):
    response = client.post(f"{API}/predictions", data=body, content_type="application/json")
    assert detail in problem(response, 400)


def test_a_body_that_is_not_utf8_is_a_problem(client):
    response = client.post(f"{API}/predictions", data=b'{"text": "\xff\xfe"}', content_type="application/json")
    problem(response, 400)


def test_a_form_of_a_different_site_is_refused(client):
    for content_type in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data"):
        response = client.post(f"{API}/predictions", data='{"text": "a"}', content_type=content_type)
        assert "application/json" in problem(response, 415)


def test_a_body_that_is_too_large_is_refused(client):
    body = json.dumps({"texts": ["x" * 20_000] * 450})
    problem(client.post(f"{API}/predictions", data=body, content_type="application/json"), 413)
    assert "text 0" in problem(client.post(f"{API}/predictions", json={"text": "x" * 20_001}), 400)
    predict(client, "x" * 20_000)


@pytest.mark.parametrize(
    "body", [{}, {"label": 1}, {"label": None}, {"label": "great"}, {"label": "positive", "by": 1}]
)
def test_a_wrong_vote_is_a_problem(client, body):
    prediction = predict(client)
    problem(client.put(f"{API}/predictions/{prediction['id']}/feedback", json=body), 400)


def test_a_label_that_the_model_has_not_is_told_before_the_vote_that_stands(client):
    path = f"{API}/predictions/{predict(client)['id']}/feedback"
    assert client.put(path, json={"label": "positive"}).status_code == 200
    assert "must be one of negative, positive" in problem(client.put(path, json={"label": "awesome"}), 400)


@pytest.mark.parametrize("id", ["x", "A" * 22, "%00", "%ff%fe", "a" * 5000])
def test_a_forged_id_is_not_found(client, id):
    for method in ("get", "delete"):
        problem(getattr(client, method)(f"{API}/predictions/{id}/feedback"), 404)
    problem(client.put(f"{API}/predictions/{id}/feedback", json={"label": "positive"}), 404)


def test_a_review_of_the_pages_is_foreign_to_the_api(client):
    service = client.application.extensions["movieclassifier"]
    from movieclassifier.feedback.log.entities import Client

    prediction = service.classify(REVIEW, Client("a session", "an address"))
    problem(client.get(f"{API}/predictions/{prediction.id}"), 404)
    problem(client.put(f"{API}/predictions/{prediction.id}/feedback", json={"label": "positive"}), 404)


def test_the_model_is_told_with_the_digest_of_its_weights(client):
    prediction = predict(client, f"{REVIEW} digest")
    before = client.get(f"{API}/model").json
    client.put(f"{API}/predictions/{prediction['id']}/feedback", json={"label": other_label(client, prediction)})
    after = client.get(f"{API}/model").json
    assert after["weights_sha256"] != before["weights_sha256"]
    assert after["events_applied"] == before["events_applied"] + 1
    client.delete(f"{API}/predictions/{prediction['id']}/feedback")
    again = client.get(f"{API}/model").json
    assert again["weights_sha256"] == before["weights_sha256"]
    assert again["log_position"] == before["log_position"] + 2
    assert (again["recipe"], again["version"], again["labels"]) == ("default", 1, ["negative", "positive"])
    assert 0.5 < again["measured_accuracy"] <= 1
    assert again["name"].endswith("/classifier.npz")


def test_unknown_paths_and_methods_are_problems(client):
    problem(client.get(f"{API}/nothing"), 404)
    response = client.patch(f"{API}/model")
    problem(response, 405)
    assert "GET" in response.headers["Allow"]


@pytest.mark.usefixtures("start_of_day")
def test_too_many_requests_are_told_when_to_come_back(tmp_path, small_model, postgresql_url):
    for url in (f"sqlite:///{tmp_path}/f.db", postgresql_url):
        config = {"TESTING": True, "SECRET_KEY": "test", "DATABASE_URL": url, "MODEL": str(small_model)}
        workers = [create_app(config | {"PREDICTIONS_PER_MINUTE": 3}) for _ in range(2)]
        clients = [worker.test_client() for worker in workers]
        statuses = [clients[n % 2].post(f"{API}/predictions", json={"text": REVIEW}).status_code for n in range(4)]
        assert statuses == [201, 201, 201, 429]
        response = clients[0].post(f"{API}/predictions", json={"text": REVIEW})
        assert "at most 3 per minute" in problem(response, 429)
        assert 1 <= int(response.headers["Retry-After"]) <= 60
        elsewhere = clients[0].post(
            f"{API}/predictions", json={"text": REVIEW}, environ_overrides={"REMOTE_ADDR": "192.0.2.9"}
        )
        assert elsewhere.status_code == 201
        for worker in workers:
            worker.extensions["movieclassifier"].close()


@pytest.mark.usefixtures("start_of_day")
def test_votes_are_limited(tmp_path, small_model):
    app = create_app(
        {
            "TESTING": True,
            "SECRET_KEY": "test",
            "DATABASE_URL": f"sqlite:///{tmp_path}/f.db",
            "MODEL": str(small_model),
            "VOTES_PER_HOUR": 1,
        }
    )
    client = app.test_client()
    urls = [f"{API}/predictions/{predict(client, f'{REVIEW} {n}')['id']}/feedback" for n in range(2)]
    assert client.put(urls[0], json={"label": "negative"}).status_code == 200
    problem(client.put(urls[1], json={"label": "negative"}), 429)
    assert client.put(urls[0], json={"label": "negative"}).status_code == 200


def test_the_document_names_the_labels_and_limits_in_force(client):
    document = client.get(f"{API}/openapi.json").json
    assert document["openapi"] == "3.1.0"
    schemas = document["components"]["schemas"]
    assert schemas["FeedbackRequest"]["properties"]["label"]["enum"] == ["negative", "positive"]
    assert schemas["PredictionRequest"]["oneOf"][0]["properties"]["text"]["maxLength"] == 20_000
    rules = {
        rule.rule for rule in client.application.url_map.iter_rules() if rule.endpoint.startswith(("api.", "live_api."))
    }
    described = {path.replace("{", "<").replace("}", ">") for path in document["paths"]}
    assert rules == described | {f"{API}/openapi.json"}


@LENIENT
@given(text=ANY_TEXT)
def test_every_text_is_classified_and_voted_on(client, text):
    prediction = predict(client, text)
    url = f"{API}/predictions/{prediction['id']}"
    assert client.get(url).status_code == 200
    assert client.put(f"{url}/feedback", json={"label": "positive"}).status_code == 200


@LENIENT
@given(
    body=st.recursive(
        st.none() | st.booleans() | st.floats() | ANY_TEXT, lambda x: st.lists(x) | st.dictionaries(ANY_TEXT, x)
    )
)
def test_no_json_makes_the_server_fail(client, body):
    prediction = predict(client)
    for method, path in (("post", "/predictions"), ("put", f"/predictions/{prediction['id']}/feedback")):
        problem(getattr(client, method)(f"{API}{path}", data=json.dumps(body), content_type="application/json"), 400)


@LENIENT
@given(body=st.binary())
def test_no_bytes_make_the_server_fail(client, body):
    for content_type in ("application/json", "text/html", "\x7f", ""):
        response = client.post(f"{API}/predictions", data=body, content_type=content_type)
        assert response.status_code in (400, 415)


@pytest.fixture(scope="module")
def document(app):
    return schemathesis.openapi.from_wsgi(f"{API}/openapi.json", app)


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/predictions", "POST"),
        ("/predictions/{id}", "GET"),
        ("/predictions/{id}/feedback", "GET"),
        ("/predictions/{id}/feedback", "PUT"),
        ("/predictions/{id}/feedback", "DELETE"),
        ("/model", "GET"),
        ("/live/items", "GET"),
    ],
)
@pytest.mark.parametrize("mode", schemathesis.GenerationMode)
@LENIENT
@given(data=st.data())
def test_every_answer_is_as_the_document_says(document, path, method, mode, data):
    operation = document[f"{API}{path}"][method]
    if mode.is_negative and (path, method) == ("/model", "GET"):
        return  # it takes nothing that could be wrong
    data.draw(operation.as_strategy(generation_mode=mode)).call_and_validate()


@pytest.mark.filterwarnings("ignore")
def test_every_sequence_of_requests_is_answered_as_the_document_says(document):
    document.as_state_machine().run(
        settings=settings(LENIENT, max_examples=40, stateful_step_count=8),
    )
