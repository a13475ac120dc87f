"""The log keeps what was said, exactly once, in one order, whoever asks for it at the same time."""

import gc
import sqlite3
from datetime import timedelta

import pytest
from sqlalchemy import event, update

from movieclassifier.feedback.log.database import transaction
from movieclassifier.feedback.log.schema import predictions
from movieclassifier.feedback.log.store import FeedbackStore
from tests.support.services import ADA, BOB, TEXTS, contradict, digest, open_service


def age(service, prediction_id, days):
    """Make a prediction older."""
    with transaction(service.store.engine) as connection:
        older = predictions.c.created_at - int(timedelta(days=days).total_seconds() * 1000)
        connection.execute(update(predictions).where(predictions.c.id == prediction_id).values(created_at=older))


def test_predictions_without_a_vote_are_deleted_after_a_day(service):
    kept, _ = contradict(service, TEXTS[0])
    old, new = service.classify(TEXTS[1], ADA), service.classify(TEXTS[2], ADA)
    for prediction in (kept, old):
        age(service, prediction.id, 2)
    before = digest(service)
    assert service.store.forget_old_predictions() == 1
    assert service.stats().n_predictions == 2
    assert service.get(new.id, ADA)
    assert digest(open_service(service.settings.database_url, service.log.model_path)) == before


def test_a_prediction_whose_vote_was_undone_stays_as_the_page_says(service):
    prediction, _ = contradict(service, TEXTS[0])
    service.undo(prediction.id, ADA)
    age(service, prediction.id, 400)
    assert service.store.forget_old_predictions() == 0


@pytest.mark.slow
def test_a_store_that_is_no_longer_used_closes_its_connections(tmp_path):
    store = FeedbackStore(f"sqlite:///{tmp_path}/f.db")
    with store.engine.connect() as connection:
        pooled = connection.connection.driver_connection
    with store.raw.using() as raw:
        detached = raw.driver
    del store, connection, raw
    gc.collect()
    for driver in (pooled, detached):
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            driver.execute("SELECT 1")


def n_statements(service, ask):
    """Return how many statements the database gets while something is asked for."""
    seen = []

    def note(*arguments):
        seen.append(arguments[2])

    event.listen(service.store.engine, "before_cursor_execute", note)
    ask()
    event.remove(service.store.engine, "before_cursor_execute", note)
    return len(seen)


def test_a_long_history_takes_as_many_statements_as_a_short_one(service):
    contradict(service, TEXTS[0])
    service.answer(TEXTS[0])  # learns what is new
    few = n_statements(service, lambda: service.history(ADA))
    cast = [contradict(service, text) for text in TEXTS[1:20]]
    service.undo(cast[0][0].id, ADA)
    service.vote(cast[0][0].id, cast[0][0].label, ADA)
    service.undo(cast[1][0].id, ADA)
    service.answer(TEXTS[0])
    assert n_statements(service, lambda: service.history(ADA)) == few
    assert service.history(ADA) == [service.get(prediction.id, ADA) for prediction in service.history(ADA)]


def test_votes_are_counted_again_only_when_there_are_new_events(service):
    contradict(service, TEXTS[0])
    first = n_statements(service, service.stats)
    service.classify(TEXTS[1], ADA)
    assert n_statements(service, service.stats) < first
    assert (service.stats().n_predictions, service.stats().n_votes) == (2, 1)
    contradict(service, TEXTS[2])
    assert service.stats().n_votes == 2


def test_entries_are_found_by_text_client_and_status(service):
    for text in TEXTS[:3]:
        contradict(service, text)
    contradict(service, TEXTS[3], BOB)
    assert [entry.text for entry in service.owner.entries("OF2").items] == [TEXTS[2]]
    assert [entry.text for entry in service.owner.entries(BOB.address).items] == [TEXTS[3]]
    assert service.owner.entries("100%").total == service.owner.entries("_").total == 0  # no wildcards
    assert service.owner.entries("\x00\ud800").total == 0
    assert service.owner.entries(status="rejected").total == 0
    with pytest.raises(ValueError, match="status must be one of waiting, applied"):
        service.owner.entries(status="accepted")


def test_entries_and_events_come_in_pages(service):
    for text in TEXTS[:7]:
        contradict(service, text)
    page = service.owner.entries(page=2, per_page=3)
    assert (page.total, page.n_pages, page.page) == (7, 3, 2)
    assert [entry.position for entry in page.items] == [5, 4, 3]
    assert [event.position for event in service.owner.audit(page=1, per_page=2).items] == [8, 7]
    assert service.owner.entries(page=-5, per_page=3).items[0].position == 8
    assert service.owner.entries(page=9).items == []
    assert service.owner.queue().n_pages == 1
