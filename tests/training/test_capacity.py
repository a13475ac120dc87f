import numpy as np
import pytest

from movieclassifier.recipes.linear import Recipe
from movieclassifier.recipes.names import RECIPES
from movieclassifier.training import capacity
from movieclassifier.training.capacity import check_capacity, check_growth, training_bytes
from movieclassifier.training.learners.trainer import Trainer
from movieclassifier.training.learners.trainer_state import ESTIMATOR_STATE
from tests.support.rows import random_minibatches


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
    message = r"1,000 classes and 9 columns in use take about 50.3 GB .* 1.0 GB are available; lower n_features, or"
    with pytest.raises(ValueError, match=message):
        check_growth(RECIPES["default"], 1000, 9, 2**22)
    monkeypatch.setattr(capacity, "available_bytes", lambda: 10**7)
    with pytest.raises(ValueError, match=r"2 classes of 4,194,304 columns take about 0.1 GB .*; lower n_features\.$"):
        check_capacity(RECIPES["default"], 2)
