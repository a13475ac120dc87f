"""The vectors of all n-grams and texts, trained epoch by epoch on rows from disk; each epoch is kept."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.training.row_store import RowStore
from movieclassifier.training.teachers import embedding
from movieclassifier.training.teachers.chosen_ngrams import Chosen, by_fold
from movieclassifier.training.teachers.embedding import EmbeddingNGrams, EmbeddingSettings
from movieclassifier.training.teachers.folding_in import Sphere, fold_in
from movieclassifier.training.teachers.lessons import Lessons


def embedding_seed(seed: int, number: int) -> int:
    """Return the seed of one of several embeddings.

    Examples
    --------
    >>> embedding_seed(1, 0), embedding_seed(1, 1)
    (1, 1001)
    """
    return (seed + 1000 * number) % 2**32


def train_embedding(
    lessons: Lessons, rows: RowStore, chosen: Chosen, noise: NDArray[np.int32], how: EmbeddingSettings, number: int = 0
) -> EmbeddingNGrams:
    """Train the vectors of all n-grams; each epoch is kept with the vectors of the texts.

    Parameters
    ----------
    lessons : Lessons
    rows : RowStore
        All texts, with and without labels.
    chosen : Chosen
    noise : ndarray
    how : EmbeddingSettings
    number : int
        Of the embedding; each has a seed and files of its own.

    Returns
    -------
    EmbeddingNGrams
    """
    stages, seed = lessons.stages, embedding_seed(lessons.seed, number)
    chances = embedding.thresholds(chosen.chances.astype(float))

    def start() -> dict[str, Any]:
        return vars(embedding.make_words(len(chosen.columns), noise, how, seed))

    names = [f"embedding_{number}_{epoch}" for epoch in range(how.epochs + 1)]
    n_done = max((epoch for epoch, name in enumerate(names) if stages.has(name)), default=0)
    words = EmbeddingNGrams(**stages.arrays(names[n_done], start))
    for epoch in range(n_done, how.epochs):
        before, after = (stages.path(f"texts_{number}_{n}.f4") for n in (epoch, epoch + 1))
        visit = _Visit(before if epoch else None, how.size, seed)
        title = f"Document vectors {number + 1}, epoch {epoch + 1} of {how.epochs}"
        with stages.progress(title, rows.n_rows) as progress, stages.replace(after.name) as file:
            for window, order in rows.windows(seed + epoch):
                documents = visit.read(window.rows)
                own = chosen.places(window)
                rate = how.rate((epoch + progress.n_done / rows.n_rows) / how.epochs)
                embedding.train_vectors(
                    words,
                    documents,
                    own.columns,
                    indptr=own.indptr,
                    order=order,
                    chances=chances,
                    noise=noise,
                    settings=how,
                    rate=rate,
                )
                visit.write(file, window.rows, documents)
                progress.update(len(window.rows))
        stages.keep(names[epoch + 1], vars(words))
        stages.drop(names[epoch], before.name)
    return words


class _Visit:
    """The vectors of the texts in one epoch: read from the file of the epoch before, written to a new one."""

    def __init__(self, before: Path | None, size: int, seed: int):
        self._before, self._size, self._seed = before, size, seed

    def read(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the vectors of some rows, blocks of consecutive ones."""
        runs = np.split(rows, np.flatnonzero(np.diff(rows) != 1) + 1)
        return np.concatenate([self._read_run(int(run[0]), len(run)) for run in runs])

    def _read_run(self, first: int, n: int) -> NDArray[np.float32]:
        if self._before is None:
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
    lessons: Lessons, rows: RowStore, chosen: Chosen, sphere: Sphere, how: EmbeddingSettings
) -> NDArray[np.float32]:
    """Return the vectors of the labelled texts, each folded in with the weights of the other folds."""
    n_folds = len(chosen.weights) - 1
    vectors = np.zeros((lessons.n_labelled, how.size), np.float32)
    with lessons.stages.progress("Folding labelled texts in", lessons.n_labelled) as progress:
        for block in rows.blocks():
            if block.rows[0] >= lessons.n_labelled:
                break
            for fold, part in enumerate(by_fold(lessons, block, n_folds)):
                own = chosen.places(part)
                vectors[part.rows] = fold_in(sphere, own.columns, own.indptr, chosen.weights[fold], how)
                progress.update(len(part.rows))
    return vectors
