"""Document vectors: texts and n-grams as points on one sphere, near where an n-gram tells of its text.

The functions that end in ``_in_python`` are the definition; the compiled twin gives the same bits.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.system.compiled import vectors_twin
from movieclassifier.training.teachers.arithmetic import draw, lane_dot, look_up

SCALE = 6.0
N_SIGMOID = 4097
# The sigmoid of 6 times a cosine from -1 to 1.
SIGMOID = (1 / (1 + np.exp(-SCALE * np.linspace(-1, 1, N_SIGMOID)))).astype(np.float32)
N_NOISE = 2**22


@dataclass(frozen=True)
class EmbeddingSettings:
    """Settings of document vectors.

    Parameters
    ----------
    size : int
        Length of a vector, a multiple of 16.
    epochs : int
    first_rate, last_rate : float
        Learning rate; it falls in a straight line.
    n_negatives : int
        N-grams of the noise that a text is pushed from for each of its own.
    n_pool : int
        The negatives are taken in turns from a pool of so many, of which one is exchanged at a time.
    n_fold_negatives, n_fold_steps, fold_rate : int, int, float
        How a text is folded in that the vectors were not trained on.

    References
    ----------
    Thongtan and Phienthrakul, *Sentiment Classification Using Document Embeddings Trained with Cosine Similarity*,
    ACL 2019 (student research workshop).
    """

    size: int = 128
    epochs: int = 8
    first_rate: float = 1e-3
    last_rate: float = 1e-4
    n_negatives: int = 5
    n_pool: int = 512
    n_fold_negatives: int = 1000
    n_fold_steps: int = 5
    fold_rate: float = 0.7

    def rate(self, share: float) -> float:
        """Return the learning rate when a share of all steps is done."""
        return self.first_rate + (self.last_rate - self.first_rate) * share


@dataclass
class EmbeddingNGrams:
    """The n-grams of an embedding under way.

    Attributes
    ----------
    vectors : ndarray of shape (n_ngrams, size), float32
    squares : ndarray of shape (n_ngrams,), float64
        Squared norms of the vectors.
    pool : ndarray of shape (n_pool,), int32
    state : ndarray of shape (3,), uint64
        The random numbers, and the places in the pool where the next is taken out and put in.
    """

    vectors: NDArray[np.float32]
    squares: NDArray[np.float64]
    pool: NDArray[np.int32]
    state: NDArray[np.uint64]


def make_words(n_ngrams: int, noise: NDArray[np.int32], settings: EmbeddingSettings, seed: int) -> EmbeddingNGrams:
    """Return n-grams at random places, and a pool drawn from the noise."""
    rng = np.random.RandomState(seed)
    vectors = start_vectors(rng, n_ngrams, settings.size)
    pool = noise[rng.randint(len(noise), size=settings.n_pool)]
    state = np.array([rng.randint(1, 2**31), 0, 0], np.uint64)
    return EmbeddingNGrams(vectors, squared_norms(vectors), pool, state)


def start_vectors(rng: np.random.RandomState, n: int, size: int) -> NDArray[np.float32]:
    """Return random vectors, each number evenly from -1/2 to 1/2, divided by the size."""
    vectors = np.empty((n, size), np.float32)
    for start in range(0, n, 2**14):
        part = vectors[start : start + 2**14]
        part[:] = (rng.random_sample(part.shape) - 0.5) / size
    return vectors


def squared_norms(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the squared norm of each vector."""
    result: NDArray[np.float64] = np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64)
    return result


def noise_table(frequencies: NDArray[np.float64], n: int = N_NOISE) -> NDArray[np.int32]:
    """Return n-grams in which each stands about as often as its frequency to the power of 0.75 asks for.

    Parameters
    ----------
    frequencies : ndarray of shape (n_ngrams,)
    n : int
        A power of two.

    Returns
    -------
    ndarray of shape (n,)

    Examples
    --------
    >>> noise_table(np.array([1.0, 0.0, 16.0]), 8).tolist()
    [0, 2, 2, 2, 2, 2, 2, 2]
    """
    sums = np.cumsum(frequencies**0.75)
    places = (np.arange(n) + 0.5) / n * sums[-1]
    result: NDArray[np.int32] = np.minimum(np.searchsorted(sums, places, side="right"), len(sums) - 1).astype(np.int32)
    return result


def thresholds(chances: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Return the chance of each n-gram to be drawn, as the 32-bit number that a random one must be below."""
    return np.minimum(np.round(chances * 2**32), 2**32 - 1).astype(np.uint32)


def train_vectors(
    words: EmbeddingNGrams,
    documents: NDArray[np.float32],
    columns: NDArray[np.int32],
    indptr: NDArray[np.int64],
    order: NDArray[np.int32],
    chances: NDArray[np.uint32],
    noise: NDArray[np.int32],
    settings: EmbeddingSettings,
    rate: float,
) -> None:
    """Visit documents once: draw n-grams of each, pull both together, and push the document from the noise.

    The loss of a pair is ``-log sigmoid(6 cos(d, w))``, and ``-log sigmoid(-6 cos(d, w))`` for the noise.

    Parameters
    ----------
    words : EmbeddingNGrams
        Changed in place.
    documents : ndarray of shape (n_documents, size)
        Changed in place.
    columns, indptr : ndarray
        The n-grams of each document.
    order : ndarray of shape (n,)
    chances : ndarray of shape (n_ngrams,)
        What :func:`thresholds` returned.
    noise : ndarray
        What :func:`noise_table` returned.
    settings : EmbeddingSettings
    rate : float
    """
    twin = vectors_twin()
    train: Any = train_in_python if twin is None else twin.train
    state = (words.vectors, words.squares, documents, squared_norms(documents))
    rows = (columns, indptr, order, chances, noise, words.pool, words.state)
    train(*state, *rows, settings.n_negatives, rate, SIGMOID)


def train_in_python(
    words: NDArray[np.float32],
    word_squares: NDArray[np.float64],
    documents: NDArray[np.float32],
    document_squares: NDArray[np.float64],
    columns: NDArray[np.int32],
    indptr: NDArray[np.int64],
    order: NDArray[np.int32],
    chances: NDArray[np.uint32],
    noise: NDArray[np.int32],
    pool: NDArray[np.int32],
    state: NDArray[np.uint64],
    n_negatives: int,
    rate: float,
    table: NDArray[np.float32],
) -> None:
    """Do as :func:`train_vectors` says, by the definition."""
    random, next_out, next_in = (int(number) for number in state)
    for row in order.tolist():
        drawn = []
        for word in columns[indptr[row] : indptr[row + 1]].tolist():
            random, number = draw(random)
            if number < chances[word]:
                drawn.append(word)
        for word in drawn:
            pairs = [(word, True)]
            for _ in range(n_negatives):
                pairs.append((int(pool[next_out]), False))
                next_out = (next_out + 1) % len(pool)
            for other, together in pairs:
                d, w = (documents[row], document_squares[row]), (words[other], word_squares[other])
                document_squares[row], word_squares[other] = _pull(d, w, together, rate, table)
            random, number = draw(random)
            pool[next_in] = noise[number & (len(noise) - 1)]
            next_in = (next_in + 1) % len(pool)
    state[:] = random, next_out, next_in


def _pull(
    document: tuple[NDArray[np.float32], float],
    word: tuple[NDArray[np.float32], float],
    together: bool,
    rate: float,
    table: NDArray[np.float32],
) -> tuple[float, float]:
    """Move two vectors in place, each with its squared norm; return the new squared norms."""
    (d, d_square), (w, w_square) = document, word
    length = math.sqrt(d_square * w_square)
    cosine = max(-1.0, min(float(lane_dot(d, w)) / length, 1.0))
    step = rate * 6 * (together - float(look_up(cosine, table)))
    keep_d, keep_w, take = (
        np.float32(x) for x in (1 - step * cosine / d_square, 1 - step * cosine / w_square, step / length)
    )
    old_d = d.copy()
    d[:] = keep_d * d + take * w
    w[:] = keep_w * w + take * old_d
    # A step goes at right angles to the vector, so that its length never falls, however large the step is.
    aside = step * step * (1 - cosine * cosine)
    return d_square + aside / d_square, w_square + aside / w_square
