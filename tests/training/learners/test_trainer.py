import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse import random as random_sparse
from sklearn.linear_model import SGDClassifier

from movieclassifier.models.decisions import predicted_positions
from movieclassifier.recipes.linear import Recipe
from movieclassifier.system.compiled import PURE_PYTHON, backend
from movieclassifier.training.learners.log_count_ratio import LogCountRatio, log_counts
from movieclassifier.training.learners.trainer import Trainer
from tests.support.rows import as_rows

N_FEATURES = 64


def random_minibatches(n_classes, n=5, seed=0):
    rng = np.random.RandomState(seed)
    for _ in range(n):
        X = csr_matrix((rng.uniform(size=(30, N_FEATURES)) < 0.1).astype(np.float32))
        yield as_rows(X), rng.randint(0, n_classes, 30)


def recipe(**settings):
    return Recipe().with_settings(n_features=N_FEATURES, **settings)


@pytest.mark.parametrize("n_classes", [2, 4])
def test_counts_are_document_counts_per_class(n_classes):
    ratio = LogCountRatio(n_classes, N_FEATURES, min_df=1)
    expected = np.zeros((N_FEATURES, n_classes))
    for X, y in random_minibatches(n_classes):
        ratio.partial_fit(X, y)
        for position in range(n_classes):
            expected[:, position] += X.to_csr()[y == position].toarray().sum(axis=0)
    assert ratio.counts_.tolist() == expected.tolist()
    assert ratio.totals_.tolist() == expected.sum(axis=0).tolist()
    assert ratio.document_frequency(np.array([3, 5])).tolist() == expected.sum(axis=1)[[3, 5]].tolist()


def test_ratio_worked_by_hand():
    ratio = LogCountRatio(2, 2, min_df=2)
    ratio.partial_fit(as_rows(csr_matrix([[1, 0], [1, 0], [1, 1]])), np.array([1, 1, 0]))
    # Column 0: P = 2, N = 1; the sums of P + 1 and N + 1 are 4 and 4. Column 1 is in one document only.
    np.testing.assert_allclose(ratio.ratio(np.array([0, 1, 0]), 1), [np.log(3 / 2), 0, np.log(3 / 2)], rtol=1e-6)
    np.testing.assert_allclose(ratio.ratio(np.array([0]), 0), [np.log(2 / 3)], rtol=1e-6)


def test_ratio_of_a_class_against_the_rest():
    ratio = LogCountRatio(3, N_FEATURES, min_df=1)
    against_rest = LogCountRatio(2, N_FEATURES, min_df=1)
    for X, y in random_minibatches(3):
        ratio.partial_fit(X, y)
        against_rest.partial_fit(X, (y == 2).astype(int))
    columns = np.arange(N_FEATURES)
    # The same but for the constant, which leaves empty columns out where there are more than two classes.
    total, rest = ratio.totals_[2], ratio.totals_[:2].sum()
    constants = np.log((total + N_FEATURES) / (rest + N_FEATURES)) - np.log((total + 1) / (rest + 1))
    np.testing.assert_allclose(ratio.ratio(columns, 2), against_rest.ratio(columns, 1) + constants, rtol=1e-6)


def test_ratio_of_many_classes_does_not_depend_on_the_number_of_empty_columns():
    ratios = []
    for n_features in (4, 2**20):
        ratio = LogCountRatio(3, n_features, min_df=1)
        X = csr_matrix(([1, 1, 1], ([0, 1, 2], [0, 0, 1])), shape=(3, n_features))
        ratio.partial_fit(as_rows(X), np.array([0, 1, 2]))
        ratios.append(ratio.ratio(np.array([0, 1]), 2).tolist())
    assert ratios[0] == ratios[1]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("most", [5, 2**16, 2**31 // 3 - 1])
def test_compiled_scaling_gives_the_same_bits(dtype, n_classes, most, monkeypatch):
    if backend()[0] != "compiled":
        pytest.skip(f"there is no compiled twin here: {backend()[1]}")
    rng = np.random.RandomState(0)
    ratio = LogCountRatio(n_classes, N_FEATURES, min_df=2)
    ratio.counts_[:] = rng.randint(0, most, ratio.counts_.shape) * (rng.uniform(size=ratio.counts_.shape) < 0.8)
    ratio.totals_[:] = ratio.counts_.sum(axis=0)
    X = as_rows(csr_matrix(random_sparse(100, N_FEATURES, 0.3, "csr", dtype, rng)))
    for position in range(n_classes):
        compiled = ratio.scale(X, position)
        with monkeypatch.context() as patch:
            patch.setenv(PURE_PYTHON, "1")
            pure = ratio.scale(X, position)
        assert compiled.dtype == pure.dtype == dtype
        assert compiled.tobytes() == pure.tobytes()
        assert compiled.any()


def test_compiled_scaling_refuses_what_would_reach_outside():
    _training = pytest.importorskip("movieclassifier.training.learners._training")
    counts, table, data = np.zeros((4, 2), np.int32), np.zeros(9), np.ones(1)
    for columns, position, scaled in ([4], 0, 1), ([-1], 0, 1), ([0], 2, 1), ([0], -1, 1), ([0], 0, 2), ([0, 1], 0, 1):
        arguments = (data, np.array(columns, np.int32), counts, table, 0.7, position, 0.0, 1, np.empty(scaled))
        with pytest.raises(ValueError, match="must"):
            _training.scale(*arguments)


def test_logarithms_of_large_counts_are_close():
    counts = np.array([0, 1, 65_535, 65_536, 10**6, 2**31 - 1])
    np.testing.assert_allclose(log_counts(counts), np.log(counts + 1.0), atol=4e-5)


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
