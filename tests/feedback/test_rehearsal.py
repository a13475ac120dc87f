"""A rehearsal says what a vote would do, and changes nothing."""

import pytest

from tests.support.services import ADA, BOB, TEXTS, contradict, digest, open_service, write_model


@pytest.fixture
def service(tmp_path):
    return open_service(f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "m.npz"))


def test_rehearsing_leaves_the_weights_as_they_are(service):
    contradict(service, TEXTS[0])
    before = digest(service)
    found = [service.served.rehearse(service.served.row(TEXTS[1]), label, "somebody") for label in ("0", "1")]
    assert any(rehearsal.before != rehearsal.after for rehearsal in found)
    assert digest(service) == before


def test_the_vote_then_does_what_was_rehearsed(service):
    contradict(service, TEXTS[0])
    prediction = service.classify(TEXTS[1], ADA)
    wrong = next(label for label in prediction.labels if label != prediction.label)
    found = service.served.rehearse(service.served.row(TEXTS[1]), wrong, ADA.address)
    service.vote(prediction.id, wrong, ADA)
    assert found.held is None
    assert found.n_known > 0
    assert service.answer(TEXTS[1]).probabilities == found.after != found.before


def test_a_vote_is_rehearsed_without_an_earlier_one(service):
    service.log.fresh()
    served, row = service.served, service.served.row(TEXTS[0])
    before = served.rehearse(row, "0", BOB.address).before
    _, vote = contradict(service, TEXTS[0])
    with service.model():
        alone = served.rehearse(row, "0", BOB.address, without=vote.position)
        assert alone.before == before != served.rehearse(row, "0", BOB.address).before


def test_a_label_that_is_not_a_class_yet_changes_nothing_before_a_retraining(service):
    service.log.fresh()
    found = service.served.rehearse(service.served.row(TEXTS[0]), "perhaps", ADA.address)
    assert found.before == found.after
    assert (found.held, found.n_known > 0) == ("new label", True)
