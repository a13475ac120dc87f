"""When to ask a source again: as seldom as it wishes, and less and less often while it fails."""

import email.utils
import re
import time
from collections.abc import Mapping

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
DEFAULT_INTERVAL = 15 * MINUTE
MAX_INTERVAL = DAY
MAX_RETRY = 2 * DAY
MAX_AGE = re.compile(r"max-age\s*=\s*\"?(\d{1,9})", re.I)
PERIODS = {"hourly": HOUR, "daily": DAY, "weekly": 7 * DAY, "monthly": 30 * DAY, "yearly": 365 * DAY}


def retry_after(value: str | None, now: float | None = None) -> float | None:
    """Return the seconds of a Retry-After header, at most two days.

    Parameters
    ----------
    value : str or None
        Seconds, or a date.
    now : float, optional
        Seconds since 1970.

    Examples
    --------
    >>> retry_after("120"), retry_after("999999999"), retry_after("soon"), retry_after("-5")
    (120.0, 172800.0, None, None)
    """
    value = (value or "").strip()
    if value.isdecimal():
        return min(float(value[:12]), MAX_RETRY)
    moment = http_date(value)
    if moment is None:
        return None
    return min(max(0.0, moment - (time.time() if now is None else now)), MAX_RETRY)


def http_date(value: str | None) -> float | None:
    """Return a date of a header in seconds since 1970; None if it is not a date.

    Examples
    --------
    >>> http_date("Thu, 01 Jan 1970 00:01:00 GMT"), http_date("yesterday")
    (60.0, None)
    """
    try:
        return email.utils.parsedate_to_datetime(value or "").timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def interval_of(headers: Mapping[str, str], wishes: Mapping[str, object] | None = None, now: float = 0.0) -> float:
    """Return the seconds until a feed that answered is asked again.

    Parameters
    ----------
    headers : mapping of str to str
        Of the answer, names in lower case.
    wishes : mapping, optional
        What the feed itself says: ``ttl`` in minutes, ``period`` and ``frequency`` of its syndication module.
    now : float
        Seconds since 1970.

    Examples
    --------
    >>> interval_of({}), interval_of({"cache-control": "public, max-age=3600"}), interval_of({}, {"ttl": "60"})
    (900.0, 3600.0, 3600.0)
    """
    found = [DEFAULT_INTERVAL]
    if age := MAX_AGE.search(headers.get("cache-control", "")):
        found.append(float(age.group(1)))
    elif (expires := http_date(headers.get("expires"))) is not None:
        found.append(expires - now)
    wishes = wishes or {}
    ttl = str(wishes.get("ttl") or "").strip()
    if ttl.isdecimal():
        found.append(float(ttl[:9]) * MINUTE)
    period = PERIODS.get(str(wishes.get("period") or "").strip().lower())
    if period:
        frequency = str(wishes.get("frequency") or "1").strip()
        found.append(period / max(1, int(frequency[:6]) if frequency.isdecimal() else 1))
    return min(max(found), MAX_INTERVAL)


def back_off(n_faults: int, wanted: float | None = None) -> float:
    """Return the seconds until a source that failed `n_faults` times in a row is asked again.

    Examples
    --------
    >>> [back_off(n) / 60 for n in (1, 2, 3, 20)], back_off(1, 5000.0)
    ([15.0, 30.0, 60.0, 1440.0], 5000.0)
    """
    doubled = min(DEFAULT_INTERVAL * 2 ** min(max(0, n_faults - 1), 10), MAX_INTERVAL)
    return doubled if wanted is None else max(DEFAULT_INTERVAL, min(wanted, MAX_RETRY))
