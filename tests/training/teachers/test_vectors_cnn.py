"""Three teachers: document vectors teach a network and a linear layer, and all label together."""

import numpy as np
import pytest

from movieclassifier.features.ngrams import NGrams
from movieclassifier.training.row_store import hash_block
from movieclassifier.training.soft_linear import SoftLinear
from movieclassifier.training.teachers import cnn, vectors
from movieclassifier.training.teachers.chosen_ngrams import ChoiceSettings
from movieclassifier.training.teachers.lessons import Lessons, Stages
from movieclassifier.training.teachers.vectors import VectorsSettings, blend
from movieclassifier.training.teachers.vectors_cnn import DEFAULTS, VectorsCnnSettings, teach

NGRAMS = NGrams(n_features=2**10, ngram_range=(1, 1))
SETTINGS = VectorsCnnSettings(
    VectorsSettings(ChoiceSettings(NGRAMS)), vectors_share=0.5, linear_share=0.25, guided_share=-0.5, cnn_share=2.0
)


@pytest.fixture
def lessons(tmp_path):
    labelled = [(f"a {('dull', 'great')[i % 2]} film", i % 2) for i in range(80)]
    return Lessons(labelled, ["a great story", "a dull story"] * 20, np.arange(80) % 2, 40, 2, Stages(tmp_path))


def test_vectors_teach_the_network_and_a_linear_layer_and_all_are_blended(lessons, monkeypatch):
    one, two, three = np.array([0.2, 0.8]), np.array([0.6, 0.4]), np.array([0.3, 0.7])
    asked = []

    def by_vectors(texts):
        return np.array([one if "great" in text else one[::-1] for text in texts])

    def teach_network(lessons, settings, soft):
        asked.append((settings, soft))
        return [lambda texts, row=row: np.tile(row, (len(texts), 1)) for row in (two, one, three)]

    monkeypatch.setattr(vectors, "teach", lambda lessons, settings: by_vectors)
    monkeypatch.setattr(cnn, "teach_steps", teach_network)
    found = teach(lessons, SETTINGS)(["a great text"])
    [(settings, soft)] = asked
    assert settings == SETTINGS.second
    np.testing.assert_allclose(soft, by_vectors(lessons.unlabelled), rtol=1e-6)
    linear = SoftLinear(**lessons.stages.arrays("linear", dict))
    by_words = linear.log_probabilities(hash_block(["a great text"], NGRAMS))
    assert by_words[0, 1] > by_words[0, 0]
    # Of the network's steps the first and the last have a share.
    logs = [np.log(one[None]), by_words, np.log(two[None]), np.log(three[None])]
    np.testing.assert_allclose(found, blend(logs, [0.5, 0.25, -0.5, 2.0]))
    assert "Linear layer" in [cost["stage"] for cost in lessons.stages.costs()]


def test_the_network_is_taught_by_the_document_vectors_first_and_by_labels_last():
    first, last = DEFAULTS.second.steps()
    assert (first.labelled, first.unlabelled, last.labelled, last.unlabelled) == (False, True, True, False)
