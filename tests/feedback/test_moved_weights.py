"""Steps within bounds: the compiled twin gives the bits of its definition, and no row depends on its neighbours."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from movieclassifier.feedback import moved_weights as module
from movieclassifier.feedback.ballots import Batch
from movieclassifier.feedback.bounds import Bounds
from movieclassifier.feedback.guard_scores import GuardScores
from movieclassifier.feedback.learner import Learner
from movieclassifier.feedback.packed_rows import TextRows, is_uniform, text_rows
from movieclassifier.models.guard import make_guard
from movieclassifier.recipes.linear import Recipe
from movieclassifier.system.compiled import moved_weights_twin
from tests.support.models import random_classifier

N_FEATURES = 2**10
RECIPES = {
    "two classes": {},
    "three classes": {},
    "no ratio": {"log_count_ratio": False},
    "values of their own": {"log_count_ratio": False, "binary": False},
    "double precision": {"dtype": "float64"},
}
needs_twin = pytest.mark.skipif(moved_weights_twin() is None, reason="the extension is not installed")


def make_texts(n: int, seed: int) -> list[str]:
    """Return texts of very different lengths over one vocabulary; some are empty."""
    choose = np.random.RandomState(seed)
    lengths = choose.choice([0, 1, 7, 8, 9, 15, 16, 17, 40, 129, 300], size=n)
    return [" ".join(f"word{word}" for word in choose.randint(0, 600, size=length)) for length in lengths]


def make_learner(kind: str, bounds: Bounds, *, guarded: bool, seed: int = 0) -> tuple[Learner, object]:
    n_classes = 3 if kind == "three classes" else 2
    recipe = Recipe().with_settings(n_features=N_FEATURES, ngram_range=(1, 1), **RECIPES[kind])
    classifier = random_classifier(n_classes, recipe, tuple(make_texts(200, seed=100 + seed)), seed)
    learner = Learner(classifier, bounds)
    if guarded:
        held_out = [text for text in make_texts(80, seed=7) if text]
        arrays = make_guard(classifier, zip(held_out, classifier.predict(held_out).tolist(), strict=True))
        weights, columns = learner.moved.weights, classifier.columns
        learner.watch(GuardScores(learner.space, weights, classifier.intercept_, arrays, columns, 0.9))
    return learner, classifier


def make_batch(classifier, n: int, seed: int) -> Batch:
    choose = np.random.RandomState(seed)
    rows = text_rows(classifier.rows(make_texts(n, seed)), classifier.recipe.ngrams)
    targets = choose.randint(0, len(classifier.classes_), size=n).tolist()
    clients = [f"client {i}" for i in choose.randint(0, 5, size=n)]
    trusted = (choose.uniform(size=n) < 0.2).tolist()
    return Batch(list(range(n)), list(range(n)), targets, clients, trusted, rows)


def state(learner: Learner) -> list[object]:
    """Return all that a learner knows, bit for bit."""
    moved = learner.moved
    steps = [(step.index, step.old.tobytes(), step.distance2, step.used) for step in moved.steps]
    outcome = learner.outcome[: len(learner.ballots)].tolist()
    n_right = learner.guard.n_right if learner.guard else None
    used = moved.used[: len(learner.ballots.names)].tolist()
    return [moved.weights.tobytes(), steps, moved.distance2, used, outcome, learner.held, n_right]


@needs_twin
@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    kind=st.sampled_from(list(RECIPES)),
    cap=st.sampled_from([0.05, 0.3, 3.0, float("inf")]),
    guarded=st.booleans(),
    removed=st.lists(st.integers(0, 59), max_size=4),
)
def test_twin_gives_the_bits_of_the_definition(seed, kind, cap, guarded, removed):
    states = []
    for twin in (moved_weights_twin(), None):
        with pytest.MonkeyPatch.context() as patch:
            for name in ("moved_weights", "guard_scores"):
                patch.setattr(f"movieclassifier.feedback.{name}.moved_weights_twin", lambda twin=twin: twin)
            learner, classifier = make_learner(kind, Bounds(cap, 0.25, 0.5, 0.01), guarded=guarded)
            learner.learn([make_batch(classifier, 60, seed)])
            found = [state(learner)]
            learner.remove(removed)
            states.append([*found, state(learner)])
    assert states[0] == states[1]


@pytest.mark.parametrize("is_compiled", [True, False])
@pytest.mark.parametrize("kind", RECIPES)
def test_ballots_one_by_one_and_all_at_once_give_the_same_bits(kind, is_compiled, monkeypatch):
    if not is_compiled:
        for name in ("moved_weights", "guard_scores"):
            monkeypatch.setattr(f"movieclassifier.feedback.{name}.moved_weights_twin", lambda: None)
    at_once, classifier = make_learner(kind, Bounds(0.3), guarded=True)
    batch = make_batch(classifier, 40, seed=1)
    at_once.learn([batch])
    one_by_one, _ = make_learner(kind, Bounds(0.3), guarded=True)
    for i in range(40):
        rows = text_rows(classifier.rows([make_texts(40, seed=1)[i]]), classifier.recipe.ngrams)
        one = (getattr(batch, name)[i : i + 1] for name in ("vote", "at", "target", "client", "trusted"))
        one_by_one.learn([Batch(*one, rows)])
    assert at_once.moved.steps
    assert state(at_once) == state(one_by_one)


@pytest.mark.parametrize("kind", RECIPES)
def test_value_of_a_ballot_is_that_of_its_text_alone(kind):
    learner, classifier = make_learner(kind, Bounds(), guarded=False)
    texts = make_texts(60, seed=3)
    rows = text_rows(classifier.rows(texts), classifier.recipe.ngrams)
    n = len(texts)
    learner.ballots.extend(Batch(range(n), range(n), [0] * n, ["c"] * n, [False] * n, rows))
    values = learner.moved.values(learner.ballots, 0, n)
    alone = np.concatenate([classifier.decide(classifier.rows([text])) for text in texts])
    assert values.T.tobytes() == alone.tobytes()


@needs_twin
@pytest.mark.parametrize("wrong", ["a place beyond the weights", "a client without a number", "a base of its own"])
def test_twin_refuses_what_would_reach_outside(wrong):
    learner, classifier = make_learner("two classes", Bounds(), guarded=False)
    learner.ballots.extend(make_batch(classifier, 20, seed=2))
    moved, ballots = learner.moved, learner.ballots
    if wrong == "a place beyond the weights":
        ballots.places[3] = moved.weights.shape[1]
    elif wrong == "a client without a number":
        ballots.client[0] = 10**6
    else:
        moved.base = moved.base[:, :-1].copy()
    with pytest.raises(ValueError, match=r"must lie inside|must fit"):
        list(moved.candidates(ballots, 0, np.zeros(20, np.int8), free=0))


@needs_twin
def test_twin_of_the_guard_refuses_what_would_reach_outside():
    twin, sums = moved_weights_twin(), np.zeros(2)
    document, value, start = np.array([0, 1], np.int32), np.ones(2), np.array([0, 1, 2])
    for places in ([2], [-1]):
        with pytest.raises(ValueError, match="inside"):
            twin.add_products(document, value, start, np.array(places), np.ones(1), sums)
    with pytest.raises(ValueError, match="fit"):
        twin.add_products(document, value, start, np.array([0]), np.ones(2), sums)


def test_definition_learns_where_values_and_weights_are_of_different_types(monkeypatch):
    learner, classifier = make_learner("two classes", Bounds(), guarded=False)
    learner.moved.weights = learner.moved.weights.astype(float)
    monkeypatch.setattr(
        module, "moved_weights_twin", lambda: SimpleNamespace()
    )  # which has no Walk: it must not be asked
    learner.learn([make_batch(classifier, 20, seed=4)])
    assert learner.moved.steps


def test_memory_of_the_ballots_counts_what_is_used():
    learner, classifier = make_learner("two classes", Bounds(), guarded=False)
    before = learner.nbytes()
    learner.learn([make_batch(classifier, 60, seed=5)])
    assert before < learner.nbytes() < before + 200_000
    assert is_uniform(classifier.recipe.ngrams)
    assert isinstance(make_batch(classifier, 1, seed=6).rows, TextRows)
