"""The JSON API, from the OpenAPI document that the server itself answers with."""

import json
from collections.abc import Iterator
from typing import Any

from docs.extension.markdown import escape, table
from movieclassifier.feedback.settings import Settings
from movieclassifier.web.api.openapi import describe

LABELS = ("negative", "positive")
METHODS = ("get", "put", "post", "delete")


def describe_api(part: str) -> str:
    """Return the operations, or the schemas, of the document."""
    document = describe(Settings(), LABELS, with_live=True)
    return "\n\n".join({"operations": _operations, "schemas": _schemas}[part](document))


def _operations(document: dict[str, Any]) -> Iterator[str]:
    answers = document["components"]["responses"]
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield from _operation(f"{method.upper()} {path}", item[method], answers)


def _operation(title: str, operation: dict[str, Any], answers: dict[str, Any]) -> Iterator[str]:
    yield f"### {escape(title)}"
    yield escape(operation["summary"])
    if "description" in operation:
        yield escape(operation["description"])
    if "requestBody" in operation:
        yield f"The request is a {_media(operation['requestBody'])}."
    rows = []
    for status, answer in operation["responses"].items():
        answer = answers[answer["$ref"].rsplit("/", 1)[-1]] if "$ref" in answer else answer
        rows.append([status, escape(answer["description"]), _media(answer) if "content" in answer else "–"])
    yield table(["status", "meaning", "body"], rows)


def _media(body: dict[str, Any]) -> str:
    return _type(next(iter(body["content"].values()))["schema"])


def _schemas(document: dict[str, Any]) -> Iterator[str]:
    for name, schema in document["components"]["schemas"].items():
        yield f"### {name}"
        kinds = schema.get("oneOf", [schema])
        if len(kinds) > 1:
            yield f"One of {len(kinds)}:"
        for kind in kinds:
            if "properties" in kind:
                yield _fields(kind)
            else:
                yield f"An object of names, each with {_type(kind['additionalProperties'])}."


def _fields(schema: dict[str, Any]) -> str:
    rows = [
        [
            f"`{name}`",
            _type(field),
            "yes" if name in schema.get("required", ()) else "no",
            escape(field.get("description", "")),
        ]
        for name, field in schema["properties"].items()
    ]
    return table(["field", "type", "required", "meaning"], rows)


def _type(schema: dict[str, Any]) -> str:
    """Return a schema in a few words.

    Examples
    --------
    >>> _type({"type": "array", "items": {"$ref": "#/components/schemas/Vote"}, "maxItems": 9})
    'list of [Vote](#vote), at most 9'
    >>> _type({"enum": [None, "guard"]})
    '`null`, `"guard"`'
    """
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(map(_type, schema["anyOf"]))
    if "enum" in schema:
        return ", ".join(f"`{json.dumps(value)}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if schema["type"] == "array":
        return f"list of {_type(schema['items'])}" + (
            f", at most {schema['maxItems']:,}" if "maxItems" in schema else ""
        )
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return " or ".join(kinds) + _limits(schema)


def _limits(schema: dict[str, Any]) -> str:
    shown = [
        f"{words} {schema[name]:,}"
        for name, words in (
            ("minimum", "from"),
            ("maximum", "to"),
            ("minLength", "length from"),
            ("maxLength", "length to"),
        )
        if name in schema
    ]
    shown += [f"as `{schema[name]}`" for name in ("format", "pattern") if name in schema]
    return ", " + " ".join(shown) if shown else ""
