"""Reading feeds once, with nothing kept, as the command line does."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from movieclassifier.feedback.log.live.entities import Item
from movieclassifier.live.faults import SourceFault
from movieclassifier.live.fetching import PAGE_BYTES
from movieclassifier.live.items import make_item
from movieclassifier.live.robots import Robots
from movieclassifier.live.sources.asking import Outside
from movieclassifier.live.sources.feed import ask_feed
from movieclassifier.live.sources.file import read_bounded
from movieclassifier.system.progress import telling


def read_feeds(
    feeds: Sequence[tuple[str, str]], outside: Outside, limit: int, full_text: bool
) -> tuple[list[Item], dict[str, str]]:
    """Return the newest items of feeds, and what went wrong by URL.

    Parameters
    ----------
    feeds : sequence of (str, str)
        A newspaper's name and a URL each.
    outside : Outside
    limit : int
    full_text : bool
        Whether the articles' pages are read where they may be.
    """
    found: dict[str, Item] = {}
    faults: dict[str, str] = {}
    for name, url in telling(feeds, "Asking newspapers", "feeds"):
        try:
            items = ask_feed(name, url, outside).items
        except SourceFault as fault:
            faults[url] = fault.sentence
            continue
        for item in items:
            found.setdefault(item.url or item.id, item)
    newest = sorted(found.values(), key=lambda item: item.published.timestamp() if item.published else 0, reverse=True)
    robots = Robots(outside.fetcher)
    if not full_text:
        return newest[:limit], faults
    return [with_page(item, outside, robots) for item in telling(newest[:limit], "Reading", "articles")], faults


def with_page(item: Item, outside: Outside, robots: Robots) -> Item:
    """Return an item with the text of its page, where that may be read and holds an article longer than the feed's."""
    try:
        if not item.url or not robots.allows(item.url):
            return item
        page = outside.fetcher.get(item.url, limit=PAGE_BYTES, accept="text/html, */*;q=0.5")
        found = outside.parser.page(page.body, page.url, page.charset)
    except SourceFault:
        return item
    if len(found["text"]) <= len(item.text):
        return item
    return replace(item, text=found["text"], text_from="page", language=item.language or found["language"].lower())


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Put the name of a file before the fault that is found in it."""
    try:
        yield
    except SourceFault as fault:
        raise SourceFault(fault.kind, f"{path}: {fault.sentence}") from fault


def read_feed_file(path: Path, outside: Outside) -> list[Item]:
    """Return the items of a feed in a file.

    Raises
    ------
    OSError
        If it cannot be read, or is not a feed.
    """
    with _naming(path):
        items = [make_item(path.name, entry) for entry in outside.parser.feed(read_bounded(path))["items"]]
    return [item for item in items if item is not None]


def read_page_file(path: Path, outside: Outside) -> Item:
    """Return the article of a page in a file.

    Raises
    ------
    OSError
        If it cannot be read, or holds no article.
    """
    with _naming(path):
        found = outside.parser.page(read_bounded(path))
    item = make_item(path.name, {**found, "id": path.name})
    if item is None:
        raise SourceFault("no article", "There is no article on the page.")
    return replace(item, text_from="page")
