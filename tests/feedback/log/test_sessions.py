import pytest

from movieclassifier.feedback.log import sessions
from movieclassifier.feedback.log.sessions import close_session, is_open, open_session
from movieclassifier.feedback.log.store import FeedbackStore


@pytest.fixture
def engine(database_url):
    store = FeedbackStore(database_url)
    yield store.engine
    store.close()


def test_a_session_is_open_until_it_is_closed(engine):
    open_session(engine, "token", 60)
    open_session(engine, "other", 60)
    assert is_open(engine, "token")
    close_session(engine, "token")
    assert not is_open(engine, "token")
    assert is_open(engine, "other")


def test_a_session_ends_by_itself(engine, monkeypatch):
    open_session(engine, "token", 60)
    now = sessions.time.time()
    monkeypatch.setattr(sessions.time, "time", lambda: now + 62)
    assert not is_open(engine, "token")
    open_session(engine, "other", 60)
    assert is_open(engine, "other")


def test_what_was_never_opened_is_closed_without_an_error(engine):
    close_session(engine, "nothing")
    assert not is_open(engine, "nothing")
