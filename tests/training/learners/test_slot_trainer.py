"""The compiled trainer of two classes learns the same bits as the definition, minibatch by minibatch."""

import copy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from movieclassifier.features.rows import EvenRows, Rows
from movieclassifier.recipes.linear import Recipe
from movieclassifier.system.compiled import PURE_PYTHON, backend
from movieclassifier.training.learners.packing import unpack
from movieclassifier.training.learners.slot_trainer import MAX_MIN_DF, SlotTrainer, slots_fit
from movieclassifier.training.learners.trainer import Trainer

pytestmark = pytest.mark.skipif(backend()[0] != "compiled", reason=f"there is no compiled twin here: {backend()[1]}")
N_FEATURES = 97


def random_minibatch(rng, n_rows, share=0.2, binary=True):
    """Return rows that tell something of their labels, and the labels."""
    y = rng.randint(0, 2, n_rows)
    chance = share * np.where(np.arange(N_FEATURES) % 3 == y[:, None], 2.0, 0.5) * rng.uniform(0, 1, N_FEATURES)
    present = rng.uniform(size=(n_rows, N_FEATURES)) < chance
    columns = np.flatnonzero(present) % N_FEATURES
    lengths = present.sum(axis=1)
    indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    if binary:
        values = 1 / np.sqrt(np.maximum(lengths, 1))
        return EvenRows(values.astype(np.float32), columns.astype(np.int32), indptr, N_FEATURES), y
    return Rows(rng.normal(size=len(columns)).astype(np.float32), columns.astype(np.int32), indptr, N_FEATURES), y


def spelled_out(minibatch):
    """Return a minibatch whose rows name the value of each column."""
    rows, y = minibatch
    return rows.with_data(rows.data), y


class Slots(SlotTrainer):
    """A trainer that leaves its rows as they are."""

    def iter_fitted(self, minibatches):
        return super().iter_fitted((copy.deepcopy(rows), y) for rows, y in minibatches)


def both(min_df, seed=1, **recipe):
    recipe = Recipe().with_settings(n_features=N_FEATURES, **recipe)
    return Slots(recipe, min_df, seed), Trainer(recipe, 2, min_df, seed)


def assert_same(slots, trainer):
    found, expected = slots.state(), trainer.state()
    assert found.keys() == expected.keys()
    for name in expected:
        assert found[name].tobytes() == expected[name].tobytes(), name
    every = np.arange(N_FEATURES)
    assert slots.document_frequency(every).tolist() == trainer.document_frequency(every).tolist()


def learn(trainers, minibatches):
    """Let both trainers learn, one minibatch after the other."""
    for minibatch in minibatches:
        right = [list(trainer.iter_fitted([minibatch])) for trainer in trainers]
        assert right[0] == right[1]
        assert_same(*trainers)


@given(
    seed=st.integers(0, 2**32 - 1),
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=8),
    min_df=st.sampled_from([1, 2, 4, 15, 16, 60]),
    share=st.sampled_from([0.0, 0.02, 0.2, 0.9]),
    binary=st.booleans(),
    mixed=st.booleans(),
    alpha=st.sampled_from([1e-6, 1e-4, 1e-2, 1.0]),
)
@settings(max_examples=150, deadline=None)
def test_state_is_the_same_after_every_minibatch(seed, sizes, min_df, share, binary, mixed, alpha):
    rng = np.random.RandomState(seed)
    trainers = both(min_df, seed % 7, alpha=alpha)
    minibatches = [random_minibatch(rng, size, share, binary) for size in sizes]
    # A long text is hashed by the definition, which spells all values out.
    learn(
        trainers, [spelled_out(minibatch) if mixed and k % 2 else minibatch for k, minibatch in enumerate(minibatches)]
    )
    kept = trainers[0].weights()
    assert_same(*trainers)
    slots, trainer = trainers[0].weights(in_place=True), trainers[1].weights()
    assert kept.coef.tobytes() == slots.coef.tobytes()
    assert slots.coef.tobytes() == trainer.coef.tobytes()
    assert slots.ratio.tobytes() == trainer.ratio.tobytes()
    assert slots.columns.tolist() == trainer.columns.tolist()
    assert (slots.intercept.tolist(), slots.t) == (trainer.intercept.tolist(), trainer.t)


def test_state_of_few_columns_among_many_is_the_same():
    recipe = Recipe().with_settings(n_features=2**12)
    trainers = Slots(recipe, 1), Trainer(recipe, 2, 1)
    columns = np.array([0, 700, 701, 4095, 3, 700], np.int32)
    rows = Rows(np.ones(6, np.float32), columns, np.array([0, 4, 6], np.int32), 2**12)
    for trainer in trainers:
        list(trainer.iter_fitted([(rows, np.array([0, 1]))] * 3))
    states = [trainer.state() for trainer in trainers]
    assert states[0].keys() == states[1].keys()
    assert all(states[0][name].tobytes() == states[1][name].tobytes() for name in states[0])
    assert states[0]["counts.steps"].dtype == np.uint16


def test_counts_beyond_the_table_of_logarithms():
    rng = np.random.RandomState(0)
    trainers = both(4)
    state = trainers[1].state()
    counts = unpack("counts", state, np.zeros(2 * N_FEATURES, np.int32))
    trainers[1].ratio_.counts_[:] = rng.randint(60_000, 2**20, (N_FEATURES, 2))
    trainers[1].ratio_.totals_[:] = trainers[1].ratio_.counts_.sum(axis=0)
    assert not counts.any()
    trainers[0].load_state(trainers[1].state())
    learn(trainers, [random_minibatch(rng, 30) for _ in range(5)])


def test_counts_that_outgrow_a_slot():
    rng = np.random.RandomState(0)
    trainers = both(4)
    # On either side of the 15 bits, so that some columns outgrow them with each minibatch.
    trainers[1].ratio_.counts_[:] = rng.randint(2**15 - 40, 2**15 + 10, (N_FEATURES, 2))
    trainers[1].ratio_.counts_[::5, 1] = 0
    trainers[1].ratio_.totals_[:] = trainers[1].ratio_.counts_.sum(axis=0)
    trainers[0].load_state(trainers[1].state())
    before = trainers[0]._n_large
    learn(trainers, [random_minibatch(rng, 30) for _ in range(12)])
    assert before < trainers[0]._n_large
    every = np.arange(N_FEATURES)
    assert trainers[0].counts(slice(None)).tolist() == trainers[1].ratio_.counts_.tolist()
    assert trainers[0].counts(every).tolist() == trainers[1].ratio_.counts_.tolist()
    learn(trainers, [random_minibatch(rng, 30)])


def test_columns_at_the_smallest_document_frequency_of_all():
    rng = np.random.RandomState(0)
    learn(both(1), [random_minibatch(rng, 1) for _ in range(60)])
    learn(both(MAX_MIN_DF), [random_minibatch(rng, 50) for _ in range(5)])


def test_scale_of_the_weights_may_run_out_inside_of_a_minibatch():
    rng = np.random.RandomState(0)
    # Each step shrinks the weights by a third at first: 1e-6 is reached after some dozens.
    trainers = both(1, alpha=0.5)
    learn(trainers, [random_minibatch(rng, 200) for _ in range(3)])


def test_larger_min_df_keeps_the_weights_of_an_earlier_training():
    rng = np.random.RandomState(0)
    trainers = both(1)
    learn(trainers, [random_minibatch(rng, 5) for _ in range(2)])
    again = both(6)
    for after, before in zip(again, trainers, strict=True):
        after.load_state(before.state())
    assert_same(*again)
    learn(again, [random_minibatch(rng, 5) for _ in range(8)])


@pytest.mark.parametrize("n_done", [0, 3, 6])
def test_either_trainer_goes_on_from_the_state_of_the_other(n_done):
    rng = np.random.RandomState(3)
    minibatches = [random_minibatch(rng, 20) for _ in range(6)]
    straight = both(2)
    learn(straight, minibatches)
    before, after = both(2), both(2)
    learn(before, minibatches[:n_done])
    for place in (0, 1):
        after[place].load_state(before[1 - place].state())
        list(after[place].iter_fitted(minibatches[n_done:]))
    assert_same(*after)
    assert_same(after[0], straight[1])


def test_counting_ahead_changes_nothing():
    rng = np.random.RandomState(4)
    minibatches = [random_minibatch(rng, 40) for _ in range(30)]
    slots, trainer = both(3)
    assert list(slots.iter_fitted(minibatches)) == list(trainer.iter_fitted(minibatches))
    assert_same(slots, trainer)


def test_weights_that_overflow_are_refused():
    slots, _ = both(1, alpha=1e-300)
    rng = np.random.RandomState(0)
    with pytest.raises(ValueError, match="the weights have overflowed; use a different alpha than 1e-300"):
        list(slots.iter_fitted(random_minibatch(rng, 30) for _ in range(9)))


def test_rows_that_would_reach_outside_are_refused():
    slots, _ = both(1)
    for columns, indptr in (([N_FEATURES], [0, 1]), ([-1], [0, 1]), ([0, 1], [0, 1]), ([0], [0, 2]), ([0], [1, 1])):
        rows = Rows(np.ones(len(columns), np.float32), np.array(columns, np.int32), np.array(indptr, np.int32), 97)
        with pytest.raises(ValueError, match="rows must have columns below 97"):
            list(slots.iter_fitted([(rows, np.array([1]))]))


def test_only_what_the_loops_know_is_given_to_them(monkeypatch):
    recipe = Recipe()
    assert slots_fit(recipe, 2, 4, 1000)
    others = [
        (recipe, 3, 4, 1000),
        (recipe.with_settings(passes=2), 2, 4, 1000),
        (recipe.with_settings(log_count_ratio=False), 2, 4, 1000),
        (recipe.with_settings(dtype="float64"), 2, 4, 1000),
        (recipe, 2, MAX_MIN_DF + 1, 1000),
        (recipe, 2, 4, 2**15 + 1),
    ]
    assert not any(slots_fit(*other) for other in others)
    monkeypatch.setenv(PURE_PYTHON, "1")
    assert not slots_fit(recipe, 2, 4, 1000)
