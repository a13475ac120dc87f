"""Folding texts into a finished embedding: the place on its sphere of a text that it was not trained on.

The function that ends in ``_in_python`` is the definition; the compiled twin gives the same bits.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.system.compiled import vectors_twin
from movieclassifier.training.teachers.arithmetic import lane_dot, look_up
from movieclassifier.training.teachers.embedding import SIGMOID, EmbeddingSettings, squared_norms


@dataclass(frozen=True)
class Sphere:
    """A finished embedding, into which texts are folded.

    Attributes
    ----------
    vectors : ndarray of shape (n_ngrams, size), float32
        Of length 1.
    negatives : ndarray of shape (n_negatives, size), float32
        Vectors of the noise.
    negative_sum : ndarray of shape (size,), float32
    """

    vectors: NDArray[np.float32]
    negatives: NDArray[np.float32]
    negative_sum: NDArray[np.float32]


def make_sphere(
    vectors: NDArray[np.float32], noise: NDArray[np.int32], settings: EmbeddingSettings, seed: int
) -> Sphere:
    """Bring the vectors to length 1, in place, and draw the negatives that all texts share."""
    for start in range(0, len(vectors), 2**14):
        part = vectors[start : start + 2**14]
        part /= np.sqrt(squared_norms(part))[:, None].astype(np.float32)
    drawn = np.random.RandomState(seed).randint(len(noise), size=settings.n_fold_negatives)
    negatives = vectors[noise[drawn]]
    return Sphere(vectors, negatives, negatives.sum(axis=0, dtype=np.float64).astype(np.float32))


def fold_in(
    sphere: Sphere,
    columns: NDArray[np.int32],
    indptr: NDArray[np.int64],
    weights: NDArray[np.float32],
    settings: EmbeddingSettings,
) -> NDArray[np.float32]:
    """Return the vectors of texts that the embedding was not trained on.

    The loss of a text is that of its training, summed over all its n-grams by their weights and over the same
    negatives for every text. A step down from 0 gives a direction, a few more along the sphere the place. A weight may
    be above 1, unlike a chance to be drawn: an n-gram that tells more about the class moves its text further.

    Parameters
    ----------
    sphere : Sphere
    columns, indptr : ndarray
        The n-grams of each text.
    weights : ndarray of shape (n_ngrams,)
        At least 0; only their proportions count.
    settings : EmbeddingSettings

    Returns
    -------
    ndarray of shape (n_texts, size)
        Of length 1; 0 for a text without n-grams.
    """
    documents = np.empty((len(indptr) - 1, sphere.vectors.shape[1]), np.float32)
    twin = vectors_twin()
    fold: Any = fold_in_python if twin is None else twin.fold_in
    how = (float(settings.n_negatives), settings.n_fold_steps, settings.fold_rate, SIGMOID)
    fold(sphere.vectors, columns, indptr, weights, sphere.negatives, sphere.negative_sum, *how, documents)
    return documents


def fold_in_python(
    words: NDArray[np.float32],
    columns: NDArray[np.int32],
    indptr: NDArray[np.int64],
    weights: NDArray[np.float32],
    negatives: NDArray[np.float32],
    negative_sum: NDArray[np.float32],
    n_negatives: float,
    n_steps: int,
    rate: float,
    table: NDArray[np.float32],
    documents: NDArray[np.float32],
) -> None:
    """Do as :func:`fold_in` says, by the definition."""
    for row, d in enumerate(documents):
        own = columns[indptr[row] : indptr[row + 1]]
        weight = sum(weights[own].astype(float).tolist())
        d[:] = 0
        if weight == 0:
            continue
        share = weight * n_negatives / len(negatives)
        own = own[weights[own] > 0]
        _add_scaled(d, words[own], weights[own])
        d += np.float32(-share) * negative_sum
        _to_unit(d)
        for _ in range(n_steps):
            slope = np.zeros_like(d)
            inward = np.array([1 - look_up(float(lane_dot(d, word)), table) for word in words[own]], np.float32)
            _add_scaled(slope, words[own], weights[own] * inward)
            near = np.array([-share * float(look_up(float(lane_dot(d, word)), table)) for word in negatives])
            _add_scaled(slope, negatives, near.astype(np.float32))
            slope += -lane_dot(d, slope) * d
            d += np.float32(rate / weight) * slope
            _to_unit(d)


def _add_scaled(total: NDArray[np.float32], vectors: NDArray[np.float32], factors: NDArray[np.float32]) -> None:
    for vector, factor in zip(vectors, factors, strict=True):
        total += factor * vector


def _to_unit(d: NDArray[np.float32]) -> None:
    length = math.sqrt(float(lane_dot(d, d)))
    if length > 0:
        d[:] = (d.astype(np.float64) / length).astype(np.float32)
