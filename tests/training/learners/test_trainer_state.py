"""The state of a trainer is taken whole, or refused as a whole."""

import numpy as np
import pytest

from movieclassifier.recipes.linear import Recipe
from movieclassifier.training.learners.trainer import Trainer
from tests.support.rows import N_FEATURES, random_minibatches


def recipe(**settings):
    return Recipe().with_settings(n_features=N_FEATURES, **settings)


def spoiled(arrays, how):
    """Return a state in which one thing is wrong."""
    found = {name: array.copy() for name, array in arrays.items()}
    if how == "steps":
        found["coef_.0.steps"][-1] += 64
    elif how == "dtype":
        found["coef_.0.values"] = found["coef_.0.values"].astype(np.float64)
    elif how == "object":
        found["intercept_.0"] = found["intercept_.0"].astype("U9")
    elif how == "other bits":
        found["intercept_.0"] = found["intercept_.0"].astype(np.float16)
    elif how == "before the first step":
        found["t_.0"] = np.float64(0)
    elif how == "infinite":
        found["coef_.0.values"][0] = np.inf
    elif how == "infinite intercept":
        found["intercept_.0"][0] = np.inf
    elif how == "negative":
        found["totals"][1] = -1
    elif how == "missing":
        del found["totals"]
    else:
        found["intercept_.1"] = found["intercept_.0"]
    return found


@pytest.mark.parametrize("passes", [1, 3])
@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("steps", "its 'coef_.0.steps' go beyond the 64 columns"),
        ("dtype", "its 'coef_.0.values' are not finite numbers of float32"),
        ("object", "its 'intercept_.0' is <U9"),
        ("other bits", "its 'intercept_.0' is float16"),
        ("before the first step", "its 't_.0' is 0.0, which is below 1"),
        ("infinite", "its 'coef_.0.values' are not finite numbers"),
        ("infinite intercept", "its 'intercept_.0' is not finite"),
        ("negative", "its 'totals' is negative"),
        ("missing", "it lacks 'totals'"),
        ("one row more", "nothing here has a use for its 'intercept_.1'"),
    ],
)
def test_damaged_or_foreign_state_is_refused_and_changes_nothing(passes, how, message):
    settings = recipe(passes=passes)
    trainer, other = Trainer(settings, 2, min_df=1), Trainer(settings, 2, min_df=1)
    for rows, y in random_minibatches(2):
        trainer.partial_fit(rows, y)
    with pytest.raises(ValueError, match=message):
        other.load_state(spoiled(trainer.state(), how))
    assert other.state().keys() == Trainer(settings, 2, min_df=1).state().keys()
    assert not len(other.state()["counts.values"])


@pytest.mark.parametrize(("passes", "wrong"), [(1, np.float32), (3, np.float64)])
def test_intercept_of_a_different_type_is_refused(passes, wrong):
    settings = recipe(passes=passes)
    trainer, other = Trainer(settings, 2, min_df=1), Trainer(settings, 2, min_df=1)
    for rows, y in random_minibatches(2):
        trainer.partial_fit(rows, y)
    state = trainer.state()
    with pytest.raises(ValueError, match=r"its 'intercept_\.0' is float"):
        other.load_state(state | {"intercept_.0": state["intercept_.0"].astype(wrong)})
