"""The OpenAPI 3.1 document of the API."""

from collections.abc import Sequence
from typing import Any

from movieclassifier import __version__
from movieclassifier.feedback.settings import Settings

MAX_TEXTS = 1000
ID = "^[A-Za-z0-9_-]{22}$"
NUMBER, STRING = {"type": "number"}, {"type": "string"}


def describe(settings: Settings, labels: Sequence[str]) -> dict[str, Any]:
    """Return the document, with the limits in force and the labels of the model that is served."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "movieclassifier",
            "version": __version__,
            "summary": "Classify texts, and correct the answers.",
            "license": {"name": "BSD-3-Clause", "identifier": "BSD-3-Clause"},
        },
        "servers": [{"url": "/"}],
        "paths": {
            "/api/v1/predictions": {"post": _predict()},
            "/api/v1/predictions/{id}": {"parameters": [_id()], "get": _get_prediction()},
            "/api/v1/predictions/{id}/feedback": {
                "parameters": [_id()],
                "get": _get_feedback(),
                "put": _put_feedback(),
                "delete": _delete_feedback(),
            },
            "/api/v1/model": {"get": _get_model()},
        },
        "components": {"schemas": _schemas(settings, labels), "responses": _problems()},
    }


def _predict() -> dict[str, Any]:
    return {
        "operationId": "predict",
        "summary": "Classify a text, or up to 1,000 at once.",
        "description": "NUL characters and halves of surrogate pairs are replaced by U+FFFD. "
        "Explaining takes most of the time; many texts are explained on request only.",
        "requestBody": _json({"$ref": "#/components/schemas/PredictionRequest"}, required=True),
        "responses": {
            "201": {
                "description": "Classified.",
                "headers": {"Location": {"description": "Of one text.", "schema": STRING}},
                **_json({"anyOf": [_ref("Prediction"), _ref("Predictions")]}),
                "links": {
                    operation: {"operationId": operation, "parameters": {"id": "$response.body#/id"}}
                    for operation in ("getPrediction", "putFeedback", "deleteFeedback")
                },
            },
            **_refuse("400", "413", "415", "429", "503"),
        },
    }


def _get_prediction() -> dict[str, Any]:
    return {
        "operationId": "getPrediction",
        "summary": "Return a prediction as it was made.",
        "responses": {
            "200": {"description": "The prediction.", **_json(_ref("StoredPrediction"))},
            **_refuse("404", "503"),
        },
    }


def _get_feedback() -> dict[str, Any]:
    return {
        "operationId": "getFeedback",
        "summary": "Return the vote that stands.",
        "responses": {
            "200": {"description": "The vote.", **_json(_ref("Feedback"))},
            "204": {"description": "Nobody has voted yet."},
            **_refuse("404", "503"),
        },
    }


def _put_feedback() -> dict[str, Any]:
    return {
        "operationId": "putFeedback",
        "summary": "Say which label is right.",
        "description": "It counts once, and has the same answer, however often it is sent. "
        "To change it, take it back with DELETE first.",
        "requestBody": _json(_ref("FeedbackRequest"), required=True),
        "responses": {
            "200": {
                "description": "It is in the log.",
                **_json(_ref("Feedback")),
                "links": {"getFeedback": {"operationId": "getFeedback", "parameters": {"id": "$request.path.id"}}},
            },
            **_refuse("400", "404", "409", "413", "415", "429", "503"),
        },
    }


def _delete_feedback() -> dict[str, Any]:
    return {
        "operationId": "deleteFeedback",
        "summary": "Take the vote back; again changes nothing.",
        "responses": {"204": {"description": "It is taken back."}, **_refuse("404", "409", "503")},
    }


def _get_model() -> dict[str, Any]:
    return {
        "operationId": "getModel",
        "summary": "Tell which weights this worker serves.",
        "responses": {"200": {"description": "The model.", **_json(_ref("Model"))}, **_refuse("503")},
    }


def _schemas(settings: Settings, labels: Sequence[str]) -> dict[str, Any]:
    text = {"type": "string", "minLength": 1, "maxLength": settings.max_length}
    return {
        "PredictionRequest": {
            "oneOf": [
                _object({"text": text, "explain": {"type": "boolean", "default": True}}, ["text"]),
                _object(
                    {
                        "texts": {"type": "array", "items": text, "minItems": 1, "maxItems": MAX_TEXTS},
                        "explain": {"type": "boolean", "default": False},
                    },
                    ["texts"],
                ),
            ]
        },
        "FeedbackRequest": _object({"label": {"enum": list(labels)}}),
        "Probabilities": {
            "type": "object",
            "additionalProperties": {"type": "number", "minimum": 0, "maximum": 1},
        },
        "Contribution": _object(
            {
                "ngram": STRING,
                "value": NUMBER,
                "spans": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
            }
        ),
        "Explanation": _object(
            {
                "label": {"type": "string", "description": "What positive values speak for."},
                "decision_value": {"type": "number", "description": "intercept + contributions + others"},
                "intercept": NUMBER,
                "contributions": {"type": "array", "items": _ref("Contribution")},
                "others": NUMBER,
            }
        ),
        "Prediction": _object(_prediction()),
        "Predictions": _object({"predictions": {"type": "array", "items": _ref("Prediction")}}),
        "StoredPrediction": _object(_prediction() | {"text": STRING, "feedback": _or_null("Feedback")}),
        "Feedback": _object(_feedback()),
        "Model": _object(_model()),
        "Problem": {
            "type": "object",
            "required": ["type", "title", "status", "detail"],
            "properties": {"type": STRING, "title": STRING, "status": {"type": "integer"}, "detail": STRING},
        },
    }


def _prediction() -> dict[str, Any]:
    return {
        "id": {"type": "string", "pattern": ID},
        "label": STRING,
        "probabilities": _ref("Probabilities"),
        "model_version": {"type": "string", "description": "Base and position in the log; they determine the weights."},
        "created_at": {"type": "string", "format": "date-time"},
        "explanation": _or_null("Explanation"),
    }


def _feedback() -> dict[str, Any]:
    return {
        "label": STRING,
        "verdict": {"enum": ["correct", "incorrect"]},
        "status": {"enum": ["applied", "held", "waiting", "rejected"]},
        "reason": {"enum": [None, "review", "duplicate", "cap", "rolled back"]},
        "position": {"type": "integer", "minimum": 1, "description": "Its place in the log."},
        "before": _ref("Probabilities"),
        "after": _ref("Probabilities"),
        "voted_at": {"type": "string", "format": "date-time"},
    }


def _model() -> dict[str, Any]:
    count = {"type": "integer", "minimum": 0}
    return {
        "name": STRING,
        "version": {"type": "integer", "minimum": 1},
        "model_version": STRING,
        "recipe": STRING,
        "labels": {"type": "array", "items": STRING, "minItems": 2},
        "measured_accuracy": {"type": ["number", "null"]},
        "mode": {"enum": ["instant", "review"]},
        "events_applied": {**count, "description": "Votes in these weights."},
        "events_held": count,
        "events_waiting": count,
        "log_position": count,
        "weights_sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    }


def _problems() -> dict[str, Any]:
    described = {
        "400": "The body is not what it should be.",
        "404": "There is no such prediction, it has expired, or its vote was taken back.",
        "409": "A vote for another label stands, or there is none to take back.",
        "413": "The body is too large.",
        "415": "The body is not application/json.",
        "429": "Too many requests of this client.",
        "503": "The database does not answer.",
    }
    problem = {"content": {"application/problem+json": {"schema": _ref("Problem")}}}
    retry = {"headers": {"Retry-After": {"schema": {"type": "integer", "minimum": 1}, "required": True}}}
    return {
        f"Problem{status}": {"description": what, **problem, **(retry if status in ("429", "503") else {})}
        for status, what in described.items()
    }


def _object(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties) if required is None else required,
        "additionalProperties": False,
    }


def _id() -> dict[str, Any]:
    return {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": ID}}


def _json(schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}, **more}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _or_null(name: str) -> dict[str, Any]:
    return {"anyOf": [_ref(name), {"type": "null"}]}


def _refuse(*statuses: str) -> dict[str, Any]:
    return {status: {"$ref": f"#/components/responses/Problem{status}"} for status in statuses}
