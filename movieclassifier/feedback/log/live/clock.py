"""Times as they are stored."""

from movieclassifier.feedback.log.row_conversion import moment

DAY = 86_400_000


def milliseconds(seconds: float) -> int:
    """Return seconds since 1970 as milliseconds."""
    return round(seconds * 1000)


def day_of(stored: int) -> str:
    """Return the day of a stored time, in UTC.

    Examples
    --------
    >>> day_of(0)
    '1970-01-01'
    """
    return moment(stored).date().isoformat()
