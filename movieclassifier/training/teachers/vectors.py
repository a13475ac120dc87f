"""The teacher ``vectors``: naive Bayes, and a small network over document vectors of weighted n-grams."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.features.ngrams import NGrams
from movieclassifier.training.learners.soft_targets import SoftSGD, count_soft, soft_ratio
from movieclassifier.training.row_store import Block, RowStore, hash_block
from movieclassifier.training.soft_linear import SoftLinear, SoftOptions, fit_soft
from movieclassifier.training.teachers import embedding
from movieclassifier.training.teachers.embedding import EmbeddingSettings, Words
from movieclassifier.training.teachers.folding import Sphere, fold_in, make_sphere
from movieclassifier.training.teachers.lessons import Lessons, Probabilities
from movieclassifier.training.teachers.nets import NetSettings, fit_nets, net_probabilities

NAIVE_BAYES = SoftSGD(passes=3)


@dataclass(frozen=True)
class Settings:
    """Settings of the teacher.

    Parameters
    ----------
    ngrams : NGrams
        Which n-grams there are.
    min_df : int
        An n-gram in fewer texts, labelled and unlabelled, has no vector; a quarter of it for under 10,000 texts.
    max_ngrams : int
        Where more n-grams would have a vector, `min_df` rises until they are as few.
    chance_scale, shrink : float
        An n-gram is drawn with the chance ``min(1, chance_scale * abs(r) * n / (n + shrink))``, r being its log-count
        ratio in n labelled texts.
    n_folds : int
        A labelled text is folded in with chances that its own fold was not counted for.
    naive_bayes_share, net_share : float
        The factors of both logarithms of probabilities in the teacher's.
    only_unlabelled : bool
        Whether the embedding leaves labelled texts out. It then knows of them as little as of new texts. On folds of
        the training half of aclImdb that is as good as an embedding of all texts (.925 against .924), and quicker.
    embedding : EmbeddingSettings
    net : NetSettings
    """

    ngrams: NGrams = field(default_factory=lambda: NGrams(n_features=2**24))
    min_df: int = 8
    max_ngrams: int = 2**20
    chance_scale: float = 1.2
    shrink: float = 5.0
    n_folds: int = 5
    naive_bayes_share: float = 0.33
    net_share: float = 0.70
    only_unlabelled: bool = True
    embedding: EmbeddingSettings = field(default_factory=EmbeddingSettings)
    net: NetSettings = field(default_factory=NetSettings)


@dataclass(frozen=True)
class Chosen:
    """The n-grams that have a vector.

    Attributes
    ----------
    columns : ndarray of shape (n_ngrams,), int32
        Ascending.
    frequency : ndarray of shape (n_ngrams,), float32
        Texts that have it.
    chances : ndarray of shape (n_folds + 1, n_ngrams), float32
        Chance to be drawn, by the labels outside of each fold; the last row counts all.
    """

    columns: NDArray[np.int32]
    frequency: NDArray[np.float32]
    chances: NDArray[np.float32]

    def places(self, block: Block) -> Block:
        """Return rows with places among the chosen n-grams in place of columns."""
        places = np.searchsorted(self.columns, block.columns).astype(np.int32)
        places[places == len(self.columns)] = 0
        known = self.columns[places] == block.columns
        return block.keep(known, places[known])


def teach(lessons: Lessons, settings: Settings | None = None) -> Probabilities:
    """Train the teacher.

    Parameters
    ----------
    lessons : Lessons
    settings : Settings, optional

    Returns
    -------
    callable
        Texts in, the probability of each class out.

    References
    ----------
    Thongtan and Phienthrakul, ACL 2019; Bingyu and Arefyev, *The Document Vectors Using Cosine Similarity Revisited*,
    Workshop on Insights from Negative Results in NLP, ACL 2022.
    """
    settings = settings or Settings()
    rows = lessons.rows(settings.ngrams)
    naive_bayes = fit_naive_bayes(lessons, settings.ngrams)
    chosen = Chosen(**lessons.stages.arrays("ngrams", lambda: vars(choose_ngrams(lessons, rows, settings))))
    noise = embedding.noise_table(chosen.frequency.astype(float) * chosen.chances[-1])
    words = train_embedding(lessons, rows, chosen, noise, settings)
    sphere = make_sphere(words.vectors, noise, settings.embedding, lessons.seed)
    vectors = lessons.stages.arrays("folded", lambda: {"d": fold_labelled(lessons, rows, chosen, sphere, settings)})
    nets = lessons.stages.arrays(
        "nets", lambda: fit_nets(vectors["d"], lessons.y, lessons.n_classes, settings.net, lessons.seed)
    )

    def label(texts: Sequence[str]) -> NDArray[np.float64]:
        block = hash_block(texts, settings.ngrams)
        own = chosen.places(block)
        folded = fold_in(sphere, own.columns, own.indptr, chosen.chances[-1], settings.embedding)
        by_net = np.log(np.maximum(net_probabilities(nets, folded), 1e-12))
        by_words = naive_bayes.log_probabilities(block)
        return blend([by_words, by_net], [settings.naive_bayes_share, settings.net_share])

    return label


def blend(logs: Sequence[NDArray[np.float64]], shares: Sequence[float]) -> NDArray[np.float64]:
    """Return the probabilities whose logarithms are a weighted sum of others, up to a constant.

    Examples
    --------
    >>> blend([np.log([[0.2, 0.8]]), np.log([[0.5, 0.5]])], [1.0, 3.0]).round(2).tolist()
    [[0.2, 0.8]]
    """
    total = sum(share * log for share, log in zip(shares, logs, strict=True))
    powers = np.exp(total - np.max(total, axis=1, keepdims=True))
    result: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return result


def fit_naive_bayes(lessons: Lessons, ngrams: NGrams) -> SoftLinear:
    """Fit the linear model on the labels alone."""
    rows = lessons.rows(ngrams)

    def fit() -> dict[str, Any]:
        n_passes = NAIVE_BAYES.passes + 1
        with lessons.stages.progress("Naive Bayes", n_passes * lessons.n_labelled) as progress:
            targets = np.eye(lessons.n_classes, dtype=np.float32)[lessons.y]
            importance = np.ones(len(targets), np.float32)
            how = SoftOptions(lessons.min_df, NAIVE_BAYES, lessons.seed)
            return vars(fit_soft(rows, targets, importance, ngrams.n_features, how, progress.update))

    return SoftLinear(**lessons.stages.arrays(f"naive_bayes_{ngrams.n_features}", fit))


def choose_ngrams(lessons: Lessons, rows: RowStore, settings: Settings) -> Chosen:
    """Choose the n-grams that have a vector, and the chance of each to be drawn."""
    with lessons.stages.progress("Counting n-grams", 2 * rows.n_rows) as progress:
        frequency = np.zeros((settings.ngrams.n_features, 1), np.float32)
        for block in rows.blocks():
            count_soft(block.columns, block.indptr, np.ones((len(block.rows), 1), np.float32), frequency)
            progress.update(len(block.rows))
        min_df = settings.min_df if rows.n_rows >= 10_000 else max(1, settings.min_df // 4)
        while np.count_nonzero(frequency >= min_df) > settings.max_ngrams:
            min_df += 1
        columns = np.flatnonzero(frequency[:, 0] >= min_df).astype(np.int32)
        if not len(columns):
            raise ValueError(f"no n-gram is in {min_df} texts; pass more unlabelled texts.")
        chosen = Chosen(columns, frequency[columns, 0], np.empty((0, len(columns)), np.float32))
        del frequency
        counts = np.zeros((settings.n_folds, len(columns), lessons.n_classes), np.float32)
        one_hot = np.eye(lessons.n_classes, dtype=np.float32)
        for block in rows.blocks():
            for fold, part in enumerate(_by_fold(lessons, block, settings.n_folds)):
                own = chosen.places(part)
                count_soft(own.columns, own.indptr, one_hot[lessons.y[part.rows]], counts[fold])
            progress.update(len(block.rows))
    in_all = counts.sum(axis=0)
    chances = np.stack([chances_of(seen, settings) for seen in (*(in_all - counts), in_all)])
    return Chosen(columns, chosen.frequency, chances)


def chances_of(counts: NDArray[np.float32], settings: Settings) -> NDArray[np.float32]:
    """Return the chance of each n-gram to be drawn, from the labelled texts of each class that have it."""
    n = counts.sum(axis=1)
    positions = (1,) if counts.shape[1] == 2 else range(counts.shape[1])
    ratio = np.max([np.abs(soft_ratio(counts, 0, position)) for position in positions], axis=0)
    chance = np.minimum(1, settings.chance_scale * ratio * n / (n + settings.shrink))
    result: NDArray[np.float32] = chance.astype(np.float32)
    return result


def _by_fold(lessons: Lessons, block: Block, n_folds: int) -> Iterator[Block]:
    """Yield the labelled rows of a block that belong to each fold."""
    labelled = block.rows < lessons.n_labelled
    for fold in range(n_folds):
        yield block.take(np.flatnonzero(labelled & (lessons.fold(block.rows, n_folds) == fold)))


def train_embedding(
    lessons: Lessons, rows: RowStore, chosen: Chosen, noise: NDArray[np.int32], settings: Settings
) -> Words:
    """Train the vectors of all n-grams; each epoch is kept, with the vectors of the texts beside it."""
    how, stages = settings.embedding, lessons.stages
    chances = embedding.thresholds(chosen.chances[-1].astype(float))

    def start() -> dict[str, Any]:
        return vars(embedding.make_words(len(chosen.columns), noise, how, lessons.seed))

    n_done = max((epoch for epoch in range(how.epochs + 1) if stages.has(_epoch_name(epoch))), default=-1)
    words = Words(**stages.arrays(_epoch_name(max(n_done, 0)), start))
    for epoch in range(max(n_done, 0), how.epochs):
        title = f"Document vectors, epoch {epoch + 1} of {how.epochs}"
        with stages.progress(title, rows.n_rows) as progress, stages.replace(f"texts_{epoch + 1}.f4") as file:
            visit = _Visit(lessons, rows, chosen, settings, epoch)
            for window, order in rows.windows(lessons.seed + epoch):
                documents = visit.read(window.rows)
                own = chosen.places(window)
                order = order[window.rows[order] >= lessons.n_labelled] if settings.only_unlabelled else order
                rate = how.rate((epoch + progress.n_done / rows.n_rows) / how.epochs)
                embedding.train_vectors(words, documents, own.columns, own.indptr, order, chances, noise, how, rate)
                visit.write(file, window.rows, documents)
                progress.update(len(window.rows))
        stages.keep(_epoch_name(epoch + 1), vars(words))
        stages.drop(_epoch_name(epoch), f"texts_{epoch}.f4")
    return words


def _epoch_name(epoch: int) -> str:
    return f"embedding_{epoch}"


class _Visit:
    """The vectors of the texts in one epoch: read from the file of the epoch before, written to a new one."""

    def __init__(self, lessons: Lessons, rows: RowStore, chosen: Chosen, settings: Settings, epoch: int):
        self._size, self._seed, self._epoch = settings.embedding.size, lessons.seed, epoch
        self._before = lessons.stages.path(f"texts_{epoch}.f4")

    def read(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the vectors of some rows, blocks of consecutive ones."""
        runs = np.split(rows, np.flatnonzero(np.diff(rows) != 1) + 1)
        return np.concatenate([self._read_run(int(run[0]), len(run)) for run in runs])

    def _read_run(self, first: int, n: int) -> NDArray[np.float32]:
        if self._epoch == 0:
            rng = np.random.RandomState((self._seed * 1_000_003 + first) % 2**32)
            return embedding.start_vectors(rng, n, self._size)
        width = 4 * self._size
        return np.fromfile(self._before, np.float32, n * self._size, offset=first * width).reshape(n, self._size)

    def write(self, file: Any, rows: NDArray[np.int64], documents: NDArray[np.float32]) -> None:
        """Write the vectors to their places."""
        breaks = np.flatnonzero(np.diff(rows) != 1) + 1
        for run, part in zip(np.split(rows, breaks), np.split(documents, breaks), strict=True):
            file.seek(int(run[0]) * 4 * self._size)
            file.write(part.tobytes())


def fold_labelled(
    lessons: Lessons, rows: RowStore, chosen: Chosen, sphere: Sphere, settings: Settings
) -> NDArray[np.float32]:
    """Return the vectors of the labelled texts, each folded in with the chances of the other folds."""
    vectors = np.zeros((lessons.n_labelled, settings.embedding.size), np.float32)
    with lessons.stages.progress("Folding labelled texts in", lessons.n_labelled) as progress:
        for block in rows.blocks():
            if block.rows[0] >= lessons.n_labelled:
                break
            for fold, part in enumerate(_by_fold(lessons, block, settings.n_folds)):
                own = chosen.places(part)
                chances = chosen.chances[fold]
                vectors[part.rows] = fold_in(sphere, own.columns, own.indptr, chances, settings.embedding)
                progress.update(len(part.rows))
    return vectors
