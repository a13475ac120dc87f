"""The driver's connections: a database that does not answer is unavailable, and a fork has its own."""

import os
import sqlite3
from multiprocessing import get_context

import pytest

from movieclassifier.feedback.log.errors import Unavailable, unavailable
from movieclassifier.feedback.log.raw_connections import begin
from movieclassifier.feedback.log.raw_statements import add_counts, read_counts, read_head
from movieclassifier.feedback.log.store import FeedbackStore
from tests.support.patience import PATIENCE
from tests.support.services import ADA, TEXTS, contradict, digest, open_service, write_model


def test_a_locked_database_is_unavailable_and_nothing_is_lost(tmp_path, monkeypatch):
    from movieclassifier.feedback.log import database

    monkeypatch.setattr(database, "BUSY_TIMEOUT", 0.1)
    service = open_service(f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "m.npz"))
    prediction = service.classify(TEXTS[0], ADA)
    hog = sqlite3.connect(tmp_path / "f.db", isolation_level=None)
    hog.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="locked"):
        service.vote(prediction.id, prediction.label, ADA)
    hog.execute("ROLLBACK")
    hog.close()
    assert service.vote(prediction.id, prediction.label, ADA).status == "applied"


def test_a_forked_worker_has_connections_of_its_own(tmp_path, database_url):
    service = open_service(database_url, write_model(tmp_path / "m.npz"))
    contradict(service, TEXTS[0])
    queue = get_context("fork").SimpleQueue()
    child = get_context("fork").Process(target=_vote_and_tell, args=(service, queue))
    child.start()
    child.join(PATIENCE)
    assert child.exitcode == 0
    assert queue.get() == digest(service)
    assert service.facts().events_applied == 2


def _vote_and_tell(service, queue):
    contradict(service, TEXTS[1])
    queue.put(digest(service))
    service.close()
    os._exit(0)


def test_a_transaction_that_is_not_committed_leaves_nothing(database_url):
    store = FeedbackStore(database_url)
    with store.raw.using("writer") as raw:
        begin(raw, durable=True)
        add_counts(raw, "ada", {"votes": 8}, {"votes": 1})
        raw.execute("ROLLBACK")
        assert read_counts(raw, "ada", {"votes": 8}) == {}
        assert read_head(raw) == (0, None)
    store.close()


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OSError("database or disk is full"), "There is no room on the server's disk."),
        (OSError("it\nis   gone"), "the database cannot be used (it is gone); look at DATABASE_URL, or try again."),
    ],
)
def test_what_the_driver_says_is_one_line(error, message):
    assert str(unavailable(error)) == message
