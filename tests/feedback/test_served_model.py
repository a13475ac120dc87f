"""The served weights are a function of base and log: compared with a replay written down a second time."""

import random
from typing import ClassVar

import numpy as np
import pytest

from movieclassifier.feedback import served_model as serving
from movieclassifier.feedback.log.appending import Appending
from movieclassifier.feedback.log.bases import load_base
from movieclassifier.feedback.log.database import snapshot
from movieclassifier.feedback.log.errors import Conflict, FeedbackError, NotFound
from movieclassifier.feedback.served_model import ServedModel
from movieclassifier.feedback.updating import UpdateRefused
from movieclassifier.recipes.linear import Recipe
from tests.support.replaying import replay
from tests.support.services import (
    ADA,
    BOB,
    SMALL,
    TEXTS,
    close_services,
    contradict,
    digest,
    make_texts,
    open_service,
    write_model,
)

MODELS = {
    "two classes": {},
    "three classes": {"n_classes": 3},
    "no ratio": {
        "recipe": Recipe().with_settings(name="plain", n_features=2**12, log_count_ratio=False, ngram_range=(1, 1))
    },
}


@pytest.fixture(autouse=True)
def _close_services():
    yield
    close_services()


class History:
    """Two workers on one log, and people and an owner who do what comes into their minds."""

    WEIGHTS: ClassVar = {"vote": 10, "change": 3, "undo": 3, "approve": 3, "reject": 2, "update": 2, "rollback": 1}

    def __init__(self, url, model, settings, seed):
        self.choose = random.Random(seed)
        self.workers = [open_service(url, model, **settings) for _ in range(2)]
        first = self.workers[0]
        self.ids = [(first.classify(text, client).id, client) for text in TEXTS[:12] for client in (ADA, BOB)]
        self.labels = first.classify(TEXTS[0], ADA, keep=False).labels
        self.done = []

    def step(self):
        choose, service = self.choose, self.choose.choice(self.workers)
        (id, client), label = choose.choice(self.ids), choose.choice(self.labels)
        votes = [entry.position for entry in service.owner.entries(per_page=1000).items]
        version = choose.randrange(1, len(service.owner.versions()) + 1)
        actions = {
            "vote": lambda: service.vote(id, label, client),
            "change": lambda: service.change(id, label, client),
            "undo": lambda: service.undo(id, client),
            "approve": lambda: service.owner.approve(choose.sample(votes, min(2, len(votes))), "owner"),
            "reject": lambda: service.owner.reject(choose.sample(votes, min(1, len(votes))), "owner"),
            "update": lambda: service.owner.update("owner", tolerance=1.0),
            "rollback": lambda: service.owner.rollback(version, "owner"),
        }
        name = choose.choices(list(actions), weights=[self.WEIGHTS[name] for name in actions])[0]
        try:
            actions[name]()
            self.done.append(name)
        except (Conflict, NotFound, UpdateRefused):
            pass


BOUNDS = {
    "no bounds": {},
    "a cap": {"CAP": 0.3},
    "all bounds": {"CAP": 0.6, "VOTE_SHARE": 0.1, "CLIENT_SHARE": 0.3, "TOLERANCE": 0.05},
}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("bounds", BOUNDS)
def test_after_any_history_all_workers_and_a_replay_have_the_same_weights(tmp_path, model, bounds):
    path, url = write_model(tmp_path / "m.npz", **MODELS[model]), f"sqlite:///{tmp_path}/f.db"
    settings = BOUNDS[bounds]
    history = History(url, path, settings, seed=len(model) + len(bounds))
    for number in range(70):
        history.step()
        digests = {digest(worker) for worker in history.workers}
        assert len(digests) == 1, history.done
        if number % 5 == 0:
            assert {
                digest(open_service(url, path, **settings)),
                replay(history.workers[0].store, history.workers[0].settings.bounds),
            } == digests, history.done
    assert set(history.done) == set(History.WEIGHTS)


def test_a_vote_of_incorrect_flips_the_answer_at_once_on_every_worker(tmp_path, database_url):
    model = write_model(tmp_path / "m.npz")
    here, there = open_service(database_url, model), open_service(database_url, model)
    prediction, vote = contradict(here, TEXTS[3])
    assert here.answer(TEXTS[3]).label == there.answer(TEXTS[3]).label == vote.label != prediction.label
    assert vote.after == here.answer(TEXTS[3]).probabilities
    assert vote.before == prediction.probabilities
    assert vote.status == "applied"
    assert digest(here) == digest(there)


def test_undo_gives_the_weights_of_a_log_without_the_vote(tmp_path, database_url):
    model = write_model(tmp_path / "m.npz")
    service, without = open_service(database_url, model), open_service(f"sqlite:///{tmp_path}/without.db", model)
    undone = []
    for number, text in enumerate(TEXTS[:9]):
        prediction, vote = contradict(service, text)
        if number % 3 == 1:
            undone.append(prediction.id)
        else:
            same = without.classify(text, ADA)
            # The same label, whatever the other model says of the text.
            without.vote(same.id, vote.label, ADA)
    assert digest(service) != digest(without)
    for prediction_id in undone:
        service.undo(prediction_id, ADA)
    assert digest(service) == digest(without)


def test_rehearsing_leaves_the_weights_as_they_are(tmp_path):
    service = open_service(f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "m.npz"))
    contradict(service, TEXTS[0])
    before = digest(service)
    found = [service.served.rehearse(service.served.row(TEXTS[1]), label, "somebody") for label in ("0", "1")]
    assert any(rehearsal.before != rehearsal.after for rehearsal in found)
    assert digest(service) == before


def test_votes_beyond_the_cap_are_held_and_folded_by_the_next_update(tmp_path):
    model = write_model(tmp_path / "m.npz")
    service = open_service(f"sqlite:///{tmp_path}/f.db", model, CAP=0.2)
    votes = [contradict(service, text)[1] for text in TEXTS[:20]]
    n_applied = sum(vote.status == "applied" for vote in votes)
    assert 0 < n_applied < 20
    held = next(vote for vote in votes if vote.status == "held")
    assert (held.reason, held.after) == ("cap", held.before)
    facts = service.facts()
    assert (facts.events_applied, facts.held) == (n_applied, 20 - n_applied)
    assert 0 < facts.cap_used <= 1
    assert service.owner.entries(status="held").total == 20 - n_applied
    assert service.owner.entries(status="applied").total == n_applied
    with service.model() as classifier:
        moved = classifier.coef_.astype(float) - load(service, 1).coef_
        assert np.linalg.norm(moved) <= 0.2 * np.linalg.norm(load(service, 1).coef_.astype(float))
    report = service.owner.update("owner", tolerance=1.0)
    assert report.n_new == 20
    assert (service.facts().held, service.facts().events_applied, service.facts().cap_used) == (0, 20, 0)
    assert service.owner.entries(status="applied").total == 20


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


def test_the_first_votes_act_whatever_their_size_where_there_is_no_guard(tmp_path):
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


def test_a_label_that_the_model_lacks_is_refused(tmp_path):
    service = open_service(f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "m.npz"))
    prediction = service.classify(TEXTS[0], ADA)
    with pytest.raises(FeedbackError, match="one of 0, 1"):
        service.vote(prediction.id, "2", ADA)
    assert service.get(prediction.id, ADA).vote is None


def test_a_text_without_a_known_word_is_said_to_teach_nothing(tmp_path):
    service = open_service(f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "m.npz"))
    before = digest(service)
    _, vote = contradict(service, "qwertz uiop")
    assert (vote.n_known, vote.after) == (0, vote.before)
    assert digest(service) == before


def test_a_model_that_could_not_finish_learning_starts_anew(tmp_path, monkeypatch):
    service = open_service(f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "m.npz"))
    follower = ServedModel(service.store.engine, service.settings.bounds)
    with follower.up_to_date():
        pass
    for text in TEXTS[:3]:
        contradict(service, text)
    learn, calls = type(follower._learner)._take, []

    def fail_second(self, *arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return learn(self, *arguments)

    monkeypatch.setattr(type(follower._learner), "_take", fail_second)
    with pytest.raises(KeyboardInterrupt), follower.up_to_date():
        pass
    with follower.up_to_date():
        assert follower.weights_sha256() == digest(service)


def test_an_uncommitted_vote_leaves_no_trace_in_the_weights(tmp_path, monkeypatch):
    service = open_service(f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "m.npz"))
    prediction, _ = contradict(service, TEXTS[0])
    contradict(service, TEXTS[1])
    before, log = digest(service), service.facts().log_position
    monkeypatch.setattr(Appending, "vote", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        service.change(prediction.id, prediction.label, ADA)  # undoes, learns that, and then fails
    assert (digest(service), service.facts().log_position) == (before, log)


@pytest.mark.parametrize("label", ["0", "1", "2"])
def test_a_vote_that_is_refused_is_no_work(tmp_path, monkeypatch, label):
    service = open_service(f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "m.npz"), VOTES_PER_HOUR=2)
    prediction, vote = contradict(service, TEXTS[0])
    contradict(service, TEXTS[1])
    before = digest(service)
    monkeypatch.setattr(serving, "load_base", None)
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


def test_a_database_without_a_model_is_said_to_have_none(tmp_path):
    from movieclassifier.feedback.log.store import FeedbackStore

    store = FeedbackStore(f"sqlite:///{tmp_path}/f.db")
    with pytest.raises(ValueError, match="no model yet"), ServedModel(store.engine).up_to_date():
        pass
    store.close()


def test_a_model_of_no_column_takes_votes(tmp_path):
    path = tmp_path / "empty.npz"
    from movieclassifier.models.record import save_record
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


def load(service, version):
    with snapshot(service.store.engine) as connection:
        return load_base(connection, version)[0]
