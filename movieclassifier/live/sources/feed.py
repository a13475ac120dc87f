"""A feed: the source of news."""

import hashlib
from dataclasses import dataclass

from movieclassifier.feedback.log.live.entities import Item
from movieclassifier.live.fetched_pages import FetchedPage, Validators
from movieclassifier.live.items import make_item
from movieclassifier.live.schedule import DEFAULT_INTERVAL, interval_of
from movieclassifier.live.sources.asking import Outside, Query

ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"


@dataclass(frozen=True)
class FeedAnswer:
    """The answer of a feed.

    Attributes
    ----------
    items : list of Item
        Empty where nothing has changed.
    page : FetchedPage
    interval : float
        Seconds until it wants to be asked again.
    digest : str
        Of the body; "" where nothing was sent.
    """

    items: list[Item]
    page: FetchedPage
    interval: float = DEFAULT_INTERVAL
    digest: str = ""


def feed_items(query: Query, outside: Outside) -> list[Item]:
    """Return the items of a feed."""
    return ask_feed(query.text, query.text, outside).items[: query.n]


def ask_feed(
    name: str, url: str, outside: Outside, validators: Validators | None = None, now: float = 0, digest: str = ""
) -> FeedAnswer:
    """Ask a feed what is new.

    Parameters
    ----------
    name : str
        Of the newspaper.
    url : str
    outside : Outside
    validators : Validators, optional
        Of the last time.
    now : float
        Seconds since 1970.
    digest : str
        Of the last body; an equal one is not parsed again.

    Raises
    ------
    SourceFault
    """
    page = outside.fetcher.get(url, validators, accept=ACCEPT)
    if not page.is_new:
        return FeedAnswer([], page, interval_of(page.headers, now=now))
    found_digest = hashlib.sha256(page.body).hexdigest()
    if found_digest == digest:
        return FeedAnswer([], page, interval_of(page.headers, now=now), digest)
    found = outside.parser.feed(page.body, page.url, page.charset)
    items = [make_item(name, entry) for entry in found["items"]]
    wishes = {key: found[key] for key in ("ttl", "period", "frequency")}
    return FeedAnswer(
        [item for item in items if item is not None], page, interval_of(page.headers, wishes, now), found_digest
    )
