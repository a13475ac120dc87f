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
