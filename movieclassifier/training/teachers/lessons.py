"""Lessons of a teacher: labelled texts, unlabelled ones, and a folder in which every stage is kept."""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.corpora.readers.contract import Document
from movieclassifier.features.ngrams import NGrams
from movieclassifier.system.atomic import replace_file
from movieclassifier.system.memory import peak_megabytes
from movieclassifier.system.npz import NPZ_ERRORS, open_npz, write_npz
from movieclassifier.system.progress import Progress
from movieclassifier.training.learners.log_count_ratio import default_min_df
from movieclassifier.training.row_store import RowStore, has_rows, open_rows, write_rows

COSTS = "costs.jsonl"
BATCH = 1000
MAX_ARRAYS = 1000  # in the file of one stage
# Texts in, of shape (n_texts, n_classes) the probability of each class out.
Probabilities = Callable[[Sequence[str]], NDArray[np.float64]]


@dataclass(frozen=True)
class Stages:
    """A folder in which a stage that is finished leaves a file, so that it is not done again.

    Parameters
    ----------
    folder : Path
    show : bool or None
        As for :class:`movieclassifier.system.progress.Progress`.
    """

    folder: Path
    show: bool | None = False

    def path(self, name: str) -> Path:
        """Return the path of a file in the folder."""
        return self.folder / name

    def has(self, name: str) -> bool:
        """Tell whether the arrays of a stage are there."""
        return self.path(f"{name}.npz").exists()

    def arrays(self, name: str, make: Callable[[], dict[str, Any]]) -> dict[str, NDArray[Any]]:
        """Return the arrays of a stage: those that are there, else those that `make` returns, which are kept."""
        if not self.has(name):
            self.keep(name, make())
        path = self.path(f"{name}.npz")
        try:
            with open_npz(path) as arrays:
                return arrays.read_all(MAX_ARRAYS, os.path.getsize(path))  # write_npz does not compress
        except NPZ_ERRORS as error:
            raise ValueError(f"{path} is damaged ({error}); start without resume=True.") from error

    def keep(self, name: str, arrays: dict[str, Any]) -> None:
        """Write the arrays of a stage, atomically."""
        with replace_file(self.path(f"{name}.npz")) as file:
            write_npz(file, arrays)

    def replace(self, name: str) -> AbstractContextManager[IO[Any]]:
        """Open a file that gets its name when it is complete."""
        return replace_file(self.path(name))

    def drop(self, name: str, *files: str) -> None:
        """Remove the arrays of a stage and its files, once they are no longer needed."""
        for path in (f"{name}.npz", *files):
            self.path(path).unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove the folder with everything in it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def progress(self, title: str, n: int) -> Progress:
        """Return the progress of a stage over n texts; its costs are noted when it ends well."""
        return _Stage(n, title, self)

    def costs(self) -> list[dict[str, Any]]:
        """Return seconds, CPU seconds and peak memory of every stage so far, also of those before a resumption."""
        path = self.path(COSTS)
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


class _Stage(Progress):
    """The progress of a stage, which notes what it has cost."""

    def __init__(self, n: int, title: str, stages: Stages):
        super().__init__(n, title, unit="texts", show=stages.show)
        self._stages, self._began, self._began_cpu = stages, time.perf_counter(), time.process_time()

    def __exit__(self, *exception: object) -> None:
        super().__exit__(*exception)
        if exception[0] is None:
            costs = {
                "stage": self.title,
                "seconds": round(time.perf_counter() - self._began, 2),
                "cpu_seconds": round(time.process_time() - self._began_cpu, 2),
                "peak_MB": round(peak_megabytes()),
            }
            with open(self._stages.path(COSTS), "a", encoding="utf-8") as file:
                file.write(json.dumps(costs) + "\n")


@dataclass(frozen=True)
class Lessons:
    """The texts that a teacher is trained on.

    Parameters
    ----------
    labelled : iterable of Document
        Texts and positions of classes; it can be read again and again.
    unlabelled : iterable of str
        The same of texts without labels.
    y : ndarray of shape (n_labelled,)
        Positions of the classes of the labelled texts.
    n_unlabelled : int
    n_classes : int
    stages : Stages
    seed : int
    """

    labelled: Iterable[Document]
    unlabelled: Iterable[str]
    y: NDArray[np.intp]
    n_unlabelled: int
    n_classes: int
    stages: Stages
    seed: int = 1

    @property
    def n_labelled(self) -> int:
        """Number of labelled texts."""
        return len(self.y)

    @property
    def min_df(self) -> int:
        """Fewest documents that earn a column a weight where labels alone count."""
        return default_min_df(self.n_labelled)

    def fold(self, rows: NDArray[np.integer], n_folds: int) -> NDArray[np.integer]:
        """Return the fold of some labelled texts by their numbers."""
        result: NDArray[np.integer] = np.random.RandomState(self.seed % 2**32).randint(n_folds, size=self.n_labelled)[
            np.minimum(rows, self.n_labelled - 1)
        ]
        return result

    def rows(self, ngrams: NGrams) -> RowStore:
        """Return all texts as rows on disk, the labelled ones first; they are hashed only once."""
        name = f"rows_{ngrams.n_features}_{ngrams.ngram_range[0]}{ngrams.ngram_range[1]}_{ngrams.tokenizer}"
        path = self.stages.path(name)
        if not has_rows(path):
            with self.stages.progress("Hashing", self.n_labelled + self.n_unlabelled) as progress:
                write_rows(path, _cut(self.texts(), progress), ngrams)
        return open_rows(path)

    def texts(self) -> Iterator[str]:
        """Yield all texts, the labelled ones first."""
        yield from (text for text, _ in self.labelled)
        yield from self.unlabelled


def in_batches(texts: Iterable[str], use: Callable[[list[str]], Any]) -> Iterator[Any]:
    """Yield what a function returns for a thousand texts at a time."""
    stream = iter(texts)
    while batch := list(islice(stream, BATCH)):
        yield use(batch)


def _cut(texts: Iterable[str], progress: Progress) -> Iterator[list[str]]:
    for batch in in_batches(texts, list):
        yield batch
        progress.update(len(batch))
