from datetime import UTC, datetime

import pytest

from movieclassifier.feedback.log.live.clock import DAY, day_of, milliseconds
from movieclassifier.feedback.log.row_conversion import moment


def test_stored_times_are_milliseconds_in_utc():
    assert milliseconds(1.2346) == 1235
    assert moment(1235) == datetime(1970, 1, 1, 0, 0, 1, 235_000, tzinfo=UTC)


@pytest.mark.parametrize(("stored", "day"), [(DAY - 1, "1970-01-01"), (DAY, "1970-01-02"), (-1, "1969-12-31")])
def test_day_ends_at_midnight_in_utc(stored, day):
    assert day_of(stored) == day
