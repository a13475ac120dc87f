import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse import random as random_sparse
from sklearn.linear_model import SGDClassifier

from movieclassifier.recipes.linear import Recipe
from movieclassifier.system.compiled import PURE_PYTHON, backend, training_twin
from movieclassifier.training.learners.log_count_ratio import LogCountRatio
from movieclassifier.training.learners.sgd import CompiledAveragedSGD, CompiledSGD, make_estimator
from movieclassifier.training.learners.trainer import Trainer
from tests.support.rows import as_rows

N_FEATURES = 64
needs_twin = pytest.mark.skipif(backend()[0] != "compiled", reason=f"no compiled twin: {backend()[1]}")


def random_minibatch(rng, n_samples, dtype):
    X = csr_matrix(random_sparse(n_samples, N_FEATURES, 0.1, "csr", dtype, rng))
    X.data -= X.dtype.type(0.3)
    return X, rng.uniform(size=n_samples) < 0.4


def both(alpha, seed, dtype, average=False):
    plain = SGDClassifier(loss="log_loss", alpha=alpha, random_state=seed, average=average)
    return (CompiledAveragedSGD if average else CompiledSGD)(N_FEATURES, dtype, alpha, seed), plain


def can_average():
    twin = training_twin()
    return twin is not None and twin.can_average()


needs_fused = pytest.mark.skipif(not can_average(), reason="this processor adds in two roundings")


@needs_twin
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@given(
    seed=st.integers(0, 2**32 - 1),
    # From 0.1 on the scale of the weights becomes so small that it is multiplied into them.
    alpha=st.sampled_from([1e-12, 1e-6, 1e-4, 0.1, 1.0, 7.0]),
    sizes=st.lists(st.integers(1, 60), min_size=1, max_size=5),
    average=st.booleans() if can_average() else st.just(False),
)
@settings(max_examples=100, deadline=None)
def test_compiled_steps_give_the_bits_of_scikit_learn(seed, alpha, sizes, average, dtype):
    ours, theirs = both(alpha, seed, dtype, average)
    rng = np.random.RandomState(seed)
    for size in sizes:
        X, y = random_minibatch(rng, size, dtype)
        theirs.partial_fit(X, y, classes=[False, True])
        assert ours.partial_fit(as_rows(X), y, classes=[False, True]) is ours
        assert ours.coef_.dtype == theirs.coef_.dtype
        assert ours.coef_.tobytes() == theirs.coef_.tobytes()
        assert ours.intercept_.tobytes() == theirs.intercept_.tobytes()
        assert ours.t_ == theirs.t_
        if average:
            assert ours._standard_coef.tobytes() == theirs._standard_coef.tobytes()
            assert ours._standard_intercept.tobytes() == theirs._standard_intercept.tobytes()
    assume(np.any(ours.coef_))


@needs_twin
def test_the_comparison_sees_a_different_order_and_a_different_rate():
    X, y = random_minibatch(np.random.RandomState(0), 60, "float32")
    _, theirs = both(1e-4, 1, "float32")
    theirs.partial_fit(X, y, classes=[False, True])
    for alpha, seed in (1e-4, 2), (1.001e-4, 1):
        other = CompiledSGD(N_FEATURES, "float32", alpha, seed).partial_fit(as_rows(X), y)
        assert other.coef_.tobytes() != theirs.coef_.tobytes()


@needs_twin
@pytest.mark.parametrize(("dtype", "huge"), [("float32", 1e38), ("float64", 1e300)])
def test_overflow_is_refused_as_scikit_learn_refuses_it(dtype, huge):
    ours, theirs = both(1e-300, 1, dtype)
    X, y = random_minibatch(np.random.RandomState(0), 50, dtype)
    X.data *= X.dtype.type(huge)
    with pytest.raises(ValueError, match="overflow occurred"), np.errstate(all="ignore"):
        theirs.partial_fit(X, y, classes=[False, True])
    with pytest.raises(ValueError, match="the weights have overflowed; use a different alpha than 1e-300"):
        ours.partial_fit(as_rows(X), y)


@needs_twin
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_fit_has_the_same_bits_with_the_twin_and_without(dtype, n_classes, monkeypatch):
    def fit(pure):
        monkeypatch.setenv(PURE_PYTHON, pure)
        rng = np.random.RandomState(0)
        trainer = Trainer(Recipe().with_settings(n_features=N_FEATURES, dtype=dtype), n_classes, min_df=2)
        decided = []
        for _ in range(5):
            X = as_rows(random_minibatch(rng, 50, dtype)[0])
            y = rng.randint(0, n_classes, 50)
            decided.append(trainer.decision_function(X).tobytes())
            trainer.partial_fit(X, y)
        learned = [array.tobytes() for array in state(trainer)]
        weights = trainer.weights()
        folded = weights.coef, weights.intercept, weights.columns, weights.ratio
        return trainer.estimators_, decided, learned + [array.tobytes() for array in folded]

    def state(trainer):
        return [array for _, array in sorted(trainer.state().items())]

    (compiled, *ours), (plain, *theirs) = fit("0"), fit("1")
    assert {type(estimator) for estimator in compiled} == {CompiledSGD}
    assert {type(estimator) for estimator in plain} == {SGDClassifier}
    assert ours == theirs


@needs_twin
@needs_fused
@pytest.mark.parametrize("n_classes", [2, 3])
def test_several_passes_have_the_same_bits_with_the_twin_and_without(n_classes, monkeypatch):
    def fit(pure):
        monkeypatch.setenv(PURE_PYTHON, pure)
        rng = np.random.RandomState(0)
        recipe = Recipe().with_settings(n_features=N_FEATURES, passes=2)
        trainer = Trainer(recipe, n_classes, min_df=1)
        for number in range(4):
            X, y = as_rows(random_minibatch(rng, 50, "float32")[0]), rng.randint(0, n_classes, 50)
            trainer.partial_fit(X, y)
            if number == 1:  # as a run that was interrupted goes on
                state, trainer = trainer.state(), Trainer(recipe, n_classes, min_df=1)
                trainer.load_state(state)
        return trainer.estimators_, {name: array.tobytes() for name, array in trainer.state().items()}

    (compiled, ours), (plain, theirs) = fit("0"), fit("1")
    assert {type(estimator) for estimator in compiled} == {CompiledAveragedSGD}
    assert {type(estimator) for estimator in plain} == {SGDClassifier}
    assert ours == theirs


def test_scikit_learn_averages_where_the_twin_would_not_have_its_bits():
    estimator = make_estimator(Recipe().with_settings(passes=3, n_features=1000), seed=1)
    assert isinstance(estimator, SGDClassifier)
    assert estimator.average


@needs_twin
def test_counting_gives_the_same_counts_as_numpy(monkeypatch):
    ours, theirs = (LogCountRatio(3, N_FEATURES, min_df=1) for _ in range(2))
    rng = np.random.RandomState(0)
    for _ in range(3):
        X = as_rows(random_minibatch(rng, 50, "float32")[0])
        y = rng.randint(0, 3, 50)
        ours.partial_fit(X, y)
        with monkeypatch.context() as patch:
            patch.setenv(PURE_PYTHON, "1")
            theirs.partial_fit(X, y)
    assert ours.counts_.any()
    assert ours.counts_.tobytes() == theirs.counts_.tobytes()
    assert ours.totals_.tolist() == theirs.totals_.tolist()


data, columns, indptr = np.ones(3), np.array([0, 3, 1], np.int32), np.array([0, 1, 3], np.int32)
counts, weights = np.zeros((4, 2), np.int32), np.zeros(4)


def ints(*values):
    return np.array(values, np.int32)


@needs_twin
@pytest.mark.parametrize("wrong_columns", [ints(0, 4, 1), ints(0, -1, 1)])
@pytest.mark.parametrize("wrong_indptr", [ints(0, 1, 4), ints(-1, 1, 3), ints(0, 2, 1), ints(0, 3), ints(0)])
def test_the_twin_refuses_what_would_reach_outside(wrong_columns, wrong_indptr):
    twin, y, values, order = training_twin(), np.array([0, 1]), np.zeros(2), ints(1, 0)
    bits = np.array([0, 1], np.uint8)
    twin.count(columns, indptr, y, counts.copy())
    twin.decide(data, columns, indptr, weights, values)
    twin.sgd(weights.copy(), 0.0, data, columns, indptr, bits, order, 1.0, 1.0, 1.0, weights[:0], 0.0)
    for these in (wrong_columns, indptr), (columns, wrong_indptr):
        for call in (
            lambda these=these: twin.count(*these, y, counts.copy()),
            lambda these=these: twin.decide(data, *these, weights, values),
            lambda these=these: twin.sgd(
                weights.copy(), 0.0, data, *these, bits, order, 1.0, 1.0, 1.0, weights[:0], 0.0
            ),
        ):
            with pytest.raises(ValueError, match="must"):
                call()


@needs_twin
def test_the_twin_refuses_arrays_that_do_not_fit():
    twin, values, order, bits = training_twin(), np.zeros(2), ints(1, 0), np.array([0, 1], np.uint8)
    for wrong in (np.array([0, 2]), np.array([-1, 0]), np.array([0])):
        with pytest.raises(ValueError, match="must"):
            twin.count(columns, indptr, wrong, counts.copy())
    with pytest.raises(ValueError, match="must"):
        twin.decide(data[:2], columns, indptr, weights, values)
    for these in (data[:2], columns, indptr, bits, order), (data, columns, indptr, bits, ints(2, 0)):
        with pytest.raises(ValueError, match="must"):
            twin.sgd(weights.copy(), 0.0, *these, 1.0, 1.0, 1.0, weights[:0], 0.0)
