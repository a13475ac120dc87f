"""Small networks: their probabilities are those of scikit-learn, and the seed decides them."""

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier

from movieclassifier.training.teachers.nets import NetSettings, fit_nets, net_probabilities

SETTINGS = NetSettings(n_hidden=4, n_nets=2, epochs=3, batch_size=20)


def documents(n_classes, n=60):
    rng = np.random.RandomState(0)
    y = np.arange(n) % n_classes
    return (rng.normal(size=(n, 5)) + np.eye(n_classes, 5)[y]).astype(np.float32), y


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("n_classes", [2, 3])
def test_mean_of_the_networks_is_that_of_scikit_learn(n_classes):
    vectors, y = documents(n_classes)
    found = net_probabilities(fit_nets(vectors, y, n_classes, SETTINGS, seed=7), vectors)
    expected = []
    for seed in (7, 8):
        net = MLPClassifier(
            (4,), alpha=1e-4, batch_size=20, learning_rate_init=2e-3, max_iter=3, random_state=seed
        ).fit(vectors * np.float32(3), y)
        expected.append(net.predict_proba(vectors * np.float32(3)))
    np.testing.assert_allclose(found, np.mean(expected, axis=0), rtol=1e-5)
    np.testing.assert_allclose(found.sum(axis=1), 1)


def test_same_seed_gives_the_same_bits():
    vectors, y = documents(2)
    one, two, other = (fit_nets(vectors, y, 2, SETTINGS, seed) for seed in (1, 1, 2))
    assert all(one[name].tobytes() == two[name].tobytes() for name in one)
    assert one["coef_0_0"].tobytes() != other["coef_0_0"].tobytes()


def test_few_texts_are_one_batch():
    vectors, y = documents(2, n=6)
    assert net_probabilities(fit_nets(vectors, y, 2, SETTINGS, 1), vectors).shape == (6, 2)
