"""A request that is refused writes nothing."""

import pytest

from movieclassifier.feedback import built_base
from movieclassifier.feedback.log.errors import FeedbackError, NotFound
from tests.support.services import (
    ADA,
    TEXTS,
    contradict,
    digest,
    open_service,
    write_model,
)


def test_a_label_that_the_model_lacks_is_refused(tmp_path):
    service = open_service(f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "m.npz"))
    prediction = service.classify(TEXTS[0], ADA)
    with pytest.raises(FeedbackError, match="one of 0, 1"):
        service.vote(prediction.id, "2", ADA)
    assert service.get(prediction.id, ADA).vote is None


@pytest.mark.parametrize("label", ["0", "1", "2"])
def test_a_vote_that_is_refused_costs_no_work(tmp_path, monkeypatch, label):
    service = open_service(f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "m.npz"), VOTES_PER_HOUR=2)
    prediction, vote = contradict(service, TEXTS[0])
    contradict(service, TEXTS[1])
    before = digest(service)
    monkeypatch.setattr(built_base, "load_base", None)
    if label != vote.label:
        with pytest.raises(
            FeedbackError, match="one of 0, 1" if label == "2" else "Too many votes: at most 2 per hour"
        ):
            service.change(prediction.id, label, ADA)
    fresh = service.classify(TEXTS[2], ADA)
    with pytest.raises(FeedbackError, match="one of 0, 1" if label == "2" else "Too many votes"):
        service.vote(fresh.id, label, ADA)
    assert digest(service) == before


def test_a_label_that_the_model_lacks_is_not_repeated_to_who_sends_it(tmp_path):
    service = open_service(f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "m.npz"))
    prediction, _ = contradict(service, TEXTS[0])
    with pytest.raises(FeedbackError, match=r"^The label must be one of 0, 1\.$"):
        service.vote(prediction.id, "x" * 10**6, ADA)


def test_a_forged_id_never_waits_for_nor_keeps_the_lock_of_the_log(tmp_path, monkeypatch):
    service = open_service(f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "m.npz"))
    monkeypatch.setattr(service.log, "appending", None)
    for ask in (lambda: service.vote("A" * 22, "0", ADA), lambda: service.undo("A" * 22, ADA)):
        with pytest.raises(NotFound):
            ask()
