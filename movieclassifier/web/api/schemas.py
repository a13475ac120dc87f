"""JSON schemas of the requests and answers of the API."""

from collections.abc import Sequence
from typing import Any

from movieclassifier.feedback.log.entities import (
    CAP,
    CLIENT_SHARE,
    CORRECT,
    DUPLICATE,
    GUARD,
    INCORRECT,
    REVIEW,
    ROLLED_BACK,
    STATUSES,
    UNDONE,
    VOTE_SHARE,
)
from movieclassifier.feedback.settings import MODES, Settings

MAX_TEXTS = 1000
# Explaining a text takes hundreds of times as long as classifying it, and all requests wait for the model meanwhile.
MAX_EXPLAINED = 20
MAX_EXPLAINED_CHARACTERS = 100_000
ID = "^[A-Za-z0-9_-]{22}$"
NUMBER, STRING = {"type": "number"}, {"type": "string"}


def describe_schemas(settings: Settings, labels: Sequence[str]) -> dict[str, Any]:
    """Return the schemas, by their names."""
    return {
        "PredictionRequest": {"oneOf": _requests(settings.max_length)},
        "FeedbackRequest": make_object({"label": {"enum": list(labels)}}),
        "Probabilities": {
            "type": "object",
            "additionalProperties": {"type": "number", "minimum": 0, "maximum": 1},
        },
        "Contribution": make_object(
            {
                "ngram": STRING,
                "value": NUMBER,
                "spans": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
            }
        ),
        "Explanation": make_object(_explanation()),
        "Prediction": make_object(_prediction()),
        "Predictions": make_object({"predictions": {"type": "array", "items": ref("Prediction")}}),
        "StoredPrediction": make_object(_prediction() | {"text": STRING, "feedback": _or_null("Feedback")}),
        "Feedback": make_object(_feedback()),
        "Model": make_object(_model()),
        "Problem": {
            "type": "object",
            "required": ["type", "title", "status", "detail"],
            "properties": {"type": STRING, "title": STRING, "status": {"type": "integer"}, "detail": STRING},
        },
    }


def _requests(max_length: int) -> list[dict[str, Any]]:
    """Return the schemas of one text, of many without explanations, and of some with explanations."""
    text = {"type": "string", "minLength": 1, "maxLength": max_length}
    kept = {"type": "boolean", "description": "Whether it can be voted on later.  [default: true for one text]"}
    return [
        make_object({"text": text, "explain": {"type": "boolean", "default": True}, "keep": kept}, ["text"]),
        make_object({"texts": _list_of(text, MAX_TEXTS), "explain": {"const": False}, "keep": kept}, ["texts"]),
        make_object(
            {"texts": _list_of(text, MAX_EXPLAINED), "explain": {"const": True}, "keep": kept}, ["texts", "explain"]
        ),
    ]


def _explanation() -> dict[str, Any]:
    return {
        "label": {"type": "string", "description": "The label that positive values speak for."},
        "decision_value": {"type": "number", "description": "intercept + contributions + others"},
        "intercept": NUMBER,
        "contributions": {"type": "array", "items": ref("Contribution")},
        "others": NUMBER,
    }


def _prediction() -> dict[str, Any]:
    return {
        "id": {"type": ["string", "null"], "pattern": ID, "description": "null for a text that is not kept"},
        "label": STRING,
        "probabilities": ref("Probabilities"),
        "model_version": {
            "type": "string",
            "description": "Base and position in the log; with the cap they determine the weights.",
        },
        "created_at": {"type": "string", "format": "date-time"},
        "n_known": {
            "type": ["integer", "null"],
            "minimum": 0,
            "description": "N-grams of the text that the model knows. With 0 the label means nothing; null if it "
            "was not kept.",
        },
        "explanation": _or_null("Explanation"),
    }


def _feedback() -> dict[str, Any]:
    return {
        "label": STRING,
        "verdict": {"enum": [CORRECT, INCORRECT]},
        "status": {"enum": [status for status in STATUSES if status != UNDONE]},
        "reason": {"enum": [None, REVIEW, DUPLICATE, ROLLED_BACK, CAP, VOTE_SHARE, CLIENT_SHARE, GUARD]},
        "position": {"type": "integer", "minimum": 1, "description": "Its place in the log."},
        "before": ref("Probabilities"),
        "after": ref("Probabilities"),
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
        "trained_on_sample": {
            "type": "boolean",
            "description": "Whether it has read the few sample reviews only, so that its accuracy says little.",
        },
        "mode": {"enum": list(MODES)},
        "events_applied": {**count, "description": "Votes in these weights."},
        "events_held": count,
        "events_waiting": count,
        "log_position": count,
        "weights_sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    }


def make_object(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    """Return the schema of an object, all properties of which are required unless some are named."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties) if required is None else required,
        "additionalProperties": False,
    }


def _list_of(items: dict[str, Any], n_most: int) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": 1, "maxItems": n_most}


def ref(name: str) -> dict[str, Any]:
    """Refer to a schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def _or_null(name: str) -> dict[str, Any]:
    return {"anyOf": [ref(name), {"type": "null"}]}
