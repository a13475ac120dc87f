"""A newspaper of the tests: a collector over a real local server, with a clock that is turned by hand."""

from movieclassifier.feedback.log.store import FeedbackStore
from movieclassifier.live.collecting import Collector
from movieclassifier.live.fetching import Fetcher
from movieclassifier.live.newspapers import Newspaper
from movieclassifier.live.parsing.parser import Parser
from movieclassifier.live.settings import LiveSettings
from movieclassifier.live.sources.asking import Outside

START = 1_772_460_000.0  # 2 March 2026, 14:00 UTC
PARSER = Parser()


class Clock:
    """Seconds since 1970, as the test says."""

    def __init__(self, now: float = START):
        self.now = now

    def __call__(self) -> float:
        return self.now


def outside_of(server, **options) -> Outside:
    """Return what may ask the server, and nothing else."""
    return Outside(Fetcher([server.place], **({"pause": 0, "seconds": 2} | options)), PARSER)


def store_of(url: str) -> FeedbackStore:
    return FeedbackStore(url)


def collector_of(engine, server, paths=("/feed",), clock=None, **settings) -> Collector:
    """Return a collector of one newspaper with some feeds."""
    papers = [Newspaper("The Lund Courier", tuple(server.url + path for path in paths))]
    return Collector(engine, papers, outside_of(server), LiveSettings(**settings), clock or Clock())
