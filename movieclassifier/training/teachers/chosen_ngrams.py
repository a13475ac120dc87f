"""Choose the n-grams that get a vector, and how much each of its own counts for a text."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from movieclassifier.features.ngrams import NGrams
from movieclassifier.training.learners.soft_targets import count_soft, soft_ratio
from movieclassifier.training.row_store import RowBlock, RowStore
from movieclassifier.training.teachers.lessons import Lessons


@dataclass(frozen=True)
class ChoiceSettings:
    """Settings of choosing the n-grams that get a vector.

    Parameters
    ----------
    ngrams : NGrams
        Which n-grams there are.
    min_df : int
        An n-gram in fewer texts, labelled and unlabelled, has no vector; a quarter of it for under 10,000 texts.
    max_ngrams : int
        Where more n-grams would have a vector, `min_df` rises until they are as few.
    chance_scale, shrink : float
        The weight of an n-gram is ``abs(r) * n / (n + shrink)``, r being its log-count ratio in n labelled texts. It is
        drawn with the chance ``min(1, chance_scale * weight)``.
    n_folds : int
        A labelled text is folded in with weights that its own fold was not counted for.
    """

    ngrams: NGrams = field(default_factory=lambda: NGrams(n_features=2**24))
    min_df: int = 8
    max_ngrams: int = 2**20
    chance_scale: float = 1.2
    shrink: float = 5.0
    n_folds: int = 5


@dataclass(frozen=True)
class Chosen:
    """The n-grams that have a vector.

    Attributes
    ----------
    columns : ndarray of shape (n_ngrams,), int32
        Ascending.
    frequency : ndarray of shape (n_ngrams,), float32
        Texts that have it.
    chances : ndarray of shape (n_ngrams,), float32
        Chance to be drawn while the vectors are trained.
    weights : ndarray of shape (n_folds + 1, n_ngrams), float32
        Weight when a text is folded in, by the labels outside of each fold; the last row counts all.
    """

    columns: NDArray[np.int32]
    frequency: NDArray[np.float32]
    chances: NDArray[np.float32]
    weights: NDArray[np.float32]

    def places(self, block: RowBlock) -> RowBlock:
        """Return rows with places among the chosen n-grams in place of columns."""
        places = np.searchsorted(self.columns, block.columns).astype(np.int32)
        places[places == len(self.columns)] = 0
        known = self.columns[places] == block.columns
        return block.keep(known, places[known])


def choose_ngrams(lessons: Lessons, rows: RowStore, settings: ChoiceSettings) -> Chosen:
    """Choose the n-grams that have a vector, and weigh each."""
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
        empty = np.empty((0, len(columns)), np.float32)
        chosen = Chosen(columns, frequency[columns, 0], chances=empty, weights=empty)
        del frequency
        counts = np.zeros((settings.n_folds, len(columns), lessons.n_classes), np.float32)
        one_hot = np.eye(lessons.n_classes, dtype=np.float32)
        for block in rows.blocks():
            for fold, part in enumerate(by_fold(lessons, block, settings.n_folds)):
                own = chosen.places(part)
                count_soft(own.columns, own.indptr, one_hot[lessons.y[part.rows]], counts[fold])
            progress.update(len(block.rows))
    in_all = counts.sum(axis=0)
    weights = np.stack([weights_of(seen, settings.shrink) for seen in (*(in_all - counts), in_all)])
    chances = np.minimum(1, np.float32(settings.chance_scale) * weights[-1])
    return Chosen(columns, chosen.frequency, chances, weights)


def weights_of(counts: NDArray[np.float32], shrink: float) -> NDArray[np.float32]:
    """Return the weight of each n-gram, from the labelled texts of each class that have it."""
    n = counts.sum(axis=1)
    positions = (1,) if counts.shape[1] == 2 else range(counts.shape[1])
    ratio = np.max([np.abs(soft_ratio(counts, 0, position)) for position in positions], axis=0)
    result: NDArray[np.float32] = (ratio * n / (n + shrink)).astype(np.float32)
    return result


def by_fold(lessons: Lessons, block: RowBlock, n_folds: int) -> Iterator[RowBlock]:
    """Yield the labelled rows of a block that belong to each fold."""
    labelled = block.rows < lessons.n_labelled
    for fold in range(n_folds):
        yield block.take(np.flatnonzero(labelled & (lessons.fold(block.rows, n_folds) == fold)))
