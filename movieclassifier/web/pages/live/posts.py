"""Posts on a hashtag: their scores, the mean, the words that told most, and the export."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Response, jsonify, render_template, request

from movieclassifier.feedback.log.errors import FeedbackError, NotFound
from movieclassifier.feedback.log.export import safe_cell
from movieclassifier.feedback.log.live.entities import JudgedItem
from movieclassifier.live.post_scores import mean_score, scores_of, telling_words
from movieclassifier.live.sources import DEFAULT_POSTS, POSTS, SOURCES
from movieclassifier.live.sources.asking import Query
from movieclassifier.web.clients import current_client, live, service
from movieclassifier.web.display import live_plots
from movieclassifier.web.display.live_wording import ago
from movieclassifier.web.display.plots import Plot
from movieclassifier.web.display.word_plots import weights_plot
from movieclassifier.web.forms import SecureForm
from movieclassifier.web.pages.live.model import model_labels, model_name, other_texts, voted_for

WAIT_REFRESH = 2  # seconds
SUMS = "sums over all posts"
NOTHING_ASKED: dict[str, Any] = {
    "found": None,
    "problem": "",
    "rows": [],
    "plots": [],
    "mean": None,
    "is_waiting": False,
}


class StillAsking(FeedbackError):
    """The source of a search has not answered yet."""

    status = 503
    retry_after = WAIT_REFRESH


def hashtag() -> Response:
    """Search for posts, and show their scores."""
    asked, source = request.args.get("q", "")[:500], asked_source()
    facts = searched(source, asked) if asked.strip() else NOTHING_ASKED
    page = render_template(
        "live/hashtag.html",
        form=SecureForm.of_request(),
        asked=asked,
        source=source,
        sources={name: SOURCES[name] for name in POSTS if not SOURCES[name].missing(live().settings.environ)},
        labels=voted_for(),
        name=model_labels()[-1],
        zero=model_labels()[0] if len(model_labels()) == 2 else "",
        model=model_name(),
        other_texts=other_texts(),
        now=datetime.now(UTC),
        ago=ago,
        search=urlencode({"q": asked, "source": source}),
        **facts,
    )
    response = Response(page)
    if facts["is_waiting"]:
        response.headers["Refresh"] = str(WAIT_REFRESH)
    return response


def export(kind: str) -> Response:
    """Return the posts of a search with their scores."""
    asked, source = request.args.get("q", "")[:500], asked_source()
    facts = searched(source, asked)
    if not facts["rows"] and facts["is_waiting"]:
        raise StillAsking(f"{SOURCES[source].label} has not answered yet; try again in a few seconds.")
    if not facts["rows"]:
        raise NotFound(facts["problem"])
    rows = [
        {
            "score": round(score, 6),
            "text": each.kept.item.document,
            "author": each.kept.item.author,
            "url": each.kept.item.url,
            "published": each.kept.shown_at.isoformat(),
        }
        for each, score in facts["rows"]
    ]
    if kind == "json":
        return jsonify({"query": asked, "source": source, "mean": facts["mean"], "posts": rows})
    return Response(
        as_csv(rows), mimetype="text/csv", headers={"Content-Disposition": "attachment; filename=posts.csv"}
    )


def asked_source() -> str:
    """Return the source that a request names, or the default."""
    source = request.args.get("source", DEFAULT_POSTS)
    return source if source in POSTS else DEFAULT_POSTS


def searched(source: str, asked: str) -> dict[str, Any]:
    """Return what a search found, with the scores and their plots."""
    client = current_client()
    try:
        found = live().search(source, Query(asked), lambda: service().limit("searches", client))
    except FeedbackError:
        raise
    except ValueError as error:  # the query cannot be searched for
        return NOTHING_ASKED | {"problem": str(error)}
    rows = live().judged(found.items)
    with service().model() as classifier:
        texts = [each.kept.item.document for each in rows]
        scores, name = scores_of(classifier, texts), classifier.label_names[-1]
        words = telling_words(classifier, texts) if texts else []
    mean = mean_score(scores) if scores else None
    problem = found.search.fault or ("" if rows or found.is_waiting else "Nothing was found.")
    facts: dict[str, Any] = {"found": found, "problem": problem, "is_waiting": found.is_waiting, "mean": mean}
    facts["rows"] = list(zip(rows, scores, strict=True))
    facts["plots"] = post_plots(rows, scores, name, mean, words) if mean else []
    return facts


def post_plots(
    rows: Sequence[JudgedItem],
    scores: Sequence[float],
    name: str,
    mean: tuple[float, float, float],
    words: Sequence[tuple[str, float]],
) -> list[Plot]:
    """Draw the scores of posts, and the words that told most."""
    timed = [(f"{each.kept.shown_at:%Y-%m-%d %H:%M}", score) for each, score in zip(rows, scores, strict=True)]
    plots = [live_plots.dots_plot(timed[::-1], name, mean), live_plots.scores_plot(scores, name)]
    return [*plots, weights_plot("The words that told most", words, SUMS)] if words else plots


def as_csv(rows: Sequence[dict[str, Any]]) -> str:
    """Return rows as a CSV that a spreadsheet takes no formula from."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["score", "text", "author", "url", "published"])
    for row in rows:
        writer.writerow(map(safe_cell, row.values()))
    return file.getvalue()
