"""Two teachers in a row: the second is taught by the first, and both label together."""

import numpy as np

from movieclassifier.training.teachers import cnn, vectors
from movieclassifier.training.teachers.vectors import blend
from movieclassifier.training.teachers.vectors_cnn import VectorsCnnSettings, teach


def test_second_teacher_is_guided_by_the_first_and_both_are_blended(monkeypatch):
    one, two = np.array([[0.2, 0.8]]), np.array([[0.6, 0.4]])
    asked = []

    def by_vectors(texts):
        return one

    def teach_network(lessons, settings, guide):
        asked.append((settings, guide))
        return lambda texts: two

    monkeypatch.setattr(vectors, "teach", lambda lessons, settings: by_vectors)
    monkeypatch.setattr(cnn, "teach", teach_network)
    settings = VectorsCnnSettings(vectors_share=0.5, cnn_share=2.0)
    found = teach(None, settings)(["a text"])
    assert asked == [(settings.second, by_vectors)]
    np.testing.assert_allclose(found, blend([np.log(one), np.log(two)], [0.5, 2.0]))
