"""The OpenAPI 3.1 document of the API."""

from collections.abc import Sequence
from typing import Any

from movieclassifier import __version__
from movieclassifier.feedback.settings import Settings
from movieclassifier.web.api.schemas import ID, MAX_EXPLAINED, MAX_EXPLAINED_CHARACTERS, STRING, describe_schemas, ref


def describe(settings: Settings, labels: Sequence[str], root: str = "", with_live: bool = False) -> dict[str, Any]:
    """Return the document, with the limits in force and the labels of the model that is served.

    Parameters
    ----------
    settings : Settings
    labels : sequence of str
    root : str
        The prefix of every address.
    with_live : bool
        Whether news and posts are served.
    """
    live_paths, more_schemas = {}, {}
    if with_live:
        from movieclassifier.web.api.live_openapi import describe_live, live_schemas  # of the extra

        live_paths, more_schemas = describe_live(refuse), live_schemas()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "movieclassifier",
            "version": __version__,
            "summary": "Classify texts, and correct the answers.",
            "license": {"name": "BSD-3-Clause", "identifier": "BSD-3-Clause"},
        },
        "servers": [{"url": root or "/"}],
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
            **live_paths,
        },
        "components": {
            "schemas": describe_schemas(settings, labels) | more_schemas,
            "responses": _problems(),
        },
    }


def _predict() -> dict[str, Any]:
    return {
        "operationId": "predict",
        "summary": "Classify a text, or up to 1,000 at once.",
        "description": "NUL characters and halves of surrogate pairs are replaced by U+FFFD. "
        f"Explaining takes most of the time; many texts are explained on request only, at most {MAX_EXPLAINED} of "
        f"{MAX_EXPLAINED_CHARACTERS:,} characters in all.",
        "requestBody": _json({"$ref": "#/components/schemas/PredictionRequest"}, required=True),
        "responses": {
            "201": {
                "description": "Classified.",
                "headers": {"Location": {"description": "Of one text.", "schema": STRING}},
                **_json({"anyOf": [ref("Prediction"), ref("Predictions")]}),
                "links": {
                    operation: {"operationId": operation, "parameters": {"id": "$response.body#/id"}}
                    for operation in ("getPrediction", "putFeedback", "deleteFeedback")
                },
            },
            **refuse("400", "413", "415", "429", "503", "507"),
        },
    }


def _get_prediction() -> dict[str, Any]:
    return {
        "operationId": "getPrediction",
        "summary": "Return a prediction as it was made.",
        "responses": {
            "200": {"description": "The prediction.", **_json(ref("StoredPrediction"))},
            **refuse("404", "503"),
        },
    }


def _get_feedback() -> dict[str, Any]:
    return {
        "operationId": "getFeedback",
        "summary": "Return the vote that stands.",
        "responses": {
            "200": {"description": "The vote.", **_json(ref("Feedback"))},
            "204": {"description": "Nobody has voted yet."},
            **refuse("404", "503"),
        },
    }


def _put_feedback() -> dict[str, Any]:
    return {
        "operationId": "putFeedback",
        "summary": "Say which label is right.",
        "description": "It counts once, however often it is sent. The answer is the same, with the status of now: an "
        "undo of an earlier vote may free a held one. To change it, take it back with DELETE first.",
        "requestBody": _json(ref("FeedbackRequest"), required=True),
        "responses": {
            "200": {
                "description": "It is in the log.",
                **_json(ref("Feedback")),
                "links": {"getFeedback": {"operationId": "getFeedback", "parameters": {"id": "$request.path.id"}}},
            },
            **refuse("400", "404", "409", "413", "415", "429", "503"),
        },
    }


def _delete_feedback() -> dict[str, Any]:
    return {
        "operationId": "deleteFeedback",
        "summary": "Take the vote back.",
        "description": "A second time changes nothing.",
        "responses": {"204": {"description": "It is taken back."}, **refuse("404", "409", "503")},
    }


def _get_model() -> dict[str, Any]:
    return {
        "operationId": "getModel",
        "summary": "Tell which weights this worker serves.",
        "responses": {"200": {"description": "The model.", **_json(ref("Model"))}, **refuse("503")},
    }


def _problems() -> dict[str, Any]:
    described = {
        "400": "The body is not what it should be.",
        "404": "There is no such prediction, it has expired, or its vote was taken back.",
        "409": "A vote for a different label stands, or there is none to take back.",
        "413": "The body is too large.",
        "414": "The address is longer than 8,000 characters.",
        "415": "The body is not application/json.",
        "429": "Too many requests of this client.",
        "503": "The database does not answer.",
        "507": "There is no room on the server's disk for more texts.",
    }
    problem = {"content": {"application/problem+json": {"schema": ref("Problem")}}}
    retry = {"headers": {"Retry-After": {"schema": {"type": "integer", "minimum": 1}, "required": True}}}
    return {
        f"Problem{status}": {"description": what, **problem, **(retry if status in ("429", "503", "507") else {})}
        for status, what in described.items()
    }


def _id() -> dict[str, Any]:
    return {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": ID}}


def _json(schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}, **more}


def refuse(*statuses: str) -> dict[str, Any]:
    """Refer to the answers that refuse a request, by their statuses."""
    return {status: {"$ref": f"#/components/responses/Problem{status}"} for status in statuses}
