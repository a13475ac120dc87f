"""The teacher ``cnn``: the texts and the probabilities that its network is given, and with Keras, what it learns."""

from dataclasses import replace

import numpy as np
import pytest

from movieclassifier.features.ngrams import NGrams
from movieclassifier.training.teachers import cnn
from movieclassifier.training.teachers.lessons import Lessons, Stages
from movieclassifier.training.teachers.networks import NetworkSettings
from tests.support.neural import needs_keras


@pytest.fixture
def lessons(tmp_path):
    labelled = [(f"a {('dull', 'great')[i % 2]} film", i % 2) for i in range(80)]
    return Lessons(labelled, ["a great story", "a dull story"] * 20, np.arange(80) % 2, 40, 2, Stages(tmp_path))


SETTINGS = cnn.CnnSettings(
    NetworkSettings(n_first=4, n_last=4, min_count=1, passes=4),
    NGrams(n_features=2**10, ngram_range=(1, 1)),
    first_passes=1,
    last_passes=2,
    last_tokens=(5, 7),
)
STEPS = ["Network, texts without labels", "Network, all texts", "Network, more tokens"]


class Network:
    """A network that Keras would make, with one weight, which counts the rows that it has seen."""

    def __init__(self, *_):
        self.weights, self.targets, self.widths = [np.zeros(1)], [], []

    def set_weights(self, weights):
        self.weights = [array.copy() for array in weights]


@pytest.fixture
def networks(monkeypatch):
    """Return the networks that are made, in their order."""
    made = []

    def build(*_):
        made.append(Network())
        return made[-1]

    def train(network, batches, n_rows, passes):
        for number in range(passes.passes):
            for numbers, targets in batches(number):
                assert len(numbers) == len(targets) <= n_rows
                network.weights[0] += len(numbers)
                network.targets.append(targets)
                network.widths.append(numbers.shape[1])

    monkeypatch.setattr(cnn, "build", build)
    monkeypatch.setattr(cnn, "train", train)
    monkeypatch.setattr(cnn, "weights_of", lambda network: network.weights)
    monkeypatch.setattr(cnn, "predict", lambda network, numbers: np.tile([0.25, 0.75], (len(numbers), 1)))
    return made


def test_texts_without_labels_come_first_then_all_then_more_tokens_of_each(lessons, networks):
    steps = cnn.teach_steps(lessons, SETTINGS, np.tile(np.float32([0.4, 0.6]), (40, 1)))
    # Each goes on with the weights of the one before.
    assert [network.weights[0][0] for network in networks] == [1 * 40, 1 * 40 + 4 * 120, 1 * 40 + 4 * 120 + 2 * 120]
    assert [set(network.widths) for network in networks] == [{8}, {8}, {12}]
    np.testing.assert_allclose(networks[0].targets[0], np.tile([0.4, 0.6], (40, 1)), rtol=1e-6)
    for network in networks[1:]:
        of_labels = {tuple(row) for row in network.targets[0].astype(float).round(2).tolist()}
        assert of_labels == {(0.4, 0.6), (0.98, 0.02), (0.02, 0.98)}
    assert [label(["a text"]).tolist() for label in steps] == [[[0.25, 0.75]]] * 3


def test_passes_over_labels_come_last_and_a_step_without_passes_is_left_out(lessons, networks):
    settings = replace(SETTINGS, network=replace(SETTINGS.network, passes=0), last_passes=0, label_passes=3)
    steps = cnn.teach_steps(lessons, settings, np.tile(np.float32([0.4, 0.6]), (40, 1)))
    assert len(steps) == 2
    assert [network.weights[0][0] for network in networks] == [40, 40 + 3 * 80]
    of_labels = {tuple(row) for row in np.concatenate(networks[1].targets).astype(float).round(2).tolist()}
    assert of_labels == {(0.98, 0.02), (0.02, 0.98)}
    assert [cost["stage"] for cost in lessons.stages.costs()[-2:]] == [STEPS[0], "Network, labelled texts"]


def test_naive_bayes_teaches_by_default_and_has_a_share(lessons, networks):
    label = cnn.teach(lessons, SETTINGS)
    found = label(["a great story", "a dull story"])
    assert found[0, 1] > 0.75
    assert found[1, 1] < found[0, 1]
    np.testing.assert_allclose(found.sum(axis=1), 1)


@pytest.mark.parametrize("n_kept", [1, 2, 3])
def test_trained_steps_are_not_trained_again(lessons, networks, monkeypatch, n_kept):
    cnn.teach(lessons, SETTINGS)
    for number in range(n_kept, 3):
        lessons.stages.drop(f"network_{number}")
    first = networks.copy()
    networks.clear()
    cnn.teach(lessons, SETTINGS)
    assert [bool(network.targets) for network in networks] == [number >= n_kept for number in range(3)]
    assert networks[-1].weights == first[-1].weights


@needs_keras
def test_it_labels_texts_by_the_words_of_their_class(lessons):
    label = cnn.teach(lessons, SETTINGS)
    found = label(["a great story", "a dull story"])
    assert found.argmax(axis=1).tolist() == [1, 0]
    titles = [cost["stage"] for cost in lessons.stages.costs() if cost["stage"].startswith("Network")]
    assert titles == STEPS
    assert cnn.teach(lessons, SETTINGS)(["a great story"]).tobytes() == label(["a great story"]).tobytes()
