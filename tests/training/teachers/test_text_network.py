import numpy as np
import pytest

from movieclassifier.training.teachers import networks
from movieclassifier.training.teachers.networks import KIM, NetworkSettings
from movieclassifier.training.teachers.text_network import TextNetwork
from movieclassifier.training.teachers.word_vectors import WordVectorSettings
from tests.support.neural import needs_keras

SETTINGS = NetworkSettings(
    word_vectors=WordVectorSettings(size=16), n_filters=8, n_first=3, n_last=4, batch_size=10, rate=0.02, passes=6
)
TEXTS = [f"a {('dull', 'great')[i % 2]} film number {i}" for i in range(60)]


@needs_keras
@pytest.mark.parametrize("architecture", ["gated", "kim"])
def test_a_network_learns(architecture):
    settings = NetworkSettings(**vars(SETTINGS) | {"architecture": architecture})
    network = TextNetwork(settings, seed=3).fit(TEXTS, [i % 2 for i in range(60)])
    found = network.predict_proba(["a great film", "a dull film", ""])
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)
    assert found[0, 1] > 0.7
    assert found[1, 0] > 0.7
    assert network.n_bytes() > 1000


def test_without_keras_a_network_is_not_begun(monkeypatch):
    monkeypatch.setattr(networks, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match="must be installed"):
        TextNetwork(KIM).fit(TEXTS, [0] * 60)
