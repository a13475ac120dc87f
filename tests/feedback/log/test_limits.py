"""A client may ask only so often."""

import pytest

from movieclassifier.feedback.log.database import transaction
from movieclassifier.feedback.log.errors import TooMany
from movieclassifier.feedback.log.limits import Rate, refuse_beyond
from tests.support.services import ADA, BOB, TEXTS, contradict, open_service

pytestmark = pytest.mark.usefixtures("start_of_day")


def test_votes_are_limited_per_client_and_not_by_repeats(tmp_path, model, database_url):
    service = open_service(database_url, model, VOTES_PER_HOUR=3)
    cast = [contradict(service, text) for text in TEXTS[:3]]
    service.vote(cast[0][0].id, cast[0][1].label, ADA)  # a repeat costs nothing
    prediction = service.classify(TEXTS[3], ADA)
    with pytest.raises(TooMany, match="at most 3 per hour") as refused:
        service.vote(prediction.id, prediction.label, ADA)
    assert 0 < refused.value.retry_after <= 3600
    assert service.get(prediction.id, ADA).vote is None
    contradict(service, TEXTS[4], BOB)
    elsewhere = open_service(database_url, model, VOTES_PER_HOUR=3)
    with pytest.raises(TooMany):
        elsewhere.vote(prediction.id, prediction.label, ADA)


def test_predictions_and_texts_are_limited_per_client(tmp_path, model, database_url):
    service = open_service(database_url, model, PREDICTIONS_PER_MINUTE=2, TEXTS_PER_HOUR=10)
    service.classify_many(TEXTS[:8], ADA)
    with pytest.raises(TooMany, match="texts"):
        service.classify_many(TEXTS[:8], ADA)
    assert service.stats().n_predictions == 8
    service.classify(TEXTS[0], ADA, keep=False)
    with pytest.raises(TooMany, match="at most 2 per minute"):
        service.classify(TEXTS[0], ADA, keep=False)
    service.classify(TEXTS[0], BOB)


def test_what_goes_beyond_a_limit_is_refused_before_any_work(tmp_path, model, database_url, monkeypatch):
    service = open_service(database_url, model, TEXTS_PER_HOUR=10)
    service.classify_many(TEXTS[:8], ADA)
    monkeypatch.setattr(service.served, "predict", None)
    for n_texts in (3, 8, 11):
        with pytest.raises(TooMany, match="at most 10 per hour"):
            service.classify_many(TEXTS[:n_texts], ADA)


def test_other_tries_are_limited_too(service):
    for _ in range(10):
        service.limit("logins", ADA)
    with pytest.raises(TooMany, match="at most 10 per 600 seconds"):
        service.limit("logins", ADA)


def test_a_new_window_starts_at_zero_and_old_counts_go(service, monkeypatch):
    from movieclassifier.feedback.log import limits
    from movieclassifier.feedback.log.schema import counts

    for _ in range(10):
        service.limit("logins", ADA)
    monkeypatch.setattr(limits.time, "time", lambda real=limits.time.time: real() + 600)
    service.limit("logins", ADA)
    with transaction(service.store.engine) as connection:
        assert [row.n for row in connection.execute(counts.select())] == [1]


@pytest.mark.parametrize(("seconds", "words"), [(1, "second"), (60, "minute"), (86400, "day"), (600, "600 seconds")])
def test_a_limit_is_said_in_words(seconds, words):
    assert Rate(7, seconds).describe() == f"7 per {words}"


def test_beyond_the_limit_the_wait_lasts_to_the_end_of_the_window():
    refuse_beyond(7, "votes", Rate(7, 3600), now=7250.0)
    with pytest.raises(TooMany, match="Too many votes: at most 7 per hour") as error:
        refuse_beyond(8, "votes", Rate(7, 3600), now=7250.0)
    assert error.value.retry_after == 3550
