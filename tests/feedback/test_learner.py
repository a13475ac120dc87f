"""Votes move the weights within bounds, and can be taken back to the bit."""

import numpy as np
import pytest

from movieclassifier.features.hashing import hash_texts
from movieclassifier.feedback.ballots import Batch
from movieclassifier.feedback.bounds import UNBOUNDED, Bounds
from movieclassifier.feedback.guard_scores import GuardScores
from movieclassifier.feedback.learner import Learner
from movieclassifier.feedback.packed_rows import text_rows
from movieclassifier.models.guard import make_guard
from tests.support.models import random_classifier
from tests.support.replaying import replay
from tests.support.services import (
    ADA,
    BOB,
    SMALL,
    TEXTS,
    contradict,
    digest,
    make_texts,
    open_service,
    write_model,
)


def flip(service, texts, client=ADA):
    """Vote against the answers to texts, and return the votes."""
    return [contradict(service, text, client)[1] for text in texts]


def test_a_vote_that_is_too_far_is_held_and_those_behind_it_are_not(tmp_path):
    service = open_service(f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "m.npz"), VOTE_SHARE=0.004, CAP=1)
    votes = flip(service, TEXTS[:20])
    statuses = [(vote.status, vote.reason) for vote in votes]
    assert set(statuses) == {("applied", None), ("held", "size")}
    assert ("applied", None) in statuses[statuses.index(("held", "size")) :]
    assert digest(service) == replay(service.store, service.settings.bounds)
    listed = {entry.position: entry.status for entry in service.owner.entries(per_page=50).items}
    assert listed == {vote.position: vote.status for vote in votes}


def test_one_client_cannot_use_up_the_cap_of_all(tmp_path):
    model = write_model(tmp_path / "m.npz")
    service = open_service(f"sqlite:///{tmp_path}/f.db", model, CAP=1, CLIENT_SHARE=0.02)
    statuses = [(vote.status, vote.reason) for vote in flip(service, TEXTS[:20])]
    assert statuses[-1] == ("held", "client")
    assert flip(service, TEXTS[20:21], BOB)[0].status == "applied"
    with service.served.up_to_date() as model:
        shares = model.shares()
    assert 0 < shares[BOB.address] < shares[ADA.address] <= 0.02
    assert digest(service) == replay(service.store, service.settings.bounds)


def test_the_guard_is_asked_at_every_vote(tmp_path):
    service = open_service(f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "m.npz"), TOLERANCE=0.02)
    votes = flip(service, TEXTS)
    assert {(vote.status, vote.reason) for vote in votes} == {("applied", None), ("held", "guard")}
    assert service.served.guard_accuracy() >= 0.98
    held = next(vote for vote in votes if vote.status == "held")
    assert held.after == held.before
    assert digest(service) == replay(service.store, service.settings.bounds)


def test_a_vote_that_the_owner_approved_is_not_held_for_its_client(tmp_path):
    service = open_service(f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "m.npz"), CAP=1, CLIENT_SHARE=0.01)
    held = [vote for vote in flip(service, TEXTS[:10]) if vote.status == "held"]
    service.owner.reject([held[0].position], "owner")
    service.owner.approve([held[0].position], "owner")
    [entry] = [entry for entry in service.owner.entries().items if entry.position == held[0].position]
    assert entry.status == "applied"
    assert digest(service) == replay(service.store, service.settings.bounds)


def test_the_first_votes_act_without_bounds_if_there_is_no_guard(tmp_path):
    service = open_service(f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "m.npz", guard=False), CAP=1e-9)
    votes = flip(service, TEXTS[:8])
    assert [vote.status for vote in votes] == ["applied"] * 5 + ["held"] * 3
    assert votes[4].after_label == votes[4].label
    assert digest(service) == replay(service.store, service.settings.bounds)


def test_a_vote_that_makes_room_under_the_cap_lets_held_ones_in(tmp_path):
    service = open_service(f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "m.npz"), CAP=0.2)
    cast = [contradict(service, text) for text in TEXTS[:20]]
    n_applied = service.facts().events_applied
    for prediction, _ in cast[:n_applied]:
        service.undo(prediction.id, ADA)
    assert service.facts().events_applied > 0
    assert digest(service) == replay(service.store, service.settings.bounds)


def test_a_model_of_no_column_takes_votes(tmp_path):
    path = tmp_path / "empty.npz"
    from movieclassifier.models.writing import save_record
    from tests.support.models import random_classifier

    classifier = random_classifier(recipe=SMALL)
    weights = classifier.weights
    weights.columns, weights.ratio = weights.columns[:0], weights.ratio[:, :0]
    classifier.coef_[:] = 0
    save_record(path, classifier)
    service = open_service(f"sqlite:///{tmp_path}/f.db", path)
    _, vote = contradict(service, make_texts(1)[0])
    assert vote.n_known == 0
    assert service.facts().cap_used == 0


def guard_of(classifier, learner, n):
    """Return the scores of a guard set of so many texts; it holds no vote."""
    texts = make_texts(n, seed=7)
    arrays = make_guard(classifier, zip(texts, classifier.predict(texts).tolist(), strict=True))
    return GuardScores(learner.space, learner.moved.weights, classifier.intercept_, arrays, classifier.columns, 0.0)


def contradictions(classifier, texts, trusted=False):
    """Return votes of one client against the answers to texts."""
    rows = text_rows(hash_texts(texts, SMALL.ngrams), SMALL.ngrams)
    targets = (1 - classifier.predict(texts)).tolist()
    positions = list(range(2, 2 + len(texts)))
    return Batch(positions, positions, targets, ["ada"] * len(texts), [trusted] * len(texts), rows)


def learner_of(texts, bounds=UNBOUNDED):
    """Return a learner that has learned, of each text, the label that it does not have."""
    classifier = random_classifier(recipe=SMALL, texts=tuple(TEXTS))
    learner = Learner(classifier, bounds)
    learner.learn([contradictions(classifier, texts)])
    return learner


def test_a_vote_that_is_taken_out_leaves_the_weights_of_those_that_stay():
    learner = learner_of(TEXTS[:6])
    learner.remove([4, 7])
    expected = learner_of([TEXTS[i] for i in (0, 1, 3, 4)])
    assert learner.moved.weights.tobytes() == expected.moved.weights.tobytes()
    assert learner.moved.distance2 == expected.moved.distance2
    learner.remove([2, 3, 5, 6])
    assert learner.moved.weights.tobytes() == learner_of([]).moved.weights.tobytes()
    assert (learner.moved.distance2, learner.n_applied) == (0, 0)


def test_a_copy_learns_on_its_own():
    learner = learner_of(TEXTS[:3])
    before = learner.moved.weights.copy()
    other = learner.copy()
    other.remove([2])
    assert (other.moved.weights != before).any()
    assert (learner.moved.weights == before).all()
    assert (learner.n_applied, other.n_applied) == (3, 2)


def test_only_weights_that_changed_are_put_into_the_classifier():
    learner = learner_of(TEXTS[:1])
    classifier = random_classifier(recipe=SMALL, texts=tuple(TEXTS))
    coef = classifier.coef_.copy()
    assert learner.put(coef)
    known = hash_texts(TEXTS[:1], SMALL.ngrams).columns
    assert set(np.flatnonzero(coef[0] != classifier.coef_[0])) <= set(known.tolist())
    assert not learner.put(coef)


def test_forgetting_goes_back_to_the_first_ballots():
    learner = learner_of(TEXTS[:5])
    learner.forget(2)
    assert learner.moved.weights.tobytes() == learner_of(TEXTS[:2]).moved.weights.tobytes()
    assert len(learner.ballots) == 2


@pytest.mark.parametrize(("n_guards", "n_free"), [(0, 5), (20, 5), (199, 5), (200, 0), (500, 0)])
def test_the_first_votes_act_without_bounds_if_too_few_guards_judge_them(n_guards, n_free):
    classifier = random_classifier(recipe=SMALL, texts=tuple(TEXTS))
    learner = Learner(classifier, Bounds(cap=1e-9))
    if n_guards:
        learner.watch(guard_of(classifier, learner, n_guards))
    learner.learn([contradictions(classifier, TEXTS[:8])])
    assert (learner.n_applied, len(learner.held)) == (n_free, 8 - n_free)
    assert set(learner.held.values()) == {"size"}


@pytest.mark.parametrize("trusted", [True, False])
@pytest.mark.parametrize("pure", ["0", "1"])
def test_a_vote_that_alone_is_too_large_is_not_said_to_come_too_late(monkeypatch, pure, trusted):
    monkeypatch.setenv("MOVIECLASSIFIER_PURE_PYTHON", pure)
    classifier = random_classifier(recipe=SMALL, texts=tuple(TEXTS))
    learner = Learner(classifier, UNBOUNDED)
    learner.learn([contradictions(classifier, TEXTS[:1])])
    one = learner.moved.distance2 / np.sum(learner.moved.base.astype(float) ** 2)
    found = []
    for cap in (0.9 * one**0.5, 3 * one**0.5):
        learner = Learner(classifier, Bounds(cap, client_share=1.0, vote_share=1.0))
        learner.watch(guard_of(classifier, learner, 500))
        learner.learn([contradictions(classifier, TEXTS, trusted=trusted)])
        found.append(learner.reason(0))
        assert "cap" in learner.held.values() or cap < one**0.5
    assert found == ["size", None]
