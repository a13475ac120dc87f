"""The page of the API, made from its OpenAPI document, with calls to copy."""

import json
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, render_template, request

from movieclassifier.web.api.openapi import describe
from movieclassifier.web.clients import service

EXAMPLE_ID = "ID"
EXAMPLE_TEXT = "A slow start, but a moving end."
EXAMPLE_QUERY = "#film"

blueprint = Blueprint("reference", __name__)


@dataclass(frozen=True)
class Operation:
    """An operation of the API as the page shows it.

    Attributes
    ----------
    name, method, path, summary, description : str
    call : str
        A command line that calls it.
    answers : list of (str, str)
        Status and what it means.
    """

    name: str
    method: str
    path: str
    summary: str
    description: str
    call: str
    answers: list[tuple[str, str]]


@blueprint.get("/api")
def reference() -> str:
    """Show every operation with a call to copy."""
    labels = service().facts().labels
    has_live = "movieclassifier live" in current_app.extensions
    document = describe(service().settings, labels, request.script_root, with_live=has_live)
    return render_template("pages/reference.html", operations=list_operations(document, request.url_root, labels))


def list_operations(document: dict[str, Any], root: str, labels: tuple[str, ...]) -> list[Operation]:
    """Return the operations of an OpenAPI document.

    Parameters
    ----------
    document : dict
        As :func:`movieclassifier.web.api.openapi.describe` returns it.
    root : str
        The address of the site, with a slash at its end.
    labels : tuple of str
    """
    responses = document["components"]["responses"]
    found = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method == "parameters":
                continue
            answers = [(status, _meaning(answer, responses)) for status, answer in operation["responses"].items()]
            found.append(
                Operation(
                    name=operation["operationId"],
                    method=method.upper(),
                    path=path,
                    summary=operation["summary"],
                    description=operation.get("description", ""),
                    call=_call(method, root.rstrip("/") + path, operation["operationId"], labels),
                    answers=answers,
                )
            )
    return found


def _meaning(answer: dict[str, Any], responses: dict[str, Any]) -> str:
    reference = answer.get("$ref", "").rpartition("/")[2]
    return str(responses[reference]["description"] if reference else answer["description"])


def _call(method: str, address: str, name: str, labels: tuple[str, ...]) -> str:
    """Return a command line of curl that a shell takes as it stands."""
    bodies: dict[str, Any] = {
        "predict": {"text": EXAMPLE_TEXT},
        "putFeedback": {"label": labels[-1]},
        "searchPosts": {"query": EXAMPLE_QUERY},
    }
    words = ["curl", "-s"] if method in ("get", "post") else ["curl", "-s", "-X", method.upper()]
    line = " ".join([*words, address.replace("{id}", EXAMPLE_ID)])
    if name not in bodies:
        return line
    body = json.dumps(bodies[name], ensure_ascii=False).replace("'", "'\\''")
    return f"{line} \\\n  -H 'Content-Type: application/json' \\\n  -d '{body}'"
