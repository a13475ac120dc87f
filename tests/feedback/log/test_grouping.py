"""Whoever writes first writes for all who wait: one refusal or fault is nobody else's, and nothing is lost."""

import os
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from movieclassifier.feedback.log import grouping
from movieclassifier.feedback.log.errors import NotFound, TooMany, Unavailable
from movieclassifier.feedback.log.raw_connections import sync
from movieclassifier.feedback.log.turns import turn
from tests.support.patience import PATIENCE
from tests.support.services import ADA, TEXTS, digest, open_service, write_model


class Work:
    """Counts a try, or fails as it is told."""

    durable = True

    def __init__(self, error: BaseException | None = None):
        self.error = error

    def do(self, raw, group):
        if self.error is not None:
            raise self.error
        raw.execute("INSERT INTO mc_counts (kind, client, \"window\", n) VALUES ('test', ?, 0, 1)", (str(id(self)),))
        return group.position


def n_counted(service):
    return service.store.raw.read(lambda raw: raw.execute("SELECT count(*) FROM mc_counts").fetchone()[0])


def test_what_waits_together_is_committed_or_refused_one_by_one(tmp_path, database_url):
    service = open_service(database_url, write_model(tmp_path / "m.npz"))
    writer, started, go = service.log.writer, Event(), Event()

    class First(Work):
        def do(self, raw, group):
            started.set()
            assert go.wait(PATIENCE)
            return super().do(raw, group)

    works = [First(), Work(), Work(NotFound("no")), Work(ZeroDivisionError()), Work(TooMany("slow", 3)), Work()]
    with ThreadPoolExecutor(len(works)) as pool:
        first = pool.submit(writer.write, works[0])
        assert started.wait(PATIENCE)
        others = [pool.submit(writer.write, work) for work in works[1:]]
        go.set()
        errors = [type(future.exception(20)) for future in [first, *others]]
    assert errors == [type(None), type(None), NotFound, ZeroDivisionError, TooMany, type(None)]
    assert n_counted(service) == 3


def test_votes_of_many_threads_get_one_order_and_one_set_of_weights(tmp_path, database_url):
    model = write_model(tmp_path / "m.npz")
    here, there = open_service(database_url, model), open_service(database_url, model)
    made = [here.classify(text, ADA) for text in TEXTS[:24]]
    with ThreadPoolExecutor(8) as pool:
        votes = list(
            pool.map(lambda n: (here, there)[n % 2].vote(made[n].id, made[n].labels[n % 3 == 0], ADA), range(24))
        )
    assert sorted(vote.position for vote in votes) == list(range(2, 26))
    assert digest(here) == digest(there) == digest(open_service(database_url, model))


def test_vote_is_answered_after_the_disk_has_it_and_after_the_turn_is_given_on(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path}/f.db"
    service = open_service(url, write_model(tmp_path / "m.npz"))
    synced = []

    def note(file):
        synced.append(file)
        sync(file)
        with turn(service.store.engine):  # which would wait for good if the turn were kept
            pass

    monkeypatch.setattr(grouping, "sync", note)
    prediction = service.classify(TEXTS[0], ADA)
    assert synced == []
    service.vote(prediction.id, prediction.label, ADA)
    assert synced == [str(tmp_path / "f.db")]
    service.vote(prediction.id, prediction.label, ADA)  # the same again: it may be another process that has cast it
    assert len(synced) == 2


def test_vote_that_the_disk_does_not_take_is_not_acknowledged(tmp_path, monkeypatch):
    service = open_service(f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "m.npz"))
    prediction = service.classify(TEXTS[0], ADA)

    def fail(descriptor):
        raise OSError(5, "Input/output error")

    for name in ("fdatasync", "fsync"):
        if hasattr(os, name):
            monkeypatch.setattr(os, name, fail)
    with pytest.raises(Unavailable, match="cannot be used"):
        service.vote(prediction.id, prediction.label, ADA)
    monkeypatch.undo()
    assert service.vote(prediction.id, prediction.label, ADA).position == 2


def test_database_without_a_log_ahead_needs_no_sync(tmp_path):
    sync(str(tmp_path / "none.db"))
