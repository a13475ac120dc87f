"""News and posts in the JSON API: articles with the model's answers, and searches for posts."""

from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request
from werkzeug.exceptions import BadRequest

from movieclassifier.feedback.log.errors import FeedbackError, NotFound
from movieclassifier.feedback.log.live.articles import PER_PAGE, Wanted
from movieclassifier.feedback.log.live.entities import JudgedItem
from movieclassifier.live.describing import describe
from movieclassifier.live.post_scores import mean_score, scores_of
from movieclassifier.live.settings import MAX_PER_PAGE
from movieclassifier.live.sources import DEFAULT_POSTS, POSTS
from movieclassifier.live.sources.asking import MAX_QUERY, Query
from movieclassifier.web.api.documents import decode
from movieclassifier.web.api.endpoints import json_body
from movieclassifier.web.api.live_openapi import MAX_ID, MAX_SOURCES
from movieclassifier.web.clients import api_client, live, service

blueprint = Blueprint("live_api", __name__, url_prefix="/api/v1/live")


@blueprint.before_request
def start_collecting() -> None:
    """Let this process collect, if none does; a model beside others may have no news or no posts."""
    pages = current_app.config.get("LIVE_PAGES")
    page = "posts" if request.endpoint == "live_api.search" else "news"
    if pages and page not in pages:
        raise NotFound(f"A different model of this server has the {page}.")
    live().start()


@blueprint.get("/items")
def items() -> Response:
    """Return the latest articles, or those that came in after one."""
    sources = request.args.getlist("source")
    if len(sources) > MAX_SOURCES:
        raise BadRequest(f"there may be {MAX_SOURCES} sources at most.")
    wanted = Wanted(
        sources=tuple(sources),
        since=_number("since", 0, MAX_ID, 0),
        per_page=_number("limit", 1, MAX_PER_PAGE, PER_PAGE),
    )
    found = live().news(wanted)
    described = [describe(each.kept.item, each.judgement) for each in found.items]
    return jsonify({"items": described, "total": found.total, "last_id": found.last_id})


@blueprint.post("/searches")
def search() -> tuple[Response, int]:
    """Search for posts, and return their scores."""
    asked = decode(json_body(), frozenset({"query", "source"}))
    query, source = asked.get("query"), asked.get("source", DEFAULT_POSTS)
    if not isinstance(query, str) or not 1 <= len(query) <= MAX_QUERY:
        raise BadRequest(f"query must be a text of 1 to {MAX_QUERY} characters.")
    if source not in POSTS:
        raise BadRequest(f"source must be one of {', '.join(POSTS)}.")
    client = api_client()
    try:
        found = live().search(source, Query(query), lambda: service().limit("searches", client))
    except FeedbackError:  # too many searches
        raise
    except ValueError as error:
        raise BadRequest(str(error)) from error
    scored = score(live().judged(found.items))
    answer = {
        "query": query,
        "source": source,
        "fault": found.search.fault or None,
        "mean": mean_score([value for _, value in scored]) if scored else None,
        "posts": [describe(each.kept.item, each.judgement) | {"score": value} for each, value in scored],
    }
    return jsonify(answer), 202 if found.is_waiting else 200


def score(posts: list[JudgedItem]) -> list[tuple[JudgedItem, float]]:
    """Return posts with the probability of the last class."""
    with service().model() as classifier:
        scores = scores_of(classifier, [each.kept.item.document for each in posts])
    return list(zip(posts, scores, strict=True))


def _number(name: str, least: int, most: int, default: int) -> int:
    given: Any = request.args.get(name)
    if given is None:
        return default
    if not given.isascii() or not given.isdecimal() or not least <= int(given[:20]) <= most:
        raise BadRequest(f"{name} must be a whole number from {least} to {most}.")
    return int(given)
