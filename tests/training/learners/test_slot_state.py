"""The state of the compiled trainer is the same, packed at once or in parts."""

import numpy as np
import pytest

from movieclassifier.features.rows import EvenRows
from movieclassifier.recipes.linear import Recipe
from movieclassifier.system.compiled import backend
from movieclassifier.system.npz import write_npz
from movieclassifier.system.spooling import spooling
from movieclassifier.training.learners import slot_state
from movieclassifier.training.learners.slot_trainer import SlotTrainer
from movieclassifier.training.learners.trainer import Trainer

pytestmark = pytest.mark.skipif(backend()[0] != "compiled", reason=f"there is no compiled twin here: {backend()[1]}")
N_FEATURES = 97


def learn(trainer, n_features):
    """Let a trainer learn from some documents, always the same."""
    rng = np.random.RandomState(0)
    columns = [np.sort(rng.choice(N_FEATURES, 20, replace=False)) for _ in range(30)]
    indptr = np.arange(31, dtype=np.int32) * 20
    rows = EvenRows(np.full(30, 0.5, np.float32), np.concatenate(columns).astype(np.int32), indptr, n_features)
    list(trainer.iter_fitted([(rows, rng.randint(0, 2, 30))]))
    return trainer


@pytest.mark.parametrize("size", [1, 7, 96, 97, 98])
def test_spooled_state_is_the_same(size, tmp_path, monkeypatch):
    monkeypatch.setattr(slot_state, "PART", size)
    recipe = Recipe().with_settings(n_features=N_FEATURES)
    slots, trainer = SlotTrainer(recipe, 2), Trainer(recipe, 2, 2)
    trainer.ratio_.counts_[::9, 0] = 300  # more than a byte
    slots.load_state(trainer.state())
    expected = learn(trainer, N_FEATURES).state()
    with spooling(tmp_path) as spool:
        found = learn(slots, N_FEATURES).state(spool)
        write_npz(tmp_path / "spooled.npz", found)
        assert list(found) == list(slots.state())
    assert [path.name for path in tmp_path.iterdir()] == ["spooled.npz"]
    with np.load(tmp_path / "spooled.npz") as arrays:
        assert {name: array.tobytes() for name, array in arrays.items()} == {
            name: array.tobytes() for name, array in expected.items()
        }
        assert all(arrays[name].dtype == array.dtype for name, array in expected.items())


def test_columns_that_lie_far_apart_are_packed_by_the_definition(tmp_path):
    recipe = Recipe().with_settings(n_features=2**12)
    slots = learn(SlotTrainer(recipe, 1), 2**12)
    with spooling(tmp_path) as spool:
        # Behind the last of 97 columns no count follows; a step to the next one has more than a byte.
        assert not isinstance(slots.state(spool)["counts.steps"], np.ndarray)
        slots._table[-1] = 1
        assert slots.state(spool)["counts.steps"].dtype == np.uint16
