"""The teacher ``vectors``: naive Bayes, and small networks over document vectors of weighted n-grams."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.features.ngrams import NGrams
from movieclassifier.system.waiting import telling_of_wait
from movieclassifier.training.learners.soft_targets import SoftSGD
from movieclassifier.training.row_store import RowBlock, RowStore, hash_block
from movieclassifier.training.soft_linear import SoftLinear, SoftOptions, fit_soft
from movieclassifier.training.teachers.chosen_ngrams import ChoiceSettings, Chosen, choose_ngrams
from movieclassifier.training.teachers.document_vectors import embedding_seed, fold_labelled, train_embedding
from movieclassifier.training.teachers.embedding import EmbeddingSettings, noise_table
from movieclassifier.training.teachers.folding_in import Sphere, fold_in, make_sphere
from movieclassifier.training.teachers.lessons import Lessons, Probabilities
from movieclassifier.training.teachers.nets import NetSettings, fit_nets, net_probabilities

NAIVE_BAYES = SoftSGD(passes=3)


@dataclass(frozen=True)
class VectorsSettings:
    """Settings of the teacher.

    Parameters
    ----------
    choice : ChoiceSettings
    n_embeddings : int
        Embeddings with seeds and networks of their own, whose probabilities are averaged.
    embedding : EmbeddingSettings
    net : NetSettings
    naive_bayes_share, net_share : float
        The factors of both logarithms of probabilities in the teacher's.
    """

    choice: ChoiceSettings = field(default_factory=ChoiceSettings)
    n_embeddings: int = 2
    embedding: EmbeddingSettings = field(default_factory=EmbeddingSettings)
    net: NetSettings = field(default_factory=NetSettings)
    naive_bayes_share: float = 0.33
    net_share: float = 0.70


DEFAULTS = VectorsSettings()


@dataclass(frozen=True)
class Reader:
    """An embedding into which texts are folded, and the networks that read their vectors.

    Attributes
    ----------
    sphere : Sphere
    nets : dict of str to ndarray
        What :func:`movieclassifier.training.teachers.nets.fit_nets` returned.
    how : EmbeddingSettings
    """

    sphere: Sphere
    nets: dict[str, NDArray[Any]]
    how: EmbeddingSettings

    def probabilities(self, block: RowBlock, weights: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the probability of each class for rows of places among the chosen n-grams."""
        return net_probabilities(self.nets, fold_in(self.sphere, block.columns, block.indptr, weights, self.how))


def teach(lessons: Lessons, settings: VectorsSettings | None = None) -> Probabilities:
    """Train the teacher.

    Parameters
    ----------
    lessons : Lessons
    settings : VectorsSettings, optional

    Returns
    -------
    callable
        Texts in, the probability of each class out.

    References
    ----------
    Thongtan and Phienthrakul, ACL 2019; Bingyu and Arefyev, *The Document Vectors Using Cosine Similarity Revisited*,
    Workshop on Insights from Negative Results in NLP, ACL 2022.
    """
    settings = settings or DEFAULTS
    ngrams = settings.choice.ngrams
    rows = lessons.rows(ngrams)
    naive_bayes = fit_naive_bayes(lessons, ngrams)
    chosen = Chosen(**lessons.stages.arrays("ngrams", lambda: vars(choose_ngrams(lessons, rows, settings.choice))))
    readers = [train_reader(lessons, rows, chosen, settings, number) for number in range(settings.n_embeddings)]

    def label(texts: Sequence[str]) -> NDArray[np.float64]:
        block = hash_block(texts, ngrams)
        own = chosen.places(block)
        with ThreadPoolExecutor() as pool:  # a thread for each embedding; their order is kept
            found = pool.map(lambda reader: reader.probabilities(own, chosen.weights[-1]), readers)
            by_nets = np.mean(list(found), axis=0)
        logs = [naive_bayes.log_probabilities(block), np.log(np.maximum(by_nets, 1e-12))]
        return blend(logs, [settings.naive_bayes_share, settings.net_share])

    return label


def train_reader(lessons: Lessons, rows: RowStore, chosen: Chosen, settings: VectorsSettings, number: int) -> Reader:
    """Train one of the embeddings and the networks over it."""
    how, seed = settings.embedding, embedding_seed(lessons.seed, number)
    noise = noise_table(chosen.frequency.astype(float) * chosen.chances)
    words = train_embedding(lessons, rows, chosen, noise=noise, how=how, number=number)
    sphere = make_sphere(words.vectors, noise, how, seed)

    def folded() -> dict[str, Any]:
        return {"d": fold_labelled(lessons, rows, chosen, sphere, how)}

    vectors = lessons.stages.arrays(f"folded_{number}", folded)["d"]

    def fitted() -> dict[str, Any]:
        with telling_of_wait(f"Networks over document vectors {number + 1}", lessons.stages.show):
            return fit_nets(vectors, lessons.y, lessons.n_classes, settings.net, seed)

    return Reader(sphere, lessons.stages.arrays(f"nets_{number}", fitted), how)


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
            return vars(
                fit_soft(rows, targets, importance, n_features=ngrams.n_features, options=how, tell=progress.update)
            )

    return SoftLinear(**lessons.stages.arrays(f"naive_bayes_{ngrams.n_features}", fit))
