"""Reddit's search as a feed. It turns many readers away; then it says so, and nothing is forged to get in."""

from movieclassifier.feedback.log.live.entities import Item
from movieclassifier.live.sources.asking import Outside, Query, built, made, server

DEFAULT_SERVER = "www.reddit.com"


def reddit_posts(query: Query, outside: Outside) -> list[Item]:
    """Return the newest posts with some words."""
    words = query.words.lstrip("#")
    url = built(server(query.place, DEFAULT_SERVER), "/search.rss", q=words, sort="new", limit=query.n)
    page = outside.fetcher.get(url, accept="application/atom+xml, application/xml")
    return made("reddit", outside.parser.feed(page.body, page.url, page.charset)["items"], query.n)
