"""The served weights are a function of base and log: compared with a replay written down a second time."""

import random
from typing import ClassVar

import numpy as np
import pytest

from movieclassifier.feedback.log.bases import load_base
from movieclassifier.feedback.log.database import snapshot
from movieclassifier.feedback.log.errors import Conflict, NotFound
from movieclassifier.feedback.updating import UpdateRefused
from movieclassifier.recipes.linear import Recipe
from tests.support.replaying import replay
from tests.support.services import (
    ADA,
    BOB,
    TEXTS,
    contradict,
    digest,
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


def load(service, version):
    with snapshot(service.store.engine) as connection:
        return load_base(connection, version)[0]


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


def test_a_text_without_a_known_word_is_said_to_teach_nothing(tmp_path):
    service = open_service(f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "m.npz"))
    before = digest(service)
    _, vote = contradict(service, "qwertz uiop")
    assert (vote.n_known, vote.after) == (0, vote.before)
    assert digest(service) == before
