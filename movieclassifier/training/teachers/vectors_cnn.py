"""The teacher ``vectors+cnn``: the network is taught by the document vectors, and both label together."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from movieclassifier.training.teachers import cnn, vectors
from movieclassifier.training.teachers.lessons import Lessons, Probabilities
from movieclassifier.training.teachers.vectors import blend


@dataclass(frozen=True)
class VectorsCnnSettings:
    """Settings of both teachers, and the factors of the logarithms of their probabilities."""

    first: vectors.VectorsSettings = field(default_factory=vectors.VectorsSettings)
    second: cnn.CnnSettings = field(default_factory=cnn.CnnSettings)
    vectors_share: float = 0.65
    cnn_share: float = 0.40


DEFAULTS = VectorsCnnSettings()


def teach(lessons: Lessons, settings: VectorsCnnSettings | None = None) -> Probabilities:
    """Train both teachers; see their modules."""
    settings = settings or DEFAULTS
    by_vectors = vectors.teach(lessons, settings.first)
    by_network = cnn.teach(lessons, settings.second, guide=by_vectors)
    shares = [settings.vectors_share, settings.cnn_share]

    def label(texts: Sequence[str]) -> NDArray[np.float64]:
        return blend([np.log(np.maximum(teacher(texts), 1e-12)) for teacher in (by_vectors, by_network)], shares)

    return label
