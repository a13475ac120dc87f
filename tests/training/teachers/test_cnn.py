"""The teacher ``cnn``: the texts and the probabilities that its network is given, and with Keras, what it learns."""

import numpy as np
import pytest

from movieclassifier.features.ngrams import NGrams
from movieclassifier.training.teachers import cnn
from movieclassifier.training.teachers.lessons import Lessons, Stages
from movieclassifier.training.teachers.networks import NetworkSettings


@pytest.fixture
def lessons(tmp_path):
    labelled = [(f"a {('dull', 'great')[i % 2]} film", i % 2) for i in range(80)]
    return Lessons(labelled, ["a great story", "a dull story"] * 20, np.arange(80) % 2, 40, 2, Stages(tmp_path))


SETTINGS = cnn.CnnSettings(
    NetworkSettings(n_first=4, n_last=4, min_count=1, passes=4),
    NGrams(n_features=2**10, ngram_range=(1, 1)),
    first_passes=1,
)


class Network:
    """A network that Keras would make, with one weight, which counts the rows that it has seen."""

    def __init__(self):
        self.weights, self.targets = [np.zeros(1)], []

    def set_weights(self, weights):
        self.weights = weights

    def train(self, batches, n_rows, passes):
        for number in range(passes.passes):
            for numbers, targets in batches(number):
                assert len(numbers) == len(targets) <= n_rows
                self.weights[0] += len(numbers)
                self.targets.append(targets)


@pytest.fixture
def network(monkeypatch):
    made = Network()
    monkeypatch.setattr(cnn, "build", lambda *_: made)
    monkeypatch.setattr(cnn, "train", Network.train)
    monkeypatch.setattr(cnn, "weights_of", lambda network: network.weights)
    monkeypatch.setattr(cnn, "predict", lambda network, numbers: np.tile([0.25, 0.75], (len(numbers), 1)))
    return made


def test_texts_without_labels_come_first_and_then_all(lessons, network):
    guide = lambda texts: np.tile([0.4, 0.6], (len(texts), 1))  # noqa: E731
    label = cnn.teach(lessons, SETTINGS, guide)
    assert network.weights[0] == 1 * 40 + 4 * 120
    np.testing.assert_allclose(network.targets[0], np.tile([0.4, 0.6], (40, 1)), rtol=1e-6)
    of_labels = {tuple(row) for row in network.targets[1].astype(float).round(2).tolist()}
    assert of_labels == {(0.4, 0.6), (0.98, 0.02), (0.02, 0.98)}
    assert label(["a text"]).tolist() == [[0.25, 0.75]]


def test_without_a_guide_naive_bayes_has_a_share(lessons, network):
    label = cnn.teach(lessons, SETTINGS)
    found = label(["a great story", "a dull story"])
    assert found[0, 1] > 0.75
    assert found[1, 1] < found[0, 1]
    np.testing.assert_allclose(found.sum(axis=1), 1)


def test_trained_network_is_not_trained_again(lessons, network, monkeypatch):
    cnn.teach(lessons, SETTINGS)
    monkeypatch.setattr(cnn, "train", None)
    cnn.teach(lessons, SETTINGS)
    assert network.weights[0] == 520


def test_it_labels_texts_by_the_words_of_their_class(lessons):
    pytest.importorskip("keras")
    label = cnn.teach(lessons, SETTINGS)
    found = label(["a great story", "a dull story"])
    assert found.argmax(axis=1).tolist() == [1, 0]
    assert [cost["stage"] for cost in lessons.stages.costs()].count("Network") == 1
    assert cnn.teach(lessons, SETTINGS)(["a great story"]).tobytes() == label(["a great story"]).tobytes()
