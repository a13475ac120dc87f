"""The part of the OpenAPI document that describes news and posts."""

from collections.abc import Callable
from typing import Any

from movieclassifier.feedback.log.live.articles import PER_PAGE
from movieclassifier.live.settings import MAX_PER_PAGE
from movieclassifier.live.sources import DEFAULT_POSTS, POSTS
from movieclassifier.live.sources.asking import MAX_QUERY
from movieclassifier.web.api.schemas import NUMBER, STRING, make_object, ref

MAX_ID = 2**31 - 1
MAX_SOURCES = 50
# What a search must not hold, for the inside of [^…]: control characters, and others that nobody sees.
UNSEEN = r"\u0000-\u0008\u000e-\u001b\u007f-\u0084\u0086-\u009f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060"
UNSEEN += r"\u2066-\u2069\ufeff\ufff9-\ufffb"


def describe_live(refuse: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """Return the paths, by their addresses.

    Parameters
    ----------
    refuse : callable of str
        Returns the answers of some statuses that refuse a request.
    """
    return {
        "/api/v1/live/items": {
            "get": {
                "operationId": "getLiveItems",
                "summary": "Return the latest articles, with the model's answer on each.",
                "parameters": [
                    _in_query("source", {"type": "array", "items": STRING, "maxItems": MAX_SOURCES}, "Newspapers."),
                    _in_query("since", _number(0, MAX_ID, 0), "Only articles that came in after this one."),
                    _in_query("limit", _number(1, MAX_PER_PAGE, PER_PAGE), "How many articles at most."),
                ],
                "responses": {"200": _json("The articles.", "LiveItems"), **refuse("400", "414", "503")},
            }
        },
        "/api/v1/live/searches": {
            "post": {
                "operationId": "searchPosts",
                "summary": "Search for posts with a hashtag or some words.",
                "description": "The source is asked at most once in two minutes. An answer that is waited for is 202; "
                "the same request tells later what was found.",
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": ref("SearchRequest")}},
                },
                "responses": {
                    "200": _json("What was found.", "LiveSearch"),
                    "202": _json("The source has not answered yet.", "LiveSearch"),
                    **refuse("400", "413", "415", "429", "503"),
                },
            }
        },
    }


SHARE = {"type": "number", "minimum": 0, "maximum": 1}
OR_NULL = {"type": ["string", "null"]}
SOURCE = {"enum": list(POSTS)}


def live_schemas() -> dict[str, Any]:
    """Return the schemas, by their names."""
    return {
        "LiveItem": make_object(_item()),
        "LivePost": make_object({**_item(), "score": SHARE}),
        "LiveItems": make_object(
            {
                "items": {"type": "array", "items": ref("LiveItem")},
                "total": {"type": "integer", "minimum": 0},
                "last_id": {"type": "integer", "minimum": 0, "description": "Pass it as `since` the next time."},
            }
        ),
        "SearchRequest": make_object({"query": _query(), "source": {**SOURCE, "default": DEFAULT_POSTS}}, ["query"]),
        "LiveSearch": make_object(
            {
                "query": STRING,
                "source": SOURCE,
                "fault": {**OR_NULL, "description": "Why the source gave nothing; posts may be those found before."},
                "mean": {"type": ["array", "null"], "items": NUMBER, "minItems": 3, "maxItems": 3},
                "posts": {"type": "array", "items": ref("LivePost")},
            }
        ),
    }


def _item() -> dict[str, Any]:
    return {
        "source": STRING,
        "newspaper": STRING,
        "id": STRING,
        "url": STRING,
        "title": STRING,
        "author": STRING,
        "published": OR_NULL,
        "language": STRING,
        "label": {**OR_NULL, "description": 'A class, "other", or null where nothing can be told of the text.'},
        "best": STRING,
        "probability": SHARE,
        "other": {"type": "boolean"},
        "probabilities": ref("Probabilities"),
        "unknown_share": SHARE,
        "text_from": STRING,
    }


def _query() -> dict[str, Any]:
    return {
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_QUERY,
        "pattern": f"^[^{UNSEEN}]*[^{UNSEEN}\\s#][^{UNSEEN}]*$",
        "description": "A hashtag or some words, of characters that can be seen. Mastodon takes one word only.",
    }


def _number(least: int, most: int, default: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "maximum": most, "default": default}


def _in_query(name: str, schema: dict[str, Any], what: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, "description": what}


def _json(what: str, name: str) -> dict[str, Any]:
    return {"description": what, "content": {"application/json": {"schema": ref(name)}}}
