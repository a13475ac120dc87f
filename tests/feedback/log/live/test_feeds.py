"""Feeds of the owner's list keep their state, and are asked when they are due."""

from movieclassifier.feedback.log.database import transaction
from movieclassifier.feedback.log.live.clock import DAY
from movieclassifier.feedback.log.live.feeds import (
    MOVES,
    current_url,
    due_feeds,
    feed_states,
    keep_answer,
    keep_fault,
    list_feeds,
    next_due,
)

A, B, C = (f"https://{name}.example/feed" for name in "abc")
NOW = 10**12


def answer(connection, url, moved_to="", next_at=NOW + 1000):
    [feed] = [feed for feed in due_feeds(connection, 2**52) if feed.url == url]
    said = {"etag": '"one"', "modified": "Monday", "digest": "d"}
    keep_answer(connection, feed, **said, moved_to=moved_to, now=NOW, next_at=next_at)


def test_list_is_followed_and_what_stays_keeps_its_state(engine):
    with transaction(engine) as connection:
        list_feeds(connection, {A: "A", B: "A"})
        answer(connection, A)
        list_feeds(connection, {A: "Renamed", C: "C"})
        states = {state.url: state for state in feed_states(connection)}
    assert set(states) == {A, C}
    assert states[A].name == "Renamed"
    assert states[A].answered_at is not None
    assert states[C].answered_at is None


def test_due_feeds_are_those_that_waited_longest_first(engine):
    with transaction(engine) as connection:
        list_feeds(connection, dict.fromkeys((A, B, C), "A"))
        for url, next_at in ((A, NOW + 5), (B, NOW - 5), (C, NOW + 9 * DAY)):
            answer(connection, url, next_at=next_at)
        # One that was put off beyond all reason was put off before the clock was set back.
        assert [feed.url for feed in due_feeds(connection, NOW)] == [B, C]
        assert next_due(connection) == NOW - 5
        keep_fault(connection, B, "gone", now=NOW, next_at=NOW, is_gone=True)
        assert [feed.url for feed in due_feeds(connection, NOW)] == [C]


def test_fault_is_told_until_the_next_answer(engine):
    with transaction(engine) as connection:
        list_feeds(connection, {A: "A"})
        for n in (1, 2):
            keep_fault(connection, A, "x" * 999, now=NOW, next_at=0, is_gone=False)
            assert due_feeds(connection, NOW)[0].n_faults == n
        assert len(feed_states(connection)[0].fault) == 500
        answer(connection, A, next_at=0)
        assert (due_feeds(connection, NOW)[0].n_faults, feed_states(connection)[0].fault) == (0, "")


def test_feed_is_asked_at_its_new_place_once_it_has_said_so_often_enough(engine):
    with transaction(engine) as connection:
        list_feeds(connection, {A: "A"})
        asked = []
        for moved_to in (*[B] * MOVES, "", C):
            answer(connection, A, moved_to, next_at=0)
            asked.append(current_url(due_feeds(connection, NOW)[0]))
    assert asked == [*[A] * (MOVES - 1), B, B, A]
