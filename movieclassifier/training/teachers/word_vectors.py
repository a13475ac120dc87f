"""Word vectors: a word is foretold from the mean of its neighbours (CBOW with negative sampling).

The function that ends in ``_in_python`` is the definition; the compiled twin gives the same bits.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.system.compiled import vectors_twin
from movieclassifier.training.row_store import RowBlock
from movieclassifier.training.teachers.arithmetic import draw, lane_dot
from movieclassifier.training.teachers.embedding import noise_table, start_vectors, thresholds

MOST_PASSES = 20
LARGEST = 6.0  # product of two vectors beyond which the sigmoid is that of this
SIGMOID = (1 / (1 + np.exp(-np.linspace(-LARGEST, LARGEST, 4097)))).astype(np.float32)
# The number of a pass in, some texts as rows of word numbers and the order to visit them in at a time out.
Windows = Callable[[int], Iterable[tuple[RowBlock, NDArray[np.int32]]]]


@dataclass(frozen=True)
class WordVectorSettings:
    """Settings of word vectors.

    Parameters
    ----------
    size : int
        Length of a vector, a multiple of 16.
    window : int
        Most neighbours on either side; each word is given a random number of them up to this one.
    sample : float
        A word of a larger share of all words than this is left out at random, the more often the larger its share.
    n_negatives : int
    passes : int
    n_least : int
        Further passes are taken, up to twenty, until as many words were visited: few texts tell little of a word.
    rate : float
        It falls to 0 in a straight line.
    mean_norm : float
        Mean length that the finished vectors are brought to.

    References
    ----------
    Mikolov et al., *Distributed Representations of Words and Phrases and their Compositionality*, NIPS 2013.
    """

    size: int = 64
    window: int = 5
    sample: float = 1e-4
    n_negatives: int = 5
    passes: int = 2
    n_least: int = 25_000_000
    rate: float = 0.05
    mean_norm: float = 1.6

    def n_passes(self, n_words: int) -> int:
        """Return how many passes are taken over texts of so many words.

        Examples
        --------
        >>> [WordVectorSettings().n_passes(n) for n in (10_000, 6_000_000, 20_000_000)]
        [20, 5, 2]
        """
        return max(self.passes, min(MOST_PASSES, -(-self.n_least // max(1, n_words))))


def fit_word_vectors(
    counts: NDArray[np.int64],
    windows: Windows,
    settings: WordVectorSettings,
    seed: int,
    tell: Callable[[int], None] = lambda n: None,
) -> NDArray[np.float32]:
    """Train the vectors of words.

    Parameters
    ----------
    counts : ndarray of shape (n_words,)
        How often each word occurs.
    windows : callable
    settings : WordVectorSettings
    seed : int
    tell : callable, optional
        Called with the number of texts of each step.

    Returns
    -------
    ndarray of shape (n_words, size), float32
    """
    inputs = start_vectors(np.random.RandomState(seed % 2**32), len(counts), settings.size)
    outputs = np.zeros_like(inputs)
    noise, kept = noise_table(counts.astype(float)), thresholds(keep_chances(counts, settings.sample))
    state = np.array([seed % 2**32 + 1], np.uint64)
    twin = vectors_twin()
    train: Any = cbow_in_python if twin is None else twin.cbow
    n_passes = settings.n_passes(int(counts.sum()))
    n_words, n_done = n_passes * int(counts.sum()), 0
    for number in range(n_passes):
        for block, order in windows(number):
            rate = settings.rate * max(1e-4, 1 - n_done / n_words)
            rows = (block.columns, block.indptr, order, kept, noise, state)
            train(inputs, outputs, *rows, settings.window, settings.n_negatives, rate, LARGEST, SIGMOID)
            n_done += len(block.columns)
            tell(len(order))
    lengths = np.sqrt(np.einsum("ij,ij->i", inputs, inputs, dtype=np.float64))
    result: NDArray[np.float32] = inputs * np.float32(settings.mean_norm / max(lengths.mean(), 1e-12))
    return result


def keep_chances(counts: NDArray[np.int64], sample: float) -> NDArray[np.float64]:
    """Return the chance of each word to be kept.

    Examples
    --------
    >>> keep_chances(np.array([1, 99]), 0.01).round(2).tolist()
    [1.0, 0.11]
    """
    ratio = sample * counts.sum() / np.maximum(counts, 1)
    result: NDArray[np.float64] = np.minimum(1, np.sqrt(ratio) + ratio)
    return result


def cbow_in_python(
    inputs: NDArray[np.float32],
    outputs: NDArray[np.float32],
    columns: NDArray[np.int32],
    indptr: NDArray[np.int64],
    order: NDArray[np.int32],
    kept: NDArray[np.uint32],
    noise: NDArray[np.int32],
    state: NDArray[np.uint64],
    window: int,
    n_negatives: int,
    rate: float,
    largest: float,
    table: NDArray[np.float32],
) -> None:
    """Visit texts once, by the definition.

    Parameters
    ----------
    inputs, outputs : ndarray of shape (n_words, size)
        The vectors of words as neighbours and as what is foretold; changed in place.
    columns, indptr : ndarray
        The words of each text.
    order : ndarray of shape (n,)
    kept : ndarray of shape (n_words,)
        Of :func:`keep_chances`, as thresholds.
    noise : ndarray
        Its length is a power of two.
    state : ndarray of shape (1,)
        Of the random numbers.
    window, n_negatives : int
    rate : float
    largest : float
    table : ndarray
        The sigmoid from -largest to largest.
    """
    random = int(state[0])
    for row in order.tolist():
        words = []
        for word in columns[indptr[row] : indptr[row + 1]].tolist():
            random, number = draw(random)
            if number < kept[word]:
                words.append(word)
        for place, word in enumerate(words):
            random, number = draw(random)
            reach = 1 + number % window
            around = words[max(0, place - reach) : place] + words[place + 1 : place + 1 + reach]
            if not around:
                continue
            mean = np.zeros(inputs.shape[1], np.float32)
            for neighbour in around:
                mean += np.float32(1 / len(around)) * inputs[neighbour]
            change = np.zeros_like(mean)
            for k in range(n_negatives + 1):
                target = word
                if k:
                    random, number = draw(random)
                    target = int(noise[number & (len(noise) - 1)])
                    if target == word:
                        continue
                step = np.float32(rate * (float(k == 0) - float(_look_up(mean, outputs[target], largest, table))))
                change += step * outputs[target]
                outputs[target] += step * mean
            for neighbour in around:
                inputs[neighbour] += change
    state[0] = random


def _look_up(
    mean: NDArray[np.float32], target: NDArray[np.float32], largest: float, table: NDArray[np.float32]
) -> np.float32:
    product = max(-largest, min(float(lane_dot(mean, target)), largest))
    return np.float32(table[int((product / largest + 1) * 0.5 * (len(table) - 1) + 0.5)])
