"""Predictions are kept for those who asked, and votes count once."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import update

from movieclassifier.feedback.log.database import transaction
from movieclassifier.feedback.log.errors import Conflict, NotFound
from movieclassifier.feedback.log.schema import predictions
from tests.support.services import ADA, BOB, TEXTS, contradict, digest, open_service


def age(service, prediction_id, days):
    """Make a prediction older."""
    with transaction(service.store.engine) as connection:
        older = predictions.c.created_at - int(timedelta(days=days).total_seconds() * 1000)
        connection.execute(update(predictions).where(predictions.c.id == prediction_id).values(created_at=older))


def kinds(service):
    return [event.kind for event in service.store.iter_events()]


def test_a_prediction_is_stored_as_it_was_made(service):
    made = service.classify(TEXTS[0], ADA)
    contradict(service, TEXTS[1])  # the model learns something in between
    read = service.get(made.id, ADA)
    assert (read.text, read.label, read.probabilities) == (made.text, made.label, made.probabilities)
    assert (read.model_version, read.vote, read.undone) == (made.model_version, None, False)
    assert read.explanation.decision == made.explanation.decision
    worth_it = [part for part in made.explanation.contributions if part.value]
    assert list(read.explanation.contributions) == worth_it
    assert read.explained_label == made.label


def test_what_is_not_to_be_kept_is_not_stored(service):
    prediction = service.classify(TEXTS[0], ADA, keep=False)
    assert prediction.id is None
    assert prediction.probabilities == service.answer(TEXTS[0]).probabilities
    assert (service.stats().n_predictions, service.history(ADA)) == (0, [])


def test_ids_cannot_be_guessed(service):
    ids = [prediction.id for prediction in service.classify_many(TEXTS, ADA)]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", id) for id in ids)  # 128 bits


@pytest.mark.parametrize("id", ["", "x", "A" * 22, "../../etc/passwd", "\x00" * 22, "\ud800" * 22, "é" * 22])
def test_a_forged_id_is_not_found(tmp_path, model, database_url, id):
    service = open_service(database_url, model)
    for ask in (service.get, service.undo):
        with pytest.raises(NotFound):
            ask(id, ADA)
    with pytest.raises(NotFound):
        service.vote(id, "0", ADA)


def test_a_prediction_of_somebody_else_is_not_found(service):
    prediction = service.classify(TEXTS[0], ADA)
    for ask in (service.get, service.undo):
        with pytest.raises(NotFound):
            ask(prediction.id, BOB)
    with pytest.raises(NotFound):
        service.vote(prediction.id, prediction.label, BOB)
    assert service.history(BOB) == []


def test_an_expired_prediction_is_not_found(service):
    prediction = service.classify(TEXTS[0], ADA)
    age(service, prediction.id, 29)
    assert service.get(prediction.id, ADA).id == prediction.id
    age(service, prediction.id, 2)
    with pytest.raises(NotFound):
        service.get(prediction.id, ADA)
    with pytest.raises(NotFound):
        service.vote(prediction.id, prediction.label, ADA)
    assert service.history(ADA) == []


def test_old_predictions_are_looked_for_while_serving(service):
    old = service.classify(TEXTS[1], ADA)
    age(service, old.id, 40)
    service._next_cleaning = 0
    service.classify(TEXTS[2], ADA)
    assert service.stats().n_predictions == 1


def test_the_same_vote_again_counts_once_and_gets_the_same_answer(tmp_path, model, database_url):
    service = open_service(database_url, model)
    prediction, vote = contradict(service, TEXTS[0])
    contradict(service, TEXTS[1])
    assert [service.vote(prediction.id, vote.label, ADA) for _ in range(3)] == [vote] * 3
    assert service.change(prediction.id, vote.label, ADA) == vote
    assert kinds(service) == ["serve", "incorrect", "incorrect"]


def test_a_second_vote_is_a_conflict_until_the_first_is_undone(service):
    prediction, vote = contradict(service, TEXTS[0])
    with pytest.raises(Conflict, match="undo it"):
        service.vote(prediction.id, prediction.label, ADA)
    assert service.undo(prediction.id, ADA).undone
    again = service.vote(prediction.id, prediction.label, ADA)
    assert (again.verdict, vote.verdict) == ("correct", "incorrect")
    assert kinds(service)[1:] == ["incorrect", "undo", "correct"]


def test_undo_again_changes_nothing_nor_does_it_without_a_vote(service):
    prediction, _ = contradict(service, TEXTS[0])
    for _ in range(3):
        found = service.undo(prediction.id, ADA)
        assert (found.vote, found.undone) == (None, True)
    assert kinds(service)[1:] == ["incorrect", "undo"]
    never = service.undo(service.classify(TEXTS[1], ADA).id, ADA)
    assert (never.vote, never.undone) == (None, False)
    assert kinds(service)[1:] == ["incorrect", "undo"]


def test_change_is_an_undo_and_a_vote_in_one(service):
    prediction, first = contradict(service, TEXTS[0])
    changed = service.change(prediction.id, prediction.label, ADA)
    assert (changed.label, changed.status) == (prediction.label, "applied")
    assert changed.before == prediction.probabilities != first.after
    assert kinds(service)[1:] == ["incorrect", "undo", "correct"]
    fresh = service.classify(TEXTS[5], ADA)
    assert service.change(fresh.id, fresh.label, ADA).verdict == "correct"


def test_one_vote_comes_of_many_at_once(tmp_path, model, database_url):
    services = [open_service(database_url, model) for _ in range(4)]
    prediction = services[0].classify(TEXTS[0], ADA)
    with ThreadPoolExecutor(8) as pool:
        cast = list(pool.map(lambda n: services[n % 4].vote(prediction.id, "1", ADA), range(16)))
    assert len({vote.position for vote in cast}) == 1
    assert len({str(vote) for vote in cast}) == 1
    assert len(kinds(services[0])) == 2


def test_an_undone_vote_makes_room_for_a_second_one_on_the_same_text(service):
    prediction, vote = contradict(service, TEXTS[0])
    service.undo(prediction.id, ADA)
    assert service.vote(prediction.id, vote.label, ADA).status == "applied"


def test_history_is_the_sessions_own_newest_first(service):
    ids = [service.classify(text, ADA).id for text in TEXTS[:4]]
    service.classify(TEXTS[5], BOB)
    assert [prediction.id for prediction in service.history(ADA)] == ids[::-1]
    assert len(service.history(ADA, limit=2)) == 2


def test_warming_up_changes_nothing(service):
    before = digest(service)
    service.warm_up()
    assert digest(service) == before
    assert service.stats().n_predictions == 0
