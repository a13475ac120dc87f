"""The log keeps what was said, exactly once, in one order, whoever asks for it at the same time."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import event, update
from sqlalchemy.exc import IntegrityError

from movieclassifier.feedback.log.database import snapshot, transaction
from movieclassifier.feedback.log.errors import Conflict, NotFound, TooMany
from movieclassifier.feedback.log.schema import predictions, votes
from movieclassifier.feedback.log.texts import clean
from tests.support.services import ADA, BOB, TEXTS, close_services, contradict, digest, open_service, write_model


@pytest.fixture
def model(tmp_path):
    return write_model(tmp_path / "m.npz")


@pytest.fixture
def service(tmp_path, model):
    return open_service(f"sqlite:///{tmp_path}/f.db", model)


@pytest.fixture(autouse=True)
def _close_services():
    yield
    close_services()


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


def test_another_vote_is_a_conflict_until_the_first_is_undone(service):
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


def test_events_of_many_at_once_are_in_one_order_without_a_gap(tmp_path, model, database_url):
    services = [open_service(database_url, model) for _ in range(4)]
    ids = [services[0].classify(text, ADA).id for text in TEXTS]
    seen = []

    def vote_and_look(n):
        services[n % 4].vote(ids[n], "1", ADA)
        # What a reader has seen stays the beginning of what it sees later.
        seen.append([event.position for event in services[n % 4].store.iter_events()])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(vote_and_look, range(len(ids))))
    assert all(positions == list(range(1, len(positions) + 1)) for positions in seen)
    assert len({digest(service) for service in services}) == 1
    assert services[0].facts().log_position == len(ids) + 1


def test_the_database_itself_takes_a_vote_once(service):
    prediction, vote = contradict(service, TEXTS[0])
    with snapshot(service.store.engine) as connection:
        row = dict(connection.execute(votes.select()).one()._mapping)
    with pytest.raises(IntegrityError), transaction(service.store.engine) as connection:
        connection.execute(votes.insert().values(row | {"position": 99}))
    assert [entry.position for entry in service.owner.entries().items] == [vote.position]
    assert prediction.id


def test_votes_on_one_text_count_once_until_they_are_reviewed(service):
    _, first = contradict(service, TEXTS[0])
    before = digest(service)
    for client in (ADA, BOB):
        prediction = service.classify(f"  {TEXTS[0].upper()} ", client)
        vote = service.vote(prediction.id, first.label, client)
        assert (vote.status, vote.reason, vote.after) == ("waiting", "duplicate", vote.before)
    assert digest(service) == before
    queue = service.owner.queue()
    assert [entry.status for entry in queue.items] == ["waiting"] * 2
    assert service.owner.approve([queue.items[0].position], "owner") == 1
    assert service.owner.entries(status="applied").total == 2


def test_a_text_that_the_owner_decided_on_waits_even_after_an_undo(service):
    prediction, vote = contradict(service, TEXTS[0])
    service.owner.reject([vote.position], "owner")
    service.undo(prediction.id, ADA)
    assert service.vote(prediction.id, vote.label, ADA).reason == "duplicate"


def test_an_undone_vote_makes_room_for_another_on_the_same_text(service):
    prediction, vote = contradict(service, TEXTS[0])
    service.undo(prediction.id, ADA)
    assert service.vote(prediction.id, vote.label, ADA).status == "applied"


def test_in_review_mode_a_vote_waits_for_an_approval(tmp_path, model, database_url):
    service = open_service(database_url, model, MODE="review")
    before = digest(service)
    prediction, vote = contradict(service, TEXTS[0])
    assert (vote.status, vote.reason, vote.after) == ("waiting", "review", vote.before)
    assert digest(service) == before
    assert service.facts().waiting == 1
    assert service.owner.approve([vote.position], "owner", "fine") == 1
    assert service.get(prediction.id, ADA).vote.status == "applied"
    assert service.answer(TEXTS[0]).label == vote.label
    assert service.owner.approve([vote.position], "owner") == 0
    assert service.owner.reject([vote.position], "owner") == 1
    assert digest(service) == before
    assert service.get(prediction.id, ADA).vote.status == "rejected"
    assert service.owner.reject([vote.position], "owner") == 0
    assert [(event.kind, event.by, event.note) for event in service.owner.audit().items][:2] == [
        ("reject", "owner", ""),
        ("approve", "owner", "fine"),
    ]


def test_reviewing_a_vote_that_is_not_there_changes_nothing(service):
    _, vote = contradict(service, TEXTS[0])
    with pytest.raises(NotFound, match="position 98, 99"):
        service.owner.reject([vote.position, 98, 99], "owner")
    assert service.owner.entries(status="applied").total == 1


def test_the_owner_can_undo_a_vote(service):
    prediction, vote = contradict(service, TEXTS[0])
    assert [service.owner.undo_votes([vote.position], "owner") for _ in range(2)] == [1, 0]
    assert service.get(prediction.id, ADA).undone


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


def test_history_is_the_sessions_own_newest_first(service):
    ids = [service.classify(text, ADA).id for text in TEXTS[:4]]
    service.classify(TEXTS[5], BOB)
    assert [prediction.id for prediction in service.history(ADA)] == ids[::-1]
    assert len(service.history(ADA, limit=2)) == 2


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


def test_stats_count_what_stands(service):
    labels = []
    for number, text in enumerate(TEXTS[:6]):
        prediction = service.classify(text, ADA)
        right = prediction.label if number < 4 else next(name for name in prediction.labels if name != prediction.label)
        labels.append(service.vote(prediction.id, right, ADA))
    service.owner.undo_votes([labels[0].position], "owner")
    stats = service.stats()
    assert (stats.n_predictions, stats.n_votes, stats.n_correct, stats.n_incorrect) == (6, 5, 3, 2)
    assert stats.accuracy == 0.6
    assert [counts[1:] for counts in stats.by_day] == [(3, 2)]
    assert stats.by_day[0][0] == labels[0].voted_at.date()
    assert stats.by_status == {"accepted": 5, "waiting": 0, "rejected": 0, "undone": 1}
    assert stats.curve == [(1, 1.0), (2, 1.0), (3, 1.0), (4, 0.75), (5, 0.6)]


def test_stats_of_an_empty_log(service):
    stats = service.stats()
    assert (stats.accuracy, stats.by_day, stats.curve) == (None, [], [])


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


@pytest.mark.parametrize("text", ["so\x00good", "half \ud83d of a pair", "\udfff", "🎬 fine", "e\u0301", "\r\n\r"])
def test_every_text_can_be_stored(tmp_path, model, database_url, text):
    service = open_service(database_url, model)
    prediction = service.classify(text, ADA)
    read = service.get(prediction.id, ADA)
    assert read.text == prediction.text == clean(text)
    assert read.explanation.decision == prediction.explanation.decision


def test_a_service_describes_what_it_serves(service):
    contradict(service, TEXTS[0])
    assert service.owner.describe().startswith("Serving version 1 of ")
    assert "votes: 1 learned, 0 waiting, 0 held" in service.owner.describe()
    assert service.ready() == "1+2"


def test_warming_up_changes_nothing(service):
    before = digest(service)
    service.warm_up()
    assert digest(service) == before
    assert service.stats().n_predictions == 0
