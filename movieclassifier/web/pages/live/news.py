"""The latest articles: the page, and the rows that its script asks for."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from movieclassifier.feedback.log.live.articles import PER_PAGE, SORTS, Wanted
from movieclassifier.feedback.log.live.entities import OTHER
from movieclassifier.live.settings import MAX_PER_PAGE
from movieclassifier.web.clients import live
from movieclassifier.web.display import live_plots
from movieclassifier.web.display.live_wording import ago, states_in_words
from movieclassifier.web.display.plots import Plot
from movieclassifier.web.forms import SecureForm
from movieclassifier.web.pages.live.drift import drift_plots
from movieclassifier.web.pages.live.model import model_labels, model_name, voted_for

RENEWALS = {"": "never", "1": "every minute", "5": "every 5 minutes"}
MAX_FEED_NAMES = 50
MAX_NAME = 100


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
        back=back_to(wanted),
        plots=news_plots(counts),
        warnings=live().drift()[1],
        model=model_name(),
    )
    return renewed(page)


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
        back=query_of(wanted),
    )
    response = Response(rows if found.items else "", mimetype="text/html")
    response.headers["X-Last-Item"] = str(found.last_id)
    response.headers["X-New-Items"] = str(found.total)
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(f"{found.last_id}-{wanted.since}-{found.total}")
    return response.make_conditional(request)


def wanted_of(given: Any, most: int = MAX_PER_PAGE) -> Wanted:
    """Return which articles a request asks for; values that have no meaning are left out.

    A page of more than :data:`PER_PAGE` of them would be larger than 60 kB.
    """
    sort = given.get("sort", "")
    return Wanted(
        sources=tuple(name[:MAX_NAME] for name in given.getlist("paper")[:MAX_FEED_NAMES]),
        outcomes=tuple(name[:MAX_NAME] for name in given.getlist("topic")[:MAX_FEED_NAMES]),
        sort=sort if sort in SORTS else SORTS[0],
        since=min(max(0, given.get("since", 0, type=int)), 2**31 - 1),
        page=min(max(1, given.get("page", 1, type=int)), 10_000),
        per_page=min(max(1, given.get("n", PER_PAGE, type=int)), most),
    )


def query_of(wanted: Wanted) -> str:
    """Return the filters of a page as its address has them."""
    return urlencode(_pairs(wanted))


def back_to(wanted: Wanted) -> str:
    """Return the query of the page that a vote leads back to."""
    return urlencode(_pairs(wanted) + ([("page", str(wanted.page))] if wanted.page > 1 else []))


def _pairs(wanted: Wanted) -> list[tuple[str, str]]:
    pairs = [("paper", name) for name in wanted.sources] + [("topic", name) for name in wanted.outcomes]
    pairs += [("sort", wanted.sort)] if wanted.sort != SORTS[0] else []
    renew = request.args.get("renew", "")
    return pairs + ([("renew", renew)] if renew in RENEWALS and renew else [])


def renewed(page: str) -> Response:
    """Return a page that the browser loads again, where its reader asked for that."""
    response = Response(page)
    renew = request.args.get("renew", "")
    if renew in RENEWALS and renew:
        response.headers["Refresh"] = str(60 * int(renew))
    return response


def news_plots(counts: Sequence[tuple[str, str, int]]) -> list[Plot]:
    """Draw the topics of the news."""
    if not counts:
        return []
    probabilities, (days, _) = live().probabilities(), live().drift()
    plots = [live_plots.topics_plot(counts), live_plots.newspapers_plot(counts)]
    plots.append(live_plots.probabilities_plot(probabilities, live().thresholds))
    if days:
        plots.append(drift_plots(days)[0])
    return plots
