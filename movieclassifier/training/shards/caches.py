"""Hashed minibatches of shards, kept on a disk of the worker; made again where they are gone."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from movieclassifier.corpora.minibatches import iter_minibatches
from movieclassifier.features.rows import Rows
from movieclassifier.features.vectorizing import iter_vectorized
from movieclassifier.system.compiled import numbering_twin
from movieclassifier.training.minibatch_cache import MinibatchCache
from movieclassifier.training.shards.messages import Shard, ShardSettings

Minibatches = Iterator[tuple[Rows, NDArray[np.integer]]]


@dataclass(frozen=True)
class ShardColumns:
    """The live columns that a shard has, in the order in which they first occur.

    Attributes
    ----------
    places : ndarray of shape (n_columns,), int32
        Positions among the live columns.
    frequency : ndarray of shape (n_columns,), int64
        Documents of the shard that have the column.
    """

    places: NDArray[np.int32]
    frequency: NDArray[np.int64]


class LiveColumns:
    """The live columns of a model, with what is made of them once for all shards of a task.

    Parameters
    ----------
    columns : ndarray of shape (n_live,), int32
        Ascending.
    n_features : int
    """

    def __init__(self, columns: NDArray[np.int32], n_features: int):
        self.columns, self.n_features = columns, n_features

    @cached_property
    def digest(self) -> str:
        """Names the caches that belong to these columns."""
        return hashlib.blake2b(self.columns.tobytes(), digest_size=8).hexdigest()

    @cached_property
    def lookup(self) -> NDArray[np.int32]:
        """The position of each column among the live ones, or -1."""
        lookup = np.full(self.n_features, -1, np.int32)
        lookup[self.columns] = np.arange(len(self.columns), dtype=np.int32)
        return lookup

    @cached_property
    def unnumbered(self) -> NDArray[np.int32]:
        """For each column -2 if it is live, else -1."""
        table = np.full(self.n_features, -1, np.int32)
        table[self.columns] = -2
        return table


@contextmanager
def open_live(
    shard: Shard, settings: ShardSettings, live: LiveColumns
) -> Iterator[tuple[MinibatchCache, ShardColumns]]:
    """Open the minibatches of a shard at the live columns that it has, making them where they are missing.

    The columns are numbered as they occur, and what a shard costs does not grow with the columns of the corpus.
    """
    path = _cache_path(shard, settings, f"live-{live.digest}")
    facts = path.with_suffix(".npy")
    if not (path.exists() and facts.exists()):
        _write_live(shard, settings, live, path, facts)
    places, frequency = np.load(facts)
    with closing(_open(path, settings, len(live.columns), _n_minibatches(shard, settings))) as cache:
        yield cache, ShardColumns(places.astype(np.int32), frequency)


def _write_live(shard: Shard, settings: ShardSettings, live: LiveColumns, path: Path, facts: Path) -> None:
    """Write the minibatches of a shard at its live columns, and which columns these are."""
    numbering = (_Numbering if numbering_twin() is None else _CompiledNumbering)(live)
    minibatches = ((numbering.keep(rows), y) for rows, y in iter_hashed(shard, settings))
    for _ in _iter_kept(minibatches, path, settings, len(live.columns)):
        pass
    places, frequency = live.lookup[numbering.found()], numbering.frequency[: numbering.n]
    unfinished = facts.with_suffix(f".{os.getpid()}.npy")
    np.save(unfinished, np.stack([places.astype(np.int64), frequency]))
    os.replace(unfinished, facts)


class _Numbering:
    """Numbers for the live columns of a shard as they occur, and how often each has occurred."""

    def __init__(self, live: LiveColumns):
        n_live = len(live.columns)
        self._live, self._numbers = live, np.full(n_live, -1, np.int32)
        self._found: list[NDArray[np.int32]] = [np.empty(0, np.int32)]
        self.frequency, self.n = np.zeros(n_live, np.int64), 0

    def keep(self, rows: Rows) -> Rows:
        """Keep the live columns of a minibatch, by their numbers; all others have a ratio of 0."""
        places = self._live.lookup[rows.columns]
        kept = places >= 0
        ends = np.concatenate([[0], np.cumsum(kept)]).astype(np.int32)
        return Rows(rows.data[kept], self._numbers_of(places[kept]), ends[rows.indptr], len(self._numbers))

    def _numbers_of(self, places: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the numbers of places, new ones included."""
        new = places[self._numbers[places] < 0]
        # Of equal places the last one written stays, and is the only one that finds its own position again.
        order = np.arange(len(new), dtype=np.int32)
        self._numbers[new] = order
        new = new[self._numbers[new] == order]
        self._numbers[new] = np.arange(self.n, self.n + len(new), dtype=np.int32)
        self._found.append(new)
        self.n += len(new)
        numbers = self._numbers[places]
        self.frequency[: self.n] += np.bincount(numbers, minlength=self.n)
        return numbers

    def found(self) -> NDArray[np.int32]:
        """Return the column of each number."""
        return self._live.columns[np.concatenate(self._found)]


class _CompiledNumbering:
    """The same by the compiled twin, in one look at each column."""

    def __init__(self, live: LiveColumns):
        self._table = live.unnumbered.copy()
        self._found = np.empty(len(live.columns), np.int32)
        self.frequency, self.n = np.zeros(len(live.columns), np.int64), 0

    def keep(self, rows: Rows) -> Rows:
        """Keep the live columns of a minibatch, by their numbers."""
        numbers, ends, values = np.empty_like(rows.columns), np.empty_like(rows.indptr), np.empty_like(rows.data)
        twin = numbering_twin()
        self.n = twin.keep_live(
            rows.columns,
            rows.indptr,
            rows.data,
            self._table,
            self._found,
            self.frequency,
            self.n,
            numbers,
            ends,
            values,
        )
        n = int(ends[-1])
        return Rows(values[:n], numbers[:n], ends, len(self._found))

    def found(self) -> NDArray[np.int32]:
        """Return the column of each number."""
        return self._found[: self.n]


def iter_hashed(shard: Shard, settings: ShardSettings, anew: bool = False) -> Minibatches:
    """Yield the hashed minibatches of a shard; they are kept, and hashed again only where they are gone."""
    ngrams = settings.recipe.ngrams
    path = _cache_path(shard, settings, "hashed")
    if anew or not path.exists():
        minibatches = iter_minibatches(shard.documents, settings.minibatch_size)
        yield from _iter_kept(iter_vectorized(minibatches, ngrams, settings.classes), path, settings, ngrams.n_features)
        return
    n = _n_minibatches(shard, settings)
    with closing(_open(path, settings, ngrams.n_features, n)) as cache:
        yield from map(cache.read, range(n))


def _iter_kept(minibatches: Minibatches, path: Path, settings: ShardSettings, n_columns: int) -> Minibatches:
    """Yield minibatches while they are written; the file gets its name when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}")
    with closing(_open(unfinished, settings, n_columns, 0)) as cache:
        for rows, y in minibatches:
            cache.append(rows, y)
            yield rows, y
    os.replace(unfinished, path)


def _open(path: Path, settings: ShardSettings, n_columns: int, n_kept: int) -> MinibatchCache:
    ngrams = settings.recipe.ngrams
    return MinibatchCache(path, n_columns, ngrams.dtype, ngrams.binary, n_kept)


def _n_minibatches(shard: Shard, settings: ShardSettings) -> int:
    return -(-shard.n_documents // settings.minibatch_size)


def _cache_path(shard: Shard, settings: ShardSettings, kind: str) -> Path:
    return Path(settings.cache_dir, f"movieclassifier-{settings.run}", f"{shard.number}-{kind}.minibatches")


def drop_caches(settings: ShardSettings) -> None:
    """Remove the minibatches that tasks of a run have kept on this machine."""
    shutil.rmtree(Path(settings.cache_dir, f"movieclassifier-{settings.run}"), ignore_errors=True)
