from datetime import timedelta

import pytest

from movieclassifier.feedback.log.voters import list_voters, time_of, votes_of
from tests.support.services import ADA, BOB, TEXTS, close_services, contradict, open_service, write_model


@pytest.fixture
def service(database_url, tmp_path):
    yield open_service(database_url, write_model(tmp_path / "model" / "classifier.npz"))
    close_services()


def test_clients_come_with_their_votes_and_shares_the_largest_first(service):
    for text in TEXTS[:3]:
        contradict(service, text, ADA)
    contradict(service, TEXTS[3], BOB)
    first, second = list_voters(service.log.store.engine, {BOB.address: 0.4, ADA.address: 0.1})
    assert (first.client, first.n_votes, first.share) == (BOB.address, 1, 0.4)
    assert (second.client, second.n_votes, second.n_incorrect) == (ADA.address, 3, 3)
    assert second.n_accepted + second.n_waiting == 3
    assert second.first <= second.last
    assert [voter.client for voter in list_voters(service.log.store.engine, {}, 1)] == [ADA.address]


def test_votes_of_a_client_are_found_since_a_time_without_those_taken_back(service):
    cast = [contradict(service, text, ADA) for text in TEXTS[:3]]
    contradict(service, TEXTS[3], BOB)
    service.undo(cast[0][0].id, ADA)
    engine, positions = service.log.store.engine, [vote.position for _, vote in cast[1:]]
    assert votes_of(engine, ADA.address) == positions
    last = cast[2][1].voted_at
    assert votes_of(engine, ADA.address, last + timedelta(seconds=1)) == []
    assert votes_of(engine, ADA.address, last - timedelta(hours=1)) == positions
    assert votes_of(engine, "nobody") == []


def test_the_time_of_an_event_is_that_of_its_vote(service):
    _, vote = contradict(service, TEXTS[0], ADA)
    assert abs(time_of(service.log.store.engine, vote.position) - vote.voted_at) < timedelta(seconds=1)
    assert time_of(service.log.store.engine, 999) is None
