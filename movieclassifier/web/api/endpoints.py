"""The JSON API, ``/api/v1``: predictions, feedback on them, and the model that is served."""

from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from movieclassifier.feedback.log.entities import Prediction, Vote
from movieclassifier.feedback.log.errors import Conflict, NotFound
from movieclassifier.models.explanation import Explanation
from movieclassifier.web.api.openapi import describe
from movieclassifier.web.api.schemas import MAX_EXPLAINED, MAX_EXPLAINED_CHARACTERS, MAX_TEXTS
from movieclassifier.web.clients import api_client, service, throttle
from movieclassifier.web.config import API_MAX_BYTES

N_CONTRIBUTIONS = 20

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
    return jsonify(describe(service().settings, labels, request.script_root))


@blueprint.post("/predictions")
def predict() -> tuple[Response, int]:
    """Classify a text, or many."""
    throttle("predictions")
    body = _body({"text", "texts", "explain", "keep"})
    if ("text" in body) == ("texts" in body):
        raise BadRequest("The body must have either 'text' or 'texts'.")
    many = "texts" in body
    texts = body["texts"] if many else [body["text"]]
    _check_texts(texts)
    explain = body.get("explain", not many)
    keep = body.get("keep", not many)
    if not isinstance(explain, bool) or not isinstance(keep, bool):
        raise BadRequest("'explain' and 'keep' must be true or false.")
    if many and explain:
        _check_explained(texts)
    predictions = [_prediction(p) for p in service().classify_many(texts, api_client(), keep=keep, explain=explain)]
    if many:
        return jsonify({"predictions": predictions}), 201
    response = jsonify(predictions[0])
    if keep:
        response.headers["Location"] = url_for("api.prediction", id=predictions[0]["id"])
    return response, 201


@blueprint.get("/predictions/<id>")
def prediction(id: str) -> Response:
    """Return a prediction as it was made."""
    found = service().get(id, api_client())
    return jsonify(_prediction(found) | {"text": found.text, "feedback": _vote(found.vote)})


@blueprint.get("/predictions/<id>/feedback")
def feedback(id: str) -> Response | tuple[str, int]:
    """Return the vote that stands."""
    found = service().get(id, api_client())
    if found.undone:
        raise NotFound("The vote was taken back.")
    return ("", 204) if found.vote is None else jsonify(_vote(found.vote))


@blueprint.put("/predictions/<id>/feedback")
def put_feedback(id: str) -> Response:
    """Say which label is right."""
    throttle("votes")
    body = _body({"label"})
    if not isinstance(body.get("label"), str):
        raise BadRequest("The body must have a 'label', a string.")
    return jsonify(_vote(service().vote(id, body["label"], api_client())))


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


def _body(allowed: set[str]) -> dict[str, Any]:
    """Return the object in the body of the request."""
    if not request.is_json:
        # A page of another site can make a browser send a form, but no JSON without being asked first.
        raise UnsupportedMediaType("The body must be of the type application/json.")
    try:
        body = request.get_json()
    except RecursionError as error:
        raise BadRequest("The body is nested too deeply.") from error
    except BadRequest as error:
        raise BadRequest("The body is not valid JSON.") from error
    if not isinstance(body, dict):
        raise BadRequest("The body must be a JSON object.")
    unknown = sorted(set(body) - allowed)
    if unknown:
        raise BadRequest(f"The body may have {', '.join(sorted(allowed))} only; got {', '.join(unknown)[:100]!r}.")
    return body


def _check_texts(texts: Any) -> None:
    limit = service().settings.max_length
    if not isinstance(texts, list) or not 1 <= len(texts) <= MAX_TEXTS:
        raise BadRequest(f"'texts' must be a list of 1 to {MAX_TEXTS} strings.")
    for number, text in enumerate(texts):
        if not isinstance(text, str) or not 1 <= len(text) <= limit:
            raise BadRequest(f"A text must be a string of 1 to {limit} characters; text {number} is not.")


def _check_explained(texts: list[str]) -> None:
    if len(texts) > MAX_EXPLAINED or sum(map(len, texts)) > MAX_EXPLAINED_CHARACTERS:
        raise BadRequest(
            f"With 'explain', 'texts' may be at most {MAX_EXPLAINED} of {MAX_EXPLAINED_CHARACTERS:,} characters in "
            "all; send fewer at once, or leave 'explain' out."
        )


def _prediction(prediction: Prediction) -> dict[str, Any]:
    return {
        "id": prediction.id,
        "label": prediction.label,
        "probabilities": prediction.probabilities,
        "model_version": prediction.model_version,
        "created_at": prediction.created_at.isoformat(timespec="milliseconds"),
        "n_known": prediction.n_known,
        "explanation": _explanation(prediction.explanation, prediction.explained_label),
    }


def _explanation(explanation: Explanation | None, label: str) -> dict[str, Any] | None:
    """Return the strongest contributions, and what all others add, so that they sum to the decision value."""
    if explanation is None:
        return None
    parts = [part for part in explanation.contributions if part.value]
    return {
        "label": label,
        "decision_value": explanation.decision,
        "intercept": explanation.intercept,
        "contributions": [
            {"ngram": part.ngram, "value": part.value, "spans": [list(span) for span in part.spans]}
            for part in parts[:N_CONTRIBUTIONS]
        ],
        "others": sum(part.value for part in parts[N_CONTRIBUTIONS:]),
    }


def _vote(vote: Vote | None) -> dict[str, Any] | None:
    if vote is None:
        return None
    return {
        "label": vote.label,
        "verdict": vote.verdict,
        "status": vote.status,
        "reason": vote.reason,
        "position": vote.position,
        "before": vote.before,
        "after": vote.after,
        "voted_at": vote.voted_at.isoformat(timespec="milliseconds"),
    }
