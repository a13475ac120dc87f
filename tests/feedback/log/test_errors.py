import pytest

from movieclassifier.feedback.log.errors import (
    Conflict,
    Damaged,
    FeedbackError,
    NoRoom,
    NotFound,
    TooMany,
    Unavailable,
)

STATUSES = {FeedbackError: 400, NotFound: 404, Conflict: 409, NoRoom: 507, Unavailable: 503, Damaged: 503}


@pytest.mark.parametrize("kind", STATUSES)
def test_every_kind_has_its_http_status_and_is_one_line_at_the_command_line(kind):
    assert kind.status == STATUSES[kind]
    assert issubclass(kind, (ValueError, OSError))  # the kinds that the commands turn into one line
    assert str(kind("so it is")) == "so it is"


def test_who_asks_too_often_is_told_how_long_to_wait():
    error = TooMany("at most 3 per hour", 1234)
    assert (error.status, error.retry_after, str(error)) == (429, 1234, "at most 3 per hour")
