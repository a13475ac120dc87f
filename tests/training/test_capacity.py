import importlib
import os
import resource
import sys

import numpy as np
import pytest

from movieclassifier.recipes.linear import Recipe
from movieclassifier.recipes.names import RECIPES
from movieclassifier.system import memory
from movieclassifier.system.memory import available_bytes
from movieclassifier.training import capacity
from movieclassifier.training.capacity import check_capacity, check_growth, training_bytes
from movieclassifier.training.learners.trainer import ESTIMATOR_STATE, Trainer
from tests.training.learners.test_trainer import random_minibatches


@pytest.mark.parametrize("n_classes", [2, 5])
@pytest.mark.parametrize("passes", [1, 3])
@pytest.mark.parametrize("log_count_ratio", [True, False])
def test_estimate_is_what_a_trainer_holds_and_its_joined_weights(n_classes, passes, log_count_ratio):
    recipe = Recipe().with_settings(n_features=64, passes=passes, log_count_ratio=log_count_ratio)
    trainer = Trainer(recipe, n_classes, min_df=1)
    for X, y in random_minibatches(n_classes):
        trainer.partial_fit(X, y)
    # The plain weights and coef_ are one array until the averaged ones take the place of the latter.
    found = [vars(estimator).get(name) for estimator in trainer.estimators_ for name in ESTIMATOR_STATE]
    found += [trainer.ratio_.counts_] if trainer.ratio_ else []
    arrays = {id(array): array for array in found if np.size(array) >= 64}
    held = sum(array.nbytes for array in arrays.values())
    joined = trainer.weights().coef.nbytes if n_classes > 2 else 0
    n_shared = 64 * 4 * (1 if n_classes == 2 else n_classes) if passes > 1 else 0
    assert held + joined - n_shared <= training_bytes(recipe, n_classes) <= held + joined


def test_what_does_not_fit_is_refused_with_the_way_out(monkeypatch):
    check_capacity(RECIPES["default"], 2)
    monkeypatch.setattr(capacity, "available_bytes", lambda: 10**9)
    check_capacity(RECIPES["default"], 1000)  # what more classes take follows the columns in use
    message = r"1,000 classes and 9 columns in use take about 50.3 GB .* 1.0 GB are available; lower --n-features, or"
    with pytest.raises(ValueError, match=message):
        check_growth(RECIPES["default"], 1000, 9, 2**22)
    monkeypatch.setattr(capacity, "available_bytes", lambda: 10**7)
    with pytest.raises(ValueError, match=r"2 classes of 4,194,304 columns take about 0.1 GB .*; lower --n-features\.$"):
        check_capacity(RECIPES["default"], 2)


def test_available_memory_is_the_smallest_of_all_limits(tmp_path, monkeypatch):
    machine = available_bytes()
    assert 10**7 < machine < 10**14
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\nMemAvailable:   5000 kB\nSwapFree:    1000 kB\n")
    monkeypatch.setattr(memory, "MEMORY", tmp_path / "meminfo")
    (tmp_path / "memory.max").write_text("max\n")
    monkeypatch.setattr(memory, "GROUP_LIMITS", (tmp_path / "memory.max", tmp_path / "none"))
    assert available_bytes() == 6000 * 1024
    (tmp_path / "memory.max").write_text("4000\n")
    assert available_bytes() == 4000
    monkeypatch.setattr(memory, "MEMORY", tmp_path / "none")
    monkeypatch.setattr(memory, "GROUP_LIMITS", ())
    assert available_bytes() > 10**7
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (2**33, hard))
    try:
        assert available_bytes() <= 2**33
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def test_without_system_calls_that_tell_of_memory_nothing_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "STATUS", tmp_path / "none")
    assert memory.peak_megabytes() > 10
    monkeypatch.setitem(sys.modules, "resource", None)
    try:
        importlib.reload(memory)
        monkeypatch.delattr(os, "sysconf")
        for path in ("STATUS", "MEMORY"):
            monkeypatch.setattr(memory, path, tmp_path / "none")
        monkeypatch.setattr(memory, "GROUP_LIMITS", ())
        assert memory.peak_megabytes() == 0
        assert memory.available_bytes() >= 2**62
    finally:
        monkeypatch.undo()
        importlib.reload(memory)
    assert memory.peak_megabytes() > 10
