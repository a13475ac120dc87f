"""The JSON API, ``/api/v1``: predictions, feedback on them, and the model that is served."""

from flask import Blueprint, Response, current_app, jsonify, request, url_for
from werkzeug.exceptions import UnsupportedMediaType

from movieclassifier.feedback.log.errors import Conflict, NotFound
from movieclassifier.web.api.documents import describe_prediction, describe_vote, read_request, read_vote
from movieclassifier.web.api.openapi import describe
from movieclassifier.web.clients import api_client, service, throttle
from movieclassifier.web.config import API_MAX_BYTES

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


@blueprint.before_request
def allow_larger_bodies() -> None:
    """Let many texts in at once."""
    request.max_content_length = API_MAX_BYTES


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Describe this API."""
    with service().model() as classifier:
        labels = classifier.label_names
    has_live = "movieclassifier live" in current_app.extensions
    return jsonify(describe(service().settings, labels, request.script_root, with_live=has_live))


@blueprint.post("/predictions")
def predict() -> tuple[Response, int]:
    """Classify a text, or many."""
    throttle("predictions")
    asked = read_request(json_body(), service().settings.max_length)
    made = service().classify_many(asked.texts, api_client(), keep=asked.keep, explain=asked.explain)
    predictions = [describe_prediction(prediction) for prediction in made]
    if asked.many:
        return jsonify({"predictions": predictions}), 201
    response = jsonify(predictions[0])
    if asked.keep:
        response.headers["Location"] = url_for("api.prediction", id=predictions[0]["id"])
    return response, 201


@blueprint.get("/predictions/<id>")
def prediction(id: str) -> Response:
    """Return a prediction as it was made."""
    found = service().get(id, api_client())
    return jsonify(describe_prediction(found) | {"text": found.text, "feedback": describe_vote(found.vote)})


@blueprint.get("/predictions/<id>/feedback")
def feedback(id: str) -> Response | tuple[str, int]:
    """Return the vote that stands."""
    found = service().get(id, api_client())
    if found.undone:
        raise NotFound("The vote was taken back.")
    return ("", 204) if found.vote is None else jsonify(describe_vote(found.vote))


@blueprint.put("/predictions/<id>/feedback")
def put_feedback(id: str) -> Response:
    """Say which label is right."""
    throttle("votes")
    label = read_vote(json_body())
    return jsonify(describe_vote(service().vote(id, label, api_client())))


@blueprint.delete("/predictions/<id>/feedback")
def delete_feedback(id: str) -> tuple[str, int]:
    """Take the vote back."""
    if not service().undo(id, api_client()).undone:
        raise Conflict("There is no vote on this prediction that could be taken back.")
    return "", 204


@blueprint.get("/model")
def model() -> Response:
    """Return what this worker serves."""
    facts = service().facts()
    return jsonify(
        {
            "name": facts.name,
            "version": facts.version,
            "model_version": facts.model_version,
            "recipe": facts.recipe,
            "labels": list(facts.labels),
            "measured_accuracy": facts.measured["accuracy"] if facts.measured else None,
            "trained_on_sample": facts.is_sample,
            "mode": facts.mode,
            "events_applied": facts.events_applied,
            "events_held": facts.held,
            "events_waiting": facts.waiting,
            "log_position": facts.log_position,
            "weights_sha256": facts.weights_sha256,
        }
    )


def json_body() -> bytes:
    """Return the body of a request that says that it is JSON."""
    if not request.is_json:
        # A page of a different site can make a browser send a form, but no JSON without being asked first.
        raise UnsupportedMediaType("The body must be of the type application/json.")
    body: bytes = request.get_data()
    return body
