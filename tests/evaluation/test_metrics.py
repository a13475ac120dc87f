import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as reference

from movieclassifier.evaluation import metrics as evaluation
from movieclassifier.evaluation import roc
from movieclassifier.evaluation.metrics import calibration_error, evaluate
from movieclassifier.models.decisions import predicted_positions, probabilities
from tests.support.models import random_classifier

EPS = float(np.finfo(np.float64).eps)


def test_evaluation_worked_by_hand():
    y = np.array([1, 1, 0, 0])
    values = np.array([[2.0], [-1.0], [-2.0], [-3.0]])
    classifier = random_classifier()
    classifier.temperature_, classifier.label_names = 1.0, ("negative", "positive")
    metrics = evaluate(y, values, classifier)
    assert metrics["n_documents"] == 4
    assert metrics["accuracy"] == 0.75
    assert metrics["standard_error"] == pytest.approx(np.sqrt(0.75 * 0.25 / 4))
    assert metrics["log_loss"] == pytest.approx(np.mean(np.log1p(np.exp([-2, 1, -2, -3]))))
    assert metrics["roc_auc"] == 1.0
    assert metrics["confusion_matrix"] == [[2, 0], [1, 1]]
    assert metrics["per_class"]["positive"] == {
        "precision": 1.0,
        "recall": 0.5,
        "f1": pytest.approx(2 / 3),
        "n_documents": 2,
    }


def test_many_classes_are_evaluated():
    classifier = random_classifier(3)
    metrics = evaluate(np.array([0, 1, 2, 2]), np.eye(3)[[0, 1, 2, 1]], classifier)
    assert metrics["accuracy"] == 0.75
    assert metrics["confusion_matrix"] == [[1, 0, 0], [0, 1, 0], [0, 1, 1]]
    assert 0 < metrics["roc_auc"] <= 1


def scored(n, n_classes, seed=0, decimals=8):
    """Return true classes and decision values that tell something of them, a classifier, and small chunks."""
    rng = np.random.RandomState(seed)
    y = rng.randint(0, n_classes, n)
    values = rng.normal(size=(n, 1 if n_classes == 2 else n_classes))
    values += (y[:, None] - 0.5 if n_classes == 2 else np.eye(n_classes)[y]) * rng.choice([0, 1, 60])
    return y, np.round(values, decimals)


@pytest.mark.parametrize("n_classes", [2, 3, 5])
@pytest.mark.parametrize("decimals", [8, 1, 0])
@pytest.mark.parametrize("small_chunks", [True, False])
def test_figures_are_those_of_scikit_learn(n_classes, decimals, small_chunks, monkeypatch):
    if small_chunks:
        for name, size in (("CHUNK", 11), ("BLOCK_BYTES", 1)):
            monkeypatch.setattr(evaluation, name, size)
        monkeypatch.setattr(roc, "CHUNK", 7)
    classifier = random_classifier(n_classes)
    labels = list(range(n_classes))
    for seed, n in enumerate((10, 200, 201, 5000)):
        y, values = scored(n, n_classes, seed, decimals)
        y_proba = probabilities(values, classifier.temperature_)
        y_pred = predicted_positions(values)
        found = evaluate(y.astype(np.uint8), values, classifier)
        assert found["accuracy"] == reference.accuracy_score(y, y_pred)
        assert found["log_loss"] == np.mean([-math.log(p) for p in np.clip(y_proba[range(n), y], EPS, 1 - EPS)])
        assert found["log_loss"] == pytest.approx(reference.log_loss(y, y_proba, labels=labels), rel=1e-14)
        scores = y_proba[:, 1] if n_classes == 2 else y_proba
        assert found["roc_auc"] == reference.roc_auc_score(y, scores, multi_class="ovr", labels=labels)
        assert found["confusion_matrix"] == reference.confusion_matrix(y, y_pred, labels=labels).tolist()
        assert found["calibration_error"] == calibration_error(y, y_proba)
        expected = reference.precision_recall_fscore_support(y, y_pred, labels=labels, zero_division=0.0)
        per_class = [list(figures.values()) for figures in found["per_class"].values()]
        assert per_class == np.transpose(expected).tolist()


@pytest.mark.slow
def test_evaluation_takes_few_bytes_a_document():
    classifier = random_classifier()
    peaks = []
    for n in (100_000, 300_000):
        y, values = scored(n, 2)
        y = y.astype(np.uint8)
        tracemalloc.start()
        evaluate(y, values, classifier)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert (peaks[1] - peaks[0]) / 200_000 < 10


def test_missing_class_leaves_the_auc_open():
    metrics = evaluate(np.array([1, 1]), np.array([[1.0], [2.0]]), random_classifier())
    assert metrics["roc_auc"] is None
    assert metrics["accuracy"] == 1.0


@given(st.lists(st.floats(0, 1), min_size=1), st.data())
def test_calibration_error_is_a_share(y_proba, data):
    y = np.array(data.draw(st.lists(st.integers(0, 1), min_size=len(y_proba), max_size=len(y_proba))))
    positive = np.array(y_proba)
    assert 0 <= calibration_error(y, np.stack([1 - positive, positive], axis=1)) <= 1


def test_overconfidence_is_a_calibration_error():
    certain = np.tile([0.0, 1.0], (10, 1))
    assert calibration_error(np.array([1] * 6 + [0] * 4), certain) == pytest.approx(0.4)
    three = np.tile([0.8, 0.1, 0.1], (10, 1))
    assert calibration_error(np.array([0] * 8 + [1, 2]), three) == pytest.approx(0.0)
