"""A base is built with the votes that belong to it, and its guard watches the votes to come."""

import pytest

from movieclassifier.feedback.bounds import Bounds
from movieclassifier.feedback.built_base import build_base, read_ballots
from movieclassifier.feedback.log.database import snapshot
from movieclassifier.feedback.log.replay import read_plan
from tests.support.services import TEXTS, contradict, open_service, write_model


@pytest.fixture
def service(tmp_path):
    return open_service(f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "m.npz"))


def built(service, version, bounds):
    with snapshot(service.store.engine) as connection:
        foundation, _ = read_plan(connection, version)
        return foundation, build_base(connection, foundation, bounds)


def test_a_trained_base_holds_no_vote(service):
    contradict(service, TEXTS[0])
    _, found = built(service, 1, Bounds())
    assert found.inside == frozenset()
    assert len(found.learner.ballots) == 0


def test_folded_votes_that_still_stand_are_in_the_weights(service):
    votes = [contradict(service, text)[1].position for text in TEXTS[:3]]
    service.owner.update("owner", tolerance=1.0)
    service.owner.reject([votes[0]], "owner")
    foundation, found = built(service, 2, Bounds())
    assert foundation.start == 1
    assert found.inside >= set(votes[1:])
    with service.model() as served:
        assert found.classifier.coef_.tobytes() == served.coef_.tobytes()


@pytest.mark.parametrize(("tolerance", "is_watched"), [(0.02, True), (1.0, False)])
def test_the_guard_watches_unless_everything_is_tolerated(service, tolerance, is_watched):
    _, found = built(service, 1, Bounds(tolerance=tolerance))
    assert (found.learner.guard is not None) == is_watched


def test_ballots_are_read_in_the_order_given(service):
    for text in TEXTS[:3]:
        contradict(service, text)
    with snapshot(service.store.engine) as connection:
        _, live = read_plan(connection, 1)
        batches = list(read_ballots(connection, live[::-1], service.served.classifier))
    assert [vote for batch in batches for vote in batch.vote] == [accepted.vote for accepted in live[::-1]]
