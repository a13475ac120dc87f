"""The sources: a table from names to functions. A new source is one function and one entry.

A function takes a query and what it may ask the world with, and returns items, the newest first.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from movieclassifier.feedback.log.live.entities import Item
from movieclassifier.live.sources.asking import Outside, Query
from movieclassifier.live.sources.bluesky import bluesky_posts
from movieclassifier.live.sources.feed import feed_items
from movieclassifier.live.sources.file import file_items
from movieclassifier.live.sources.hackernews import hackernews_posts
from movieclassifier.live.sources.mastodon import mastodon_posts
from movieclassifier.live.sources.reddit import reddit_posts


@dataclass(frozen=True)
class Source:
    """An entry of :data:`SOURCES`.

    Attributes
    ----------
    function : function
        ``(Query, Outside) -> list of Item``; it raises nothing but SourceFault and ValueError for a query that it
        cannot take.
    kind : {"posts", "news", "file"}
    label : str
        As people know it.
    hint : str
        An example of a query.
    needs : tuple of str
        Environment variables without which it does not answer.
    """

    function: Callable[[Query, Outside], list[Item]]
    kind: str
    label: str
    hint: str
    needs: tuple[str, ...] = ()

    def missing(self, environ: Mapping[str, str]) -> list[str]:
        """Return the needs that are not met."""
        return [name for name in self.needs if not environ.get(name)]


SOURCES: dict[str, Source] = {
    "mastodon": Source(mastodon_posts, "posts", "Mastodon", "#finland"),
    "hackernews": Source(hackernews_posts, "posts", "Hacker News", "finland"),
    "bluesky": Source(
        bluesky_posts,
        "posts",
        "Bluesky",
        "#finland",
        ("MOVIECLASSIFIER_BLUESKY_HANDLE", "MOVIECLASSIFIER_BLUESKY_PASSWORD"),
    ),
    "reddit": Source(reddit_posts, "posts", "Reddit", "finland"),
    "feed": Source(feed_items, "news", "A feed", "https://news.example/feed.xml"),
    "file": Source(file_items, "file", "A file", "posts.jsonl"),
}
POSTS = tuple(name for name, source in SOURCES.items() if source.kind == "posts")
DEFAULT_POSTS = "mastodon"
