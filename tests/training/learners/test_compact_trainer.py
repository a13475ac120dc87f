"""A trainer over the columns in use learns the bits of one over all columns, at a cost that follows those in use."""

import numpy as np
import pytest

from movieclassifier.features.rows import Rows
from movieclassifier.models.column_coef import as_array
from movieclassifier.recipes.linear import Recipe
from movieclassifier.system.compiled import PURE_PYTHON
from movieclassifier.training import capacity
from movieclassifier.training.learners import compact_trainer
from movieclassifier.training.learners import log_count_ratio as log_count_ratio_module
from movieclassifier.training.learners.compact_trainer import CompactTrainer
from movieclassifier.training.learners.trainer import Trainer

N_FEATURES = 2**10


def minibatches(n_classes, n=4, seed=0):
    rng = np.random.RandomState(seed)
    for _ in range(n):
        y = rng.randint(0, n_classes, 25)
        lists = [np.unique(np.append(rng.randint(0, N_FEATURES, rng.randint(0, 9)), 7 * label)) for label in y]
        indptr = np.cumsum([0, *map(len, lists)]).astype(np.int32)
        data = np.repeat(1 / np.sqrt(np.diff(indptr)), np.diff(indptr)).astype(np.float32)
        yield Rows(data, np.concatenate(lists).astype(np.int32), indptr, N_FEATURES), y


def visit(trainer, stream, passes):
    """Train as a fit does; returns how many predictions were right."""
    stream = list(stream)
    if passes == 1:
        return list(trainer.iter_fitted(stream))
    for rows, y in stream:
        trainer.count(rows, y)
    right = []
    for rows, y in stream * passes:
        right.append((int((trainer.predict(rows) == y).sum()), len(y)))
        trainer.step(rows, y)
    return right


def assert_same_weights(found, expected):
    assert as_array(found.coef).tobytes() == expected.coef.tobytes()
    assert found.columns.tolist() == expected.columns.tolist()
    assert found.intercept.tolist() == expected.intercept.tolist()
    assert found.t == expected.t
    assert (found.ratio is None and expected.ratio is None) or found.ratio.tobytes() == expected.ratio.tobytes()


@pytest.mark.parametrize("pure", [False, True])
@pytest.mark.parametrize("passes", [1, 2])
@pytest.mark.parametrize("log_count_ratio", [True, False])
@pytest.mark.parametrize(("n_classes", "many", "min_df"), [(3, 16, 2), (5, 4, 1), (20, 16, 3)])
def test_weights_are_those_of_the_definition(pure, passes, log_count_ratio, n_classes, many, min_df, monkeypatch):
    monkeypatch.setenv(PURE_PYTHON, str(int(pure)))
    # Small enough for the trainer to grow several times.
    monkeypatch.setattr(compact_trainer, "LEAST_ROOM", 64)
    monkeypatch.setattr(log_count_ratio_module, "MANY", many)
    recipe = Recipe().with_settings(n_features=N_FEATURES, passes=passes, log_count_ratio=log_count_ratio, alpha=1e-4)
    compact, trainer = CompactTrainer(recipe, n_classes, min_df), Trainer(recipe, n_classes, min_df)
    assert visit(compact, minibatches(n_classes), passes) == visit(trainer, minibatches(n_classes), passes)
    columns = np.arange(N_FEATURES)
    if passes == 1 and log_count_ratio:
        assert len(compact.columns) == int((trainer.document_frequency(columns) >= min_df).sum())
    if log_count_ratio:
        assert compact.document_frequency(columns).tolist() == trainer.document_frequency(columns).tolist()
    assert_same_weights(compact.weights(), trainer.weights())


@pytest.mark.parametrize("min_df", [1, 3])
@pytest.mark.parametrize("cut", [0, 1, 3])
def test_state_goes_on_bit_for_bit(cut, min_df):
    recipe = Recipe().with_settings(n_features=N_FEATURES, alpha=1e-4)
    straight, before, after = (CompactTrainer(recipe, 5, min_df) for _ in range(3))
    stream = list(minibatches(5))
    visit(straight, stream, 1)
    visit(before, stream[:cut], 1)
    after.load_state(before.state())
    visit(after, stream[cut:], 1)
    assert_same_weights(after.weights(), straight.weights())


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (None, "it lacks 'columns'"),
        (np.array([1, 1], np.int32), "are there twice"),
        (np.array([1.0]), "are not whole numbers"),
        (np.array([N_FEATURES], np.int32), "go beyond the 1,024 columns"),
        (np.array([-1], np.int32), "go beyond the 1,024 columns"),
    ],
    ids=str,
)
def test_columns_of_a_damaged_state_are_refused(columns, message):
    trainer = CompactTrainer(Recipe().with_settings(n_features=N_FEATURES), 5, 1)
    visit(trainer, minibatches(5), 1)
    state = {name: array for name, array in trainer.state().items() if name != "columns"}
    with pytest.raises(ValueError, match=message):
        CompactTrainer(trainer.recipe, 5, 1).load_state(state if columns is None else state | {"columns": columns})


@pytest.mark.parametrize(("passes", "ratio"), [(1, True), (3, True), (1, False)])
def test_weights_at_columns_that_are_not_there_are_refused(passes, ratio):
    recipe = Recipe().with_settings(n_features=N_FEATURES, passes=passes, log_count_ratio=ratio)
    trainer = CompactTrainer(recipe, 5, 1)
    visit(trainer, minibatches(5), 1)
    state = trainer.state()
    with pytest.raises(ValueError, match="at more columns than its 'columns'"):
        CompactTrainer(recipe, 5, 1).load_state(state | {"columns": state["columns"][:-1]})


def test_negative_counts_of_waiting_columns_are_refused():
    trainer = CompactTrainer(Recipe().with_settings(n_features=N_FEATURES), 5, 3)
    visit(trainer, minibatches(5), 1)
    state = trainer.state()
    assert len(state["waiting_counts"])
    forged = state | {"waiting_counts": np.full_like(state["waiting_counts"], 2**40, np.uint64)}
    with pytest.raises(ValueError, match="its 'waiting_counts' are not counts"):
        CompactTrainer(trainer.recipe, 5, 3).load_state(forged)


def test_state_follows_the_columns_in_use_and_not_the_classes():
    recipe = Recipe()
    trainer = CompactTrainer(recipe, 77, 1)
    visit(trainer, minibatches(77), 1)
    assert sum(array.nbytes for array in trainer.state().values()) < 10**6
    weights = trainer.weights()
    assert weights.coef.shape == (77, recipe.ngrams.n_features)
    assert weights.coef[:, weights.columns].nbytes < 10**6


def test_growth_beyond_the_memory_is_refused_with_the_way_out(monkeypatch):
    monkeypatch.setattr(compact_trainer, "LEAST_ROOM", 64)
    monkeypatch.setattr(capacity, "available_bytes", lambda: 10**4)
    trainer = CompactTrainer(Recipe().with_settings(n_features=N_FEATURES), 30, 1)
    message = r"30 classes and \d+ columns in use take about .* GB are available; lower n_features, or check ReadingOptions\(label"
    with pytest.raises(ValueError, match=message):
        visit(trainer, minibatches(30), 1)
