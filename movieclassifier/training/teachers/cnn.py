"""The teacher ``cnn``: a gated convolution over words, taught by naive Bayes first, then by labels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple

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


class Step(NamedTuple):
    """A step of training, which goes on with the weights of the step before.

    Attributes
    ----------
    title : str
    how : NetworkSettings
    labelled, unlabelled : bool
        Which texts take part.
    """

    title: str
    how: NetworkSettings
    labelled: bool = True
    unlabelled: bool = True


@dataclass(frozen=True)
class CnnSettings:
    """Settings of the teacher. A step without passes is left out.

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
    last_passes : int
        Passes over all texts after those, in which more tokens of each are read.
    last_rate : float
    last_tokens : tuple of (int, int)
        The first and the last tokens that are read in these passes. A text to label is read as in the last step.
    label_passes : int
        Passes over the labelled texts alone, at the end.
    label_rate : float
    naive_bayes_share, network_share : float
        The factors of both logarithms of probabilities in the teacher's.
    """

    network: NetworkSettings = field(default_factory=lambda: NetworkSettings(passes=2))
    ngrams: NGrams = field(default_factory=lambda: NGrams(n_features=2**24))
    label_weight: float = 0.98
    first_passes: int = 2
    first_rate: float = 1.5e-3
    last_passes: int = 1
    last_rate: float = 1e-3
    last_tokens: tuple[int, int] = (128, 272)
    label_passes: int = 0
    label_rate: float = 1e-3
    naive_bayes_share: float = 0.3
    network_share: float = 0.7

    def steps(self) -> list[Step]:
        """Return the steps of training."""
        first = replace(self.network, passes=self.first_passes, rate=self.first_rate)
        n_first, n_last = self.last_tokens
        last = replace(self.network, passes=self.last_passes, rate=self.last_rate, n_first=n_first, n_last=n_last)
        labels = replace(self.network, passes=self.label_passes, rate=self.label_rate)
        steps = [
            Step("texts without labels", first, labelled=False),
            Step("all texts", self.network),
            Step("more tokens", last),
            Step("labelled texts", labels, unlabelled=False),
        ]
        return [step for step in steps if step.how.passes]


DEFAULTS = CnnSettings()


def teach(lessons: Lessons, settings: CnnSettings | None = None) -> Probabilities:
    """Train the teacher.

    Parameters
    ----------
    lessons : Lessons
    settings : CnnSettings, optional

    Returns
    -------
    callable
        Texts in, the probability of each class out. The same machine with the same number of threads gives the same
        bits; a different machine may not.

    Raises
    ------
    ValueError
        If no word is frequent enough.
    """
    settings = settings or DEFAULTS
    naive_bayes = fit_naive_bayes(lessons, settings.ngrams)

    def by_words(texts: Sequence[str]) -> NDArray[np.float64]:
        return np.exp(naive_bayes.log_probabilities(hash_block(texts, settings.ngrams)))

    soft = np.concatenate(list(in_batches(lessons.unlabelled, by_words))).astype(np.float32)
    by_network = teach_steps(lessons, settings, soft)[-1]

    def label(texts: Sequence[str]) -> NDArray[np.float64]:
        logs = [np.log(np.maximum(found, 1e-12)) for found in (by_words(texts), by_network(texts))]
        return blend(logs, [settings.naive_bayes_share, settings.network_share])

    return label


def teach_steps(lessons: Lessons, settings: CnnSettings, soft: NDArray[np.float32]) -> list[Probabilities]:
    """Train the network, and return the function from texts to probabilities that it was after each step.

    Parameters
    ----------
    lessons : Lessons
    settings : CnnSettings
    soft : ndarray of shape (n_unlabelled, n_classes)
        The probabilities that the texts without labels are given.

    Returns
    -------
    list of callable
        As :func:`teach` returns one.

    Raises
    ------
    ValueError
        If no word is frequent enough.
    """
    stages, how = lessons.stages, settings.network
    found = stages.arrays("words", lambda: dict(zip(("words", "counts"), _counted(lessons, how), strict=True)))
    words = Vocabulary(found["words"].tolist(), how)
    vectors = stages.arrays("word_vectors", lambda: {"v": _word_vectors(lessons, words, found["counts"], how)})["v"]
    rest = (1 - settings.label_weight) / (lessons.n_classes - 1)
    hard = np.where(np.eye(lessons.n_classes)[lessons.y] > 0, settings.label_weight, rest).astype(np.float32)
    targets = np.concatenate([hard, soft])
    weights: list[NDArray[Any]] = []
    functions = []
    for number, step in enumerate(settings.steps()):
        network = build(vectors, lessons.n_classes, step.how, lessons.seed)
        if weights:
            network.set_weights(weights)
        vocabulary = Vocabulary(words.words, step.how)
        fit = partial(_fit, lessons, network, step, vocabulary=vocabulary, targets=targets)
        arrays = stages.arrays(f"network_{number}", fit)
        weights = [arrays[f"weights_{place}"] for place in range(len(arrays))]
        network.set_weights(weights)
        functions.append(_by_network(network, vocabulary))
    return functions


def _by_network(network: Any, vocabulary: Vocabulary) -> Probabilities:
    return lambda texts: predict(network, vocabulary.numbers(texts))


def _fit(
    lessons: Lessons, network: Any, step: Step, vocabulary: Vocabulary, targets: NDArray[np.float32]
) -> dict[str, NDArray[Any]]:
    """Train a network on some rows of all texts; return its weights."""
    numbers = _written_numbers(lessons, vocabulary, step.how)
    first, stop = 0 if step.labelled else lessons.n_labelled, None if step.unlabelled else lessons.n_labelled
    rows = np.arange(len(targets))[first:stop]
    with lessons.stages.progress(f"Network, {step.title}", step.how.passes * len(rows)) as progress:

        def batches(number: int) -> Iterator[Any]:
            order = np.random.RandomState((lessons.seed + number) % 2**32).permutation(rows)
            for place in range(0, len(order), WINDOW):
                part = order[place : place + WINDOW]
                yield np.array(numbers[np.sort(part)])[np.argsort(np.argsort(part))], targets[part]
                progress.update(len(part))

        train(network, batches, len(rows), step.how)
    return {f"weights_{number}": array for number, array in enumerate(weights_of(network))}


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
    path = lessons.stages.path(f"numbers_{how.n_first}_{how.n_last}.i4")
    if not path.exists():
        with lessons.stages.replace(path.name) as file:
            for part in in_batches(lessons.texts(), vocabulary.numbers):
                file.write(part.tobytes())
    return np.memmap(path, np.int32, "r").reshape(-1, how.n_tokens)
