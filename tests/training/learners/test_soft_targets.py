import numpy as np
import pytest
from scipy.sparse import csr_matrix

from movieclassifier.features.rows import Rows
from movieclassifier.system.compiled import PURE_PYTHON, backend
from movieclassifier.training.learners.log_count_ratio import LogCountRatio
from movieclassifier.training.learners.soft_targets import SoftLearner, SoftSGD, count_soft, soft_ratio

N_ROWS, N_COLUMNS = 30, 50
needs_twin = pytest.mark.skipif(backend()[0] != "compiled", reason=f"no compiled twin: {backend()[1]}")


def some_rows(seed=0):
    rng = np.random.RandomState(seed)
    X = csr_matrix(rng.uniform(size=(N_ROWS, N_COLUMNS)) < 0.2)
    lengths = np.diff(X.indptr)
    values = (1 / np.sqrt(np.maximum(lengths, 1))).astype(np.float32)
    return X.indices.astype(np.int32), X.indptr.astype(np.int64), values, rng.uniform(size=N_ROWS).astype(np.float32)


def learned(seed=0):
    settings = SoftSGD(passes=3)
    columns, indptr, values, targets = some_rows(seed)
    counts = np.zeros((N_COLUMNS, 2), np.float32)
    count_soft(columns, indptr, np.stack([1 - targets, targets], axis=1), counts)
    learner = SoftLearner(soft_ratio(counts, 1, 1), N_ROWS, settings)
    importance = np.where(np.arange(N_ROWS) % 2, 2, 1).astype(np.float32)
    for number in range(settings.passes):
        order = np.random.RandomState(number).permutation(N_ROWS).astype(np.int32)
        learner.step(columns, indptr, values, targets, importance, order)
    return learner, counts


@needs_twin
@pytest.mark.parametrize("seed", range(5))
def test_compiled_steps_have_the_bits_of_the_definition(monkeypatch, seed):
    learner, counts = learned(seed)
    monkeypatch.setenv(PURE_PYTHON, "1")
    other, other_counts = learned(seed)
    assert counts.tobytes() == other_counts.tobytes()
    assert learner.weights.tobytes() == other.weights.tobytes()
    assert learner.intercept.tobytes() == other.intercept.tobytes()


@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_ratio_of_whole_labels_is_that_of_the_counts(n_classes):
    columns, indptr, _, _ = some_rows()
    y = np.arange(N_ROWS) % n_classes
    counts = np.zeros((N_COLUMNS, n_classes), np.float32)
    count_soft(columns, indptr, np.eye(n_classes, dtype=np.float32)[y], counts)
    hard = LogCountRatio(n_classes, N_COLUMNS, min_df=4)
    hard.partial_fit(Rows(np.ones(len(columns)), columns, indptr.astype(np.int32), N_COLUMNS), y)
    for position in range(n_classes):
        expected = hard.ratio(np.arange(N_COLUMNS), position)
        np.testing.assert_allclose(soft_ratio(counts, 4, position), expected, atol=1e-6)


def test_the_mean_is_that_of_the_weights_after_each_step_of_the_later_passes():
    columns, indptr, values, targets = some_rows()
    learner = SoftLearner(np.ones(N_COLUMNS, np.float32), N_ROWS, SoftSGD(passes=3, rate=0.5))
    after = []
    for _ in range(3):
        for row in range(N_ROWS):
            learner.step(columns, indptr, values, targets, np.ones(N_ROWS, np.float32), np.array([row], np.int32))
            after.append(learner.weights[:, 0].copy())
    # The weights of a step count from that step on.
    expected = np.mean(after[N_ROWS:], axis=0)
    np.testing.assert_allclose(learner.weights[:, 1], expected, rtol=1e-4, atol=1e-6)


def test_a_student_of_one_probability_learns_it():
    columns, indptr, values, _ = some_rows()
    learner = SoftLearner(np.ones(N_COLUMNS, np.float32), N_ROWS, SoftSGD(passes=60, rate=1.0))
    for _ in range(60):
        rows = (values, np.full(N_ROWS, 0.8, np.float32), np.ones(N_ROWS, np.float32))
        learner.step(columns, indptr, *rows, np.arange(N_ROWS, dtype=np.int32))
    X = csr_matrix((np.repeat(values, np.diff(indptr)), columns, indptr), shape=(N_ROWS, N_COLUMNS))
    probability = 1 / (1 + np.exp(-(X @ learner.weights[:, 1] + learner.intercept[1])))
    np.testing.assert_allclose(probability, 0.8, atol=0.02)


def test_weights_that_overflow_are_refused():
    learner = SoftLearner(np.full(1, 1e10, np.float32), 1, SoftSGD(passes=1, rate=1e300, n_plain_passes=0))
    rows = (np.zeros(1, np.int32), np.array([0, 1]), np.ones(1, np.float32), np.zeros(1, np.float32))
    with pytest.raises(ValueError, match="use a smaller rate than 1e\\+300"):
        learner.step(*rows, np.full(1, 1e30, np.float32), np.zeros(1, np.int32))


@needs_twin
@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("places", np.full(4, N_COLUMNS, np.int32), "indptr must lead through 4 columns"),
        ("order", np.array([N_ROWS], np.int32), "places must be below 30; got 30"),
        ("targets", np.zeros(3, np.float32), "of the same length"),
    ],
)
def test_the_compiled_twin_refuses_arrays_that_do_not_fit(name, value, message):
    columns, indptr, values, targets = some_rows()
    arrays = {"places": columns, "indptr": indptr, "values": values, "targets": targets}
    arrays |= {"importance": np.ones(N_ROWS, np.float32), "order": np.arange(N_ROWS, dtype=np.int32)}
    learner = SoftLearner(np.ones(N_COLUMNS, np.float32), N_ROWS, SoftSGD())
    with pytest.raises(ValueError, match=message):
        learner.step(**arrays | {name: value})
