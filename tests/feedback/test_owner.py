"""The owner reviews votes, and is told what is served."""

import pytest

from movieclassifier.feedback.log.errors import NotFound
from tests.support.services import ADA, BOB, TEXTS, contradict, digest, open_own, open_service


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


def test_a_service_describes_what_it_serves(service):
    contradict(service, TEXTS[0])
    assert service.owner.describe().startswith("Serving version 1 of ")
    assert "votes: 1 learned, 0 waiting, 0 held" in service.owner.describe()
    assert service.ready() == "1+2"


def test_of_the_bundled_model_it_says_how_to_train_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    service = open_own(f"sqlite:///{tmp_path}/f.db")
    assert "`movieclassifier train CORPUS` trains one of your own." in service.owner.describe()
