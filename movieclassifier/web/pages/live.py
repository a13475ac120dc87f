"""The live pages: today's news and posts, what the model says of them, and how it drifts."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, current_app, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import StringField

from movieclassifier.feedback.log.entities import Client, Prediction
from movieclassifier.feedback.log.texts import clean
from movieclassifier.live.drift import DayOfSource
from movieclassifier.live.judging import OTHER
from movieclassifier.live.scoring import mean_score, scores_of, telling_words
from movieclassifier.live.service import SORTS, JudgedItem, Live, Wanted
from movieclassifier.live.settings import MAX_PER_PAGE, PER_PAGE
from movieclassifier.live.sources import DEFAULT_POSTS, POSTS, SOURCES, Query
from movieclassifier.web.clients import current_client, service
from movieclassifier.web.display import live_plots
from movieclassifier.web.display.highlighting import segments, strongest_phrases
from movieclassifier.web.display.live_wording import ago, states_in_words
from movieclassifier.web.display.plots import Plot, weights_plot
from movieclassifier.web.forms import SecureForm
from movieclassifier.web.links import live_link

RENEWALS = {"": "never", "1": "every minute", "5": "every 5 minutes"}
WAIT_REFRESH = "2"
EXCERPT = 300
# Corpora whose texts are posts.
POSTS_CORPORA = ("sentiment140", "tweet", "post", "toot")

blueprint = Blueprint("live", __name__)
blueprint.add_app_template_filter(live_plots.topic_name)


class LabelForm(SecureForm):
    """The label that a person says is right."""

    label = StringField()


def live() -> Live:
    """Return the news and posts of this application."""
    found: Live = current_app.extensions["movieclassifier live"]
    return found


# The pages that a model has, where several are served side by side.
PAGES = {"live.hashtag": "posts", "live.export": "posts"}


@blueprint.before_request
def start_collecting() -> AnyResponse | None:
    """Let this process collect, if none does; send the reader on where a different model has the page."""
    pages = current_app.config.get("LIVE_PAGES")
    links = current_app.config.get("LIVE_LINKS") or {}
    endpoint = request.endpoint or ""
    if pages and endpoint in links and PAGES.get(endpoint, "news") not in pages:
        return redirect(live_link(endpoint), 303)
    live().start()
    return None


@blueprint.get("/live")
def news() -> Response:
    """Show the latest articles."""
    wanted, now = wanted_of(request.args, PER_PAGE), datetime.now(UTC)
    found, counts = live().news(wanted), live().counts()
    page = render_template(
        "live/news.html",
        form=SecureForm.of_request(),
        news=found,
        wanted=wanted,
        newspapers=sorted({paper.name for paper in live().newspapers}),
        topics=[*model_labels(), *([OTHER] if OTHER not in model_labels() else []), ""],
        labels=voted_for(),
        states=states_in_words(live().feeds(), now),
        now=now,
        ago=ago,
        renewals=RENEWALS,
        renew=request.args.get("renew", ""),
        n_pages=max(1, -(-found.total // wanted.per_page)),
        query=query_of(wanted),
        plots=news_plots(counts),
        warnings=live().drift()[1],
        model=model_name(),
    )
    return renewed(page)


@blueprint.get("/live/items")
def items() -> AnyResponse:
    """Return the articles that came after one, as rows of the page, for its script."""
    wanted = wanted_of(request.args)
    found = live().news(wanted)
    rows = render_template(
        "live/_items.html",
        form=SecureForm.of_request(),
        news=found,
        labels=voted_for(),
        now=datetime.now(UTC),
        ago=ago,
        query=query_of(wanted),
    )
    response = Response(rows if found.items else "", mimetype="text/html")
    response.headers["X-Last-Item"] = str(found.last_id)
    response.headers["X-New-Items"] = str(found.total)
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(f"{found.last_id}-{wanted.since}-{found.total}")
    return response.make_conditional(request)


@blueprint.post("/live/items/<int:id>/vote")
def vote(id: int) -> AnyResponse:
    """Take a vote on an item: it becomes a prediction of this visitor, and a vote in the one log."""
    form = LabelForm.of_request()
    if not form.checked():
        abort(400)
    kept = live().item(id)
    cast_vote(kept.item.document, form.label.data or "", current_client())
    back = request.args.get("back", "")
    search = request.args.get("search", "")
    place = url_for("live.hashtag") if search else url_for("live.news")
    return redirect(f"{place}?{(search or back)[:500]}#item-{id}", 303)


@blueprint.get("/live/items/<int:id>")
def why(id: int) -> str:
    """Show why the model files an item where it does."""
    kept = live().item(id)
    (found,) = live().judged([kept])
    with service().model() as classifier:
        explanation = classifier.explain(kept.item.document, found.judgement.label)
        shown = classifier.explain(kept.item.document[:EXCERPT], found.judgement.label)
    phrases, rest = strongest_phrases(explanation)
    return render_template(
        "live/why.html",
        form=SecureForm.of_request(),
        found=found,
        item=kept.item,
        segments=segments(shown),
        is_cut=len(kept.item.document) > EXCERPT,
        answer={"name": found.judgement.label},
        explanation=explanation,
        phrases=phrases,
        rest=rest,
        labels=voted_for(),
        least=live().thresholds.of(found.judgement.n_known),
    )


@blueprint.get("/live/hashtag")
def hashtag() -> Response:
    """Search for posts, and show their scores."""
    asked = request.args.get("q", "")[:500]
    source = request.args.get("source", DEFAULT_POSTS)
    source = source if source in POSTS else DEFAULT_POSTS
    facts: dict[str, Any] = {"found": None, "problem": "", "rows": [], "plots": [], "mean": None, "is_waiting": False}
    if asked.strip():
        facts |= searched(source, asked)
    page = render_template(
        "live/hashtag.html",
        form=SecureForm.of_request(),
        asked=asked,
        source=source,
        sources={name: SOURCES[name] for name in POSTS if not SOURCES[name].missing(live().settings.environ)},
        labels=voted_for(),
        name=model_labels()[-1],
        model=model_name(),
        other_texts=other_texts(),
        now=datetime.now(UTC),
        ago=ago,
        search=urlencode({"q": asked, "source": source}),
        **facts,
    )
    response = Response(page)
    if facts["is_waiting"]:
        response.headers["Refresh"] = WAIT_REFRESH
    return response


@blueprint.get("/live/hashtag.<any(csv, json):kind>")
def export(kind: str) -> Response:
    """Return the posts of a search with their scores."""
    source = request.args.get("source", DEFAULT_POSTS)
    facts = searched(source if source in POSTS else DEFAULT_POSTS, request.args.get("q", ""))
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
        return jsonify({"query": request.args.get("q", ""), "source": source, "mean": facts["mean"], "posts": rows})
    return Response(
        as_csv(rows), mimetype="text/csv", headers={"Content-Disposition": "attachment; filename=posts.csv"}
    )


@blueprint.get("/live/drift")
def drift() -> str:
    """Show by day how far the news are from what the model was trained on."""
    source = request.args.get("source", "")[:100]
    days, warnings = live().drift(source)
    return render_template(
        "live/drift.html",
        days=days,
        warnings=warnings,
        source=source,
        newspapers=sorted({paper.name for paper in live().newspapers}),
        plots=drift_plots(days) if days else [],
        thresholds=live().thresholds,
        table=[drift_row(day) for day in reversed(days)],
    )


def wanted_of(given: Any, most: int = MAX_PER_PAGE) -> Wanted:
    """Return which articles a request asks for; what it cannot mean is left out.

    A page of more than :data:`PER_PAGE` of them would be larger than 60 kB.
    """
    sort = given.get("sort", "")
    return Wanted(
        sources=tuple(name[:100] for name in given.getlist("paper")[:50]),
        outcomes=tuple(name[:100] for name in given.getlist("topic")[:50]),
        sort=sort if sort in SORTS else SORTS[0],
        since=min(max(0, given.get("since", 0, type=int)), 2**31 - 1),
        page=min(max(1, given.get("page", 1, type=int)), 10_000),
        per_page=min(max(1, given.get("n", PER_PAGE, type=int)), most),
    )


def query_of(wanted: Wanted) -> str:
    """Return the filters of a page as its address has them."""
    pairs = [("paper", name) for name in wanted.sources] + [("topic", name) for name in wanted.outcomes]
    pairs += [("sort", wanted.sort)] if wanted.sort != SORTS[0] else []
    renew = request.args.get("renew", "")
    pairs += [("renew", renew)] if renew in RENEWALS and renew else []
    return urlencode(pairs)


def renewed(page: str) -> Response:
    """Return a page that the browser loads again, where its reader asked for that."""
    response = Response(page)
    renew = request.args.get("renew", "")
    if renew in RENEWALS and renew:
        response.headers["Refresh"] = str(60 * int(renew))
    return response


def model_labels() -> tuple[str, ...]:
    """Return the labels of the served model."""
    return service().facts().labels


def voted_for() -> tuple[str, ...]:
    """Return the labels that may be voted for: the model's, and those that may become new classes."""
    return service().votable_labels()


def model_name() -> str:
    """Return the served model as people know it."""
    facts = service().facts()
    return f"{facts.name} (version {facts.model_version})"


def other_texts() -> str:
    """Return a warning where the served model was trained on other texts than posts."""
    corpus = ", ".join(service().facts().metadata.get("corpus", []))
    if any(name in corpus.lower() for name in POSTS_CORPORA):
        return ""
    return (
        f"The model was trained on {corpus or 'texts that its record does not name'}, not on posts: take these scores "
        "with caution."
    )


def cast_vote(text: str, label: str, client: Client) -> None:
    """Vote on a text, or change the vote that this visitor has cast on it."""
    before = earlier_vote(text, client)
    if before is not None and before.vote is not None and before.id is not None:
        service().change(before.id, label, client)
        return
    prediction = service().classify(text, client)
    if prediction.id is not None:
        service().vote(prediction.id, label, client)


def earlier_vote(text: str, client: Client) -> Prediction | None:
    """Return the prediction of this visitor on a text that a vote stands on."""
    wanted = clean(text)
    return next((each for each in service().history(client) if each.vote and each.text == wanted), None)


def searched(source: str, asked: str) -> dict[str, Any]:
    """Return what a search found, with the scores and their plots."""
    client = current_client()
    try:
        found = live().search(source, Query(asked), lambda: service().limit("searches", client))
    except ValueError as error:
        if hasattr(error, "status"):
            raise
        return {"problem": str(error), "rows": [], "mean": None}
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
    return [*plots, weights_plot("The words that told most", words)] if words else plots


def news_plots(counts: Sequence[tuple[str, str, int]]) -> list[Plot]:
    """Draw what the news are about."""
    if not counts:
        return []
    probabilities, (days, _) = live().probabilities(), live().drift()
    plots = [live_plots.topics_plot(counts), live_plots.newspapers_plot(counts)]
    plots.append(live_plots.probabilities_plot(probabilities, live().thresholds))
    if days:
        plots.append(drift_plots(days)[0])
    return plots


def drift_plots(days: Sequence[DayOfSource]) -> list[Plot]:
    """Draw the share of "other", and that of unknown words, by day."""
    thresholds = live().thresholds
    others = [day.other_share for day in days]
    unknown = [day.unknown_share for day in days]
    return [
        live_plots.drift_plot("Share of “other” by day", days, others, "of the articles were “other”"),
        live_plots.drift_plot(
            "Unknown words by day",
            days,
            unknown,
            "of the words were unknown to the model",
            thresholds.unknown_share,
        ),
    ]


def drift_row(day: DayOfSource) -> tuple[str, ...]:
    """Return a day as a row of the table."""
    accuracy = day.accuracy
    right = f"{accuracy[0]:.0%} ({accuracy[1]:.0%} to {accuracy[2]:.0%}) of {day.n_votes}" if accuracy else "no votes"
    return (
        day.day,
        f"{day.n:,}",
        f"{day.other_share:.0%}",
        f"{day.n_untold:,}",
        f"{day.unknown_share:.1%}",
        f"{day.probability:.2f}",
        right,
    )


def as_csv(rows: Sequence[dict[str, Any]]) -> str:
    """Return rows as a CSV that a spreadsheet takes no formula from."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["score", "text", "author", "url", "published"])
    for row in rows:
        writer.writerow(["'" + str(cell) if str(cell)[:1] in "=+-@\t\r" else cell for cell in row.values()])
    return file.getvalue()
