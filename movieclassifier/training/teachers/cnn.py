"""The teacher ``cnn``: a gated convolution over words, taught by naive Bayes first, then by labels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.features.ngrams import NGrams
from movieclassifier.training.row_store import has_rows, hash_block, open_rows, write_blocks
from movieclassifier.training.teachers.lessons import Lessons, Probabilities, in_batches
from movieclassifier.training.teachers.networks import (
    NetworkSettings,
    Vocabulary,
    build,
    count_words,
    predict,
    train,
    weights_of,
)
from movieclassifier.training.teachers.vectors import blend, fit_naive_bayes
from movieclassifier.training.teachers.word_vectors import fit_word_vectors

WINDOW = 5000  # rows


@dataclass(frozen=True)
class CnnSettings:
    """Settings of the teacher.

    Parameters
    ----------
    network : NetworkSettings
    ngrams : NGrams
        Of the naive Bayes that it sets out from.
    label_weight : float
        Probability that a label gives to its class.
    first_passes : int
        Passes over the texts without labels alone, before those over all texts.
    first_rate : float
    naive_bayes_share, network_share : float
        The factors of both logarithms of probabilities in the teacher's.
    """

    network: NetworkSettings = field(default_factory=lambda: NetworkSettings(passes=2))
    ngrams: NGrams = field(default_factory=lambda: NGrams(n_features=2**24))
    label_weight: float = 0.98
    first_passes: int = 2
    first_rate: float = 1.5e-3
    naive_bayes_share: float = 0.3
    network_share: float = 0.7


DEFAULTS = CnnSettings()


def teach(lessons: Lessons, settings: CnnSettings | None = None, guide: Probabilities | None = None) -> Probabilities:
    """Train the teacher.

    Parameters
    ----------
    lessons : Lessons
    settings : CnnSettings, optional
    guide : callable, optional
        Texts in, the probabilities that texts without labels are given out; naive Bayes by default.

    Returns
    -------
    callable
        Texts in, the probability of each class out. The same machine with the same number of threads gives the same
        bits; another may not.

    Raises
    ------
    ValueError
        If no word is frequent enough.
    """
    settings = settings or DEFAULTS
    naive_bayes = fit_naive_bayes(lessons, settings.ngrams)

    def by_words(texts: Sequence[str]) -> NDArray[np.float64]:
        return np.exp(naive_bayes.log_probabilities(hash_block(texts, settings.ngrams)))

    network, vocabulary = _trained(lessons, settings, guide or by_words)

    def label(texts: Sequence[str]) -> NDArray[np.float64]:
        by_network = predict(network, vocabulary.numbers(texts))
        if guide is not None:
            return by_network
        logs = [np.log(np.maximum(found, 1e-12)) for found in (by_words(texts), by_network)]
        return blend(logs, [settings.naive_bayes_share, settings.network_share])

    return label


def _trained(lessons: Lessons, settings: CnnSettings, guide: Probabilities) -> tuple[Any, Vocabulary]:
    stages, how = lessons.stages, settings.network
    found = stages.arrays("words", lambda: dict(zip(("words", "counts"), _counted(lessons, how), strict=True)))
    vocabulary = Vocabulary(found["words"].tolist(), how)
    vectors = stages.arrays("word_vectors", lambda: {"v": _word_vectors(lessons, vocabulary, found["counts"], how)})
    network = build(vectors["v"], lessons.n_classes, how, lessons.seed)

    def fit() -> dict[str, Any]:
        numbers = _written_numbers(lessons, vocabulary, how)
        soft = np.concatenate(list(in_batches(lessons.unlabelled, guide))).astype(np.float32)
        rest = (1 - settings.label_weight) / (lessons.n_classes - 1)
        hard = np.where(np.eye(lessons.n_classes)[lessons.y] > 0, settings.label_weight, rest).astype(np.float32)
        targets = np.concatenate([hard, soft])
        first = NetworkSettings(**vars(how) | {"passes": settings.first_passes, "rate": settings.first_rate})
        n_visits = first.passes * len(soft) + how.passes * len(targets)
        with stages.progress("Network", n_visits) as progress:
            for start, passes in ((lessons.n_labelled, first), (0, how)):
                rows = np.arange(start, len(targets))

                def batches(number: int, rows: NDArray[np.intp] = rows) -> Iterator[Any]:
                    order = np.random.RandomState((lessons.seed + number) % 2**32).permutation(rows)
                    for place in range(0, len(order), WINDOW):
                        part = order[place : place + WINDOW]
                        yield np.array(numbers[np.sort(part)])[np.argsort(np.argsort(part))], targets[part]
                        progress.update(len(part))

                train(network, batches, len(rows), passes)
        return {f"weights_{number}": array for number, array in enumerate(weights_of(network))}

    arrays = stages.arrays("network", fit)
    network.set_weights([arrays[f"weights_{number}"] for number in range(len(arrays))])
    return network, vocabulary


def _counted(lessons: Lessons, how: NetworkSettings) -> tuple[NDArray[np.str_], NDArray[np.int64]]:
    words, counts = count_words(lessons.texts(), how)
    if not words:
        raise ValueError("no word is frequent enough; pass more unlabelled texts.")
    return np.array(words), counts


def _word_vectors(
    lessons: Lessons, vocabulary: Vocabulary, counts: NDArray[np.int64], how: NetworkSettings
) -> NDArray[np.float32]:
    """Return the vectors of words, trained on all texts."""
    path, settings = lessons.stages.path("words.i4"), how.word_vectors
    if not has_rows(path):
        write_blocks(path, in_batches(lessons.texts(), vocabulary.known))
    rows = open_rows(path)
    with lessons.stages.progress("Word vectors", settings.n_passes(int(counts.sum())) * rows.n_rows) as progress:
        windows = lambda number: rows.windows(lessons.seed + number)  # noqa: E731
        return fit_word_vectors(counts, windows, settings, lessons.seed, progress.update)


def _written_numbers(lessons: Lessons, vocabulary: Vocabulary, how: NetworkSettings) -> NDArray[np.int32]:
    """Return the numbers of the words of all texts, which lie on disk."""
    path = lessons.stages.path("numbers.i4")
    if not path.exists():
        with lessons.stages.replace("numbers.i4") as file:
            for part in in_batches(lessons.texts(), vocabulary.numbers):
                file.write(part.tobytes())
    return np.memmap(path, np.int32, "r").reshape(-1, how.n_tokens)
