"""The teacher ``vectors+cnn``: document vectors teach a network and a linear layer, and all three label together.

Before the network has seen a label, it repeats the document vectors and their mistakes. What it then learns from labels
is evidence of its own: its probabilities after the last step count with a positive factor, and those after the first
step with a negative one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from movieclassifier.training.row_store import hash_block
from movieclassifier.training.soft_linear import SoftLinear
from movieclassifier.training.teachers import cnn, vectors
from movieclassifier.training.teachers.lessons import Lessons, Probabilities, in_batches
from movieclassifier.training.teachers.linear_student import fit_on_both
from movieclassifier.training.teachers.networks import NetworkSettings
from movieclassifier.training.teachers.vectors import blend


@dataclass(frozen=True)
class VectorsCnnSettings:
    """Settings of both teachers, and the factors of the logarithms of probabilities.

    Parameters
    ----------
    first : VectorsSettings
    second : CnnSettings
        Its first step has the document vectors' probabilities alone, its last step has labels.
    vectors_share, linear_share : float
        The factors of the document vectors, and of a linear layer that they have taught.
    guided_share, cnn_share : float
        The factors of the network after its first step, and after its last.
    """

    first: vectors.VectorsSettings = field(default_factory=vectors.VectorsSettings)
    second: cnn.CnnSettings = field(
        default_factory=lambda: cnn.CnnSettings(network=NetworkSettings(passes=0), last_passes=0, label_passes=2)
    )
    vectors_share: float = 0.6
    linear_share: float = 0.3
    guided_share: float = -0.7
    cnn_share: float = 1.0


DEFAULTS = VectorsCnnSettings()


def teach(lessons: Lessons, settings: VectorsCnnSettings | None = None) -> Probabilities:
    """Train all three; see the modules of both teachers."""
    settings = settings or DEFAULTS
    ngrams = settings.first.choice.ngrams
    by_vectors = vectors.teach(lessons, settings.first)

    def labelled() -> dict[str, NDArray[np.float32]]:
        with lessons.stages.progress("Labelling for the network", lessons.n_unlabelled) as progress:
            parts = []
            for part in in_batches(lessons.unlabelled, by_vectors):
                parts.append(part)
                progress.update(len(part))
            return {"probabilities": np.concatenate(parts).astype(np.float32)}

    soft = lessons.stages.arrays("guide", labelled)["probabilities"]
    fit = lambda: fit_on_both(lessons, soft, ngrams, title="Linear layer")  # noqa: E731
    linear = SoftLinear(**lessons.stages.arrays("linear", fit))
    steps = cnn.teach_steps(lessons, settings.second, soft)
    shares = [settings.vectors_share, settings.linear_share, settings.guided_share, settings.cnn_share]

    def label(texts: Sequence[str]) -> NDArray[np.float64]:
        found = [np.log(np.maximum(by(texts), 1e-12)) for by in (by_vectors, steps[0], steps[-1])]
        found.insert(1, linear.log_probabilities(hash_block(texts, ngrams)))
        return blend(found, shares)

    return label
