"""Counts of documents per column and class, and the log-count ratio that is worked out of them."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse import random as random_sparse

from movieclassifier.system.compiled import PURE_PYTHON, backend
from movieclassifier.training.learners.log_count_ratio import LogCountRatio, log_counts
from tests.support.rows import N_FEATURES, as_rows, random_minibatches


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
