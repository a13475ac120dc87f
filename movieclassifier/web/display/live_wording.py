"""The live pages in words: how long ago, and what a source said."""

from collections.abc import Sequence
from datetime import datetime

from movieclassifier.feedback.log.live.entities import FeedState
from movieclassifier.web.display.wording import count_of, when


def ago(moment: datetime, now: datetime) -> str:
    """Return how long ago a moment was.

    Examples
    --------
    >>> now = datetime(2026, 3, 2, 12)
    >>> [ago(datetime(2026, 3, day, hour, minute), now) for day, hour, minute in ((2, 12, 0), (2, 11, 48), (1, 11, 0))]
    ['just now', '12 minutes ago', '1 day ago']
    """
    minutes = int((now - moment).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{count_of(minutes, 'minute')} ago"
    if minutes < 24 * 60:
        return f"{count_of(minutes // 60, 'hour')} ago"
    return f"{count_of(minutes // 1440, 'day')} ago"


def until(moment: datetime, now: datetime) -> str:
    """Return when something is due: the time of a day, with the date if it is not today."""
    return f"{moment:%H:%M} UTC" if moment.date() == now.date() else when(moment)


def states_in_words(feeds: Sequence[FeedState], now: datetime) -> list[tuple[str, str]]:
    """Return what each feed said last, with the name of its newspaper.

    Parameters
    ----------
    feeds : sequence of FeedState
    now : datetime
        In UTC.
    """
    return [(feed.name, state_in_words(feed, now)) for feed in feeds]


def state_in_words(feed: FeedState, now: datetime) -> str:
    """Return what a feed said last."""
    if feed.is_gone:
        return "gone for good"
    if feed.fault:
        again = f" It is asked again at {until(feed.next_at, now)}." if feed.next_at and feed.next_at > now else ""
        return f"{feed.fault}{again}"
    if feed.answered_at is None:
        return "not asked yet"
    return ago(feed.answered_at, now)
