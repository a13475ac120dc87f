"""Hashed minibatches of shards, kept on a disk of the worker; made again where they are gone."""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.corpora.minibatches import iter_minibatches
from movieclassifier.corpora.pieces import Excerpt
from movieclassifier.features.rows import Rows
from movieclassifier.features.vectorizing import iter_vectorized
from movieclassifier.training.minibatch_cache import MinibatchCache
from movieclassifier.training.shards.messages import Shard, ShardSettings
from movieclassifier.training.shards.numbering import Numbering

MOST = np.iinfo(np.uint16).max
Minibatches = Iterator[tuple[Rows, NDArray[np.integer]]]


@dataclass(frozen=True)
class ShardColumns:
    """The columns that a shard has, in the order in which they first occur.

    Attributes
    ----------
    columns : ndarray of shape (n_columns,), int32
    frequency : ndarray of shape (n_columns,), int32, or uint16 where all documents of the shard can be counted in it
        Documents of the shard that have the column.
    """

    columns: NDArray[np.int32]
    frequency: NDArray[np.integer]


def iter_numbered(shard: Shard, settings: ShardSettings, numbering: Numbering) -> Minibatches:
    """Hash the documents of a shard, and keep its minibatches by the numbers of their columns.

    Yields
    ------
    rows : Rows
        With numbers in place of columns.
    y : ndarray of shape (n_samples,)
    """
    ngrams = settings.recipe.ngrams
    path = _cache_path(shard, settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}")
    documents = shard.documents.stream() if isinstance(shard.documents, Excerpt) else shard.documents
    minibatches = iter_minibatches(documents, settings.minibatch_size)
    hashed = iter_vectorized(minibatches, ngrams, settings.classes, n_threads=0, even=True)
    numbering.clear()
    with closing(hashed), closing(_open(unfinished, settings, 0)) as cache:
        for rows, y in hashed:
            numbered = numbering.number(rows, y)
            cache.append(numbered, y)
            yield numbered, y
    os.replace(unfinished, path)
    with open(unfinished, "wb") as file:
        _save_columns(file, numbering, shard.n_documents)
    os.replace(unfinished, _columns_path(path))


@contextmanager
def open_numbered(shard: Shard, settings: ShardSettings) -> Iterator[tuple[MinibatchCache, ShardColumns]]:
    """Open the kept minibatches of a shard, after making them where they are missing."""
    path = _cache_path(shard, settings)
    if not (path.exists() and _columns_path(path).exists()):
        fresh = Numbering(settings.recipe.ngrams.n_features, len(settings.classes))
        for _ in iter_numbered(shard, settings, fresh):
            pass
    columns = _load_columns(_columns_path(path))
    with closing(_open(path, settings, -(-shard.n_documents // settings.minibatch_size))) as cache:
        yield cache, columns


def _save_columns(file: Any, numbering: Numbering, n_documents: int) -> None:
    """Write columns and frequency as one array, of 16 bits where that suffices: new pages of a file take their time."""
    frequency = numbering.frequency.astype(np.uint16 if n_documents <= MOST else np.int32, copy=False)
    np.save(file, np.concatenate([numbering.columns.view(frequency.dtype), frequency]))


def _load_columns(path: Path) -> ShardColumns:
    both = np.asarray(np.load(path, mmap_mode="r"))
    n_columns = len(both) * both.itemsize // (both.itemsize + np.dtype(np.int32).itemsize)
    return ShardColumns(both[: -n_columns or None].view(np.int32), both[len(both) - n_columns :])


def _open(path: Path, settings: ShardSettings, n_kept: int) -> MinibatchCache:
    ngrams = settings.recipe.ngrams
    return MinibatchCache(path, ngrams.n_features, ngrams.dtype, ngrams.binary, n_kept, mapped=True)


def _cache_path(shard: Shard, settings: ShardSettings) -> Path:
    return Path(settings.cache_dir, f"movieclassifier-{settings.cache_name}", f"{shard.number}.minibatches")


def _columns_path(path: Path) -> Path:
    return path.with_suffix(".counted.npy")


def drop_caches(settings: ShardSettings) -> None:
    """Remove the minibatches that tasks of a run have kept on this machine."""
    shutil.rmtree(Path(settings.cache_dir, f"movieclassifier-{settings.cache_name}"), ignore_errors=True)
