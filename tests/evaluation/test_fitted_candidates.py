"""A trained candidate says what it knows of classes, and how large it is."""

import pickle
import tracemalloc

import numpy as np
import pytest

from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.evaluation.baselines import BASELINES
from movieclassifier.evaluation.candidates import Neural, Outline

TRAIN = list(open_corpus("movieclassifier/bundled/sample_reviews.csv"))[:300]
OUTLINE = Outline((0, 1), (200, 200), len(TRAIN))


def test_a_network_gives_classes_that_it_was_not_trained_on_no_probability(monkeypatch):
    class Network:
        classes_ = np.array([0, 2])

        def fit(self, texts, y):
            assert set(y) == {0, 2}
            return self

        def predict_proba(self, texts):
            return np.tile([0.25, 0.75], (len(texts), 1))

        def n_bytes(self):
            return 7

    outline = Outline(("a", "b", "c"), (1, 1, 1), 2)
    fitted = Neural(lambda seed: Network(), "").fit(iter([("x", "a"), ("y", "c")]), outline)
    y_pred, y_proba = fitted.predict(iter([("x", "a"), ("z", "b")]))
    assert (y_pred.tolist(), y_proba.tolist(), fitted.n_bytes()) == ([2, 2], [[0.25, 0, 0.75]] * 2, 7)


@pytest.mark.parametrize("name", ["perceptron", "hashed-multinomial-nb", "linear-svm"])
def test_size_of_a_pickle_is_found_out_without_one(name):
    fitted = BASELINES[name].fit(iter(TRAIN), OUTLINE)
    expected = len(pickle.dumps(fitted.pipeline))
    tracemalloc.start()
    try:
        assert fitted.n_bytes() == pytest.approx(expected, rel=0.01)
        assert name == "linear-svm" or tracemalloc.get_traced_memory()[1] < expected / 10
    finally:
        tracemalloc.stop()
