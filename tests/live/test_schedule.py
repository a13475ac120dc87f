"""When a source is asked again."""

import pytest

from movieclassifier.live.schedule import DAY, HOUR, MINUTE, back_off, interval_of, retry_after


@pytest.mark.parametrize(
    ("headers", "wishes", "seconds"),
    [
        ({}, {}, 15 * MINUTE),
        ({"cache-control": "max-age=60"}, {}, 15 * MINUTE),
        ({"cache-control": "no-cache, max-age=7200"}, {}, 2 * HOUR),
        ({"cache-control": 'max-age="7200"'}, {}, 2 * HOUR),
        ({"cache-control": "max-age=99999999999999"}, {}, DAY),
        ({"expires": "Thu, 01 Jan 1970 02:00:00 GMT"}, {}, 2 * HOUR),
        ({"expires": "-1"}, {}, 15 * MINUTE),
        ({}, {"ttl": "120"}, 2 * HOUR),
        ({}, {"ttl": "soon"}, 15 * MINUTE),
        ({}, {"period": "hourly", "frequency": "2"}, HOUR / 2),
        ({}, {"period": "daily", "frequency": "0"}, DAY),
        ({}, {"period": "yearly"}, DAY),
        ({}, {"period": "never"}, 15 * MINUTE),
    ],
)
def test_feed_is_asked_as_seldom_as_it_wishes(headers, wishes, seconds):
    assert interval_of(headers, wishes) == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("-1", None),
        (None, None),
        ("tomorrow", None),
        ("9" * 400, 2 * DAY),
        ("Thu, 01 Jan 1970 00:03:00 GMT", 120.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("Thu, 01 Jan 9999 00:00:00 GMT", 2 * DAY),
        ("Thu, 99 Jan 1970 00:00:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value, seconds):
    assert retry_after(value, now=60.0) == seconds


def test_a_source_that_fails_costs_less_and_less():
    waits = [back_off(n) for n in range(1, 30)]
    assert waits == sorted(waits)
    assert waits[0] == 15 * MINUTE
    assert max(waits) == DAY
    assert back_off(1, wanted=10.0) == 15 * MINUTE
    assert back_off(9, wanted=10 * DAY) == 2 * DAY
