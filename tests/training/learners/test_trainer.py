import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import SGDClassifier

from movieclassifier.models.decisions import predicted_positions
from movieclassifier.recipes.linear import Recipe
from movieclassifier.training.learners.trainer import Trainer
from tests.support.rows import N_FEATURES, random_minibatches


def recipe(**settings):
    return Recipe().with_settings(n_features=N_FEATURES, **settings)


def test_without_a_ratio_the_trainer_is_the_plain_estimator():
    trainer = Trainer(recipe(log_count_ratio=False, alpha=1e-4), 2, min_df=1, seed=1)
    plain = SGDClassifier(loss="log_loss", random_state=1)
    for X, y in random_minibatches(2):
        trainer.partial_fit(X, y)
        plain.partial_fit(X.to_csr(), y, classes=[0, 1])
    weights = trainer.weights()
    assert weights.coef.tobytes() == plain.coef_.tobytes()
    assert weights.intercept.tolist() == plain.intercept_.tolist()
    assert weights.ratio is None
    assert weights.columns.tolist() == np.flatnonzero(plain.coef_[0]).tolist()


@pytest.mark.parametrize("n_classes", [2, 3])
def test_folded_weights_decide_as_the_scaled_features_do(n_classes):
    trainer = Trainer(recipe(alpha=1e-4), n_classes, min_df=2)
    for X, y in random_minibatches(n_classes):
        trainer.partial_fit(X, y)
    values = trainer.decision_function(X)
    weights = trainer.weights()
    np.testing.assert_allclose(X.to_csr() @ weights.coef.T + weights.intercept, values, rtol=1e-3, atol=1e-5)
    assert weights.ratio.shape == (len(weights.coef), len(weights.columns))
    assert not np.delete(weights.coef, weights.columns, axis=1).any()


def test_untrained_trainer_decides_nothing():
    X, _ = next(random_minibatches(2))
    assert not Trainer(recipe(), 2, min_df=1).decision_function(X).any()
    assert Trainer(recipe(), 3, min_df=1).predict(X).shape == (30,)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("passes", [1, 3])
@pytest.mark.parametrize("log_count_ratio", [True, False])
@given(cut=st.integers(0, 5))
@settings(max_examples=6)
def test_state_goes_on_bit_for_bit(n_classes, passes, log_count_ratio, cut):
    settings = recipe(passes=passes, log_count_ratio=log_count_ratio, alpha=1e-4)
    straight, before, after = (Trainer(settings, n_classes, min_df=1) for _ in range(3))
    minibatches = list(random_minibatches(n_classes))
    for X, y in minibatches:
        straight.partial_fit(X, y)
    for X, y in minibatches[:cut]:
        before.partial_fit(X, y)
    after.load_state({name: array.copy() for name, array in before.state().items()})
    for X, y in minibatches[cut:]:
        after.partial_fit(X, y)
    expected, found = straight.weights(), after.weights()
    assert (found.sha256(), found.t) == (expected.sha256(), expected.t)
    assert found.columns.tobytes() == expected.columns.tobytes()
    if log_count_ratio:
        assert found.ratio.tobytes() == expected.ratio.tobytes()


@pytest.mark.parametrize("n_classes", [2, 3])
def test_trainer_and_classifier_decide_alike(n_classes):
    trainer = Trainer(recipe(alpha=1e-4), n_classes, min_df=1)
    for X, y in random_minibatches(n_classes):
        trainer.partial_fit(X, y)
    y_pred = trainer.predict(X).tolist()
    values = trainer.weights().decide(X)
    assert predicted_positions(values).tolist() == y_pred


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
def test_intercept_of_another_type_would_give_other_bits(passes, wrong):
    settings = recipe(passes=passes)
    trainer, other = Trainer(settings, 2, min_df=1), Trainer(settings, 2, min_df=1)
    for rows, y in random_minibatches(2):
        trainer.partial_fit(rows, y)
    state = trainer.state()
    with pytest.raises(ValueError, match=r"its 'intercept_\.0' is float"):
        other.load_state(state | {"intercept_.0": state["intercept_.0"].astype(wrong)})
