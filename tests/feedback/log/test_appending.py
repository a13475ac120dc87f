"""Events are appended in one order without a gap, or not at all."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from movieclassifier.feedback.log.appending import Appending
from movieclassifier.feedback.log.database import snapshot, transaction
from movieclassifier.feedback.log.errors import Damaged
from movieclassifier.feedback.log.schema import votes
from tests.support.services import (
    ADA,
    TEXTS,
    contradict,
    digest,
    open_service,
    write_model,
)


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
    with pytest.raises(Damaged, match="UNIQUE constraint failed"), transaction(service.store.engine) as connection:
        connection.execute(votes.insert().values(row | {"position": 99}))
    assert [entry.position for entry in service.owner.entries().items] == [vote.position]
    assert prediction.id


def test_an_uncommitted_vote_leaves_no_trace_in_the_weights(tmp_path, monkeypatch):
    service = open_service(f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "m.npz"))
    prediction, _ = contradict(service, TEXTS[0])
    contradict(service, TEXTS[1])
    before, log = digest(service), service.facts().log_position
    monkeypatch.setattr(Appending, "vote", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        service.change(prediction.id, prediction.label, ADA)  # undoes, learns that, and then fails
    assert (digest(service), service.facts().log_position) == (before, log)
