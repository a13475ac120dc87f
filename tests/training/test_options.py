"""The options of a training check themselves, and cannot be changed."""

from dataclasses import FrozenInstanceError

import pytest

from movieclassifier.recipes.linear import Recipe
from movieclassifier.training.options import MAX_SEED, RunOptions, TrainingOptions

WRONG = [
    ({"n_train": 0}, "n_train must be at least 1; got 0"),
    ({"n_holdout": -1}, "n_holdout must be at least 0; got -1"),
    ({"minibatch_size": 0}, "minibatch_size must be at least 1"),
    ({"seed": -1}, "seed must be at least 0"),
    ({"seed": MAX_SEED + 1}, "seed must be at most 4294967295"),
    ({"n_keep": 0}, "n_keep must be at least 1"),
]


@pytest.mark.parametrize(("settings", "message"), WRONG, ids=lambda value: str(value))
def test_training_options_out_of_range_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        TrainingOptions(Recipe(), **settings)


@pytest.mark.parametrize(
    ("settings", "name"), [({"n_threads": 0}, "n_threads"), ({"checkpoint_every": -1}, "checkpoint_every")]
)
def test_run_options_out_of_range_are_refused(settings, name):
    with pytest.raises(ValueError, match=f"{name} must be at least"):
        RunOptions(**settings)


def test_options_are_made_once():
    with pytest.raises(FrozenInstanceError):
        RunOptions().resume = True
    assert TrainingOptions(Recipe(), n_holdout=0, seed=MAX_SEED).n_holdout == 0
