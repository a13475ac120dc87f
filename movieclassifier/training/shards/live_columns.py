"""Find the columns that have weights, and their ratios, on the driver."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.features.rows import Rows
from movieclassifier.training.learners.log_count_ratio import LogCountRatio
from movieclassifier.training.plan import Plan
from movieclassifier.training.shards.messages import LiveColumns

CHUNK = 2**17  # columns
N_THREADS = 4  # the workers wait meanwhile
LARGEST = np.iinfo(np.int32).max


def find_live(
    counts: LogCountRatio,
    plan: Plan,
    positions: Sequence[int],
    take: Callable[[tuple[int, ...], Any], NDArray[Any]] = np.empty,
) -> tuple[LiveColumns, NDArray[np.signedinteger]]:
    """Find the live columns with their ratios.

    Parameters
    ----------
    counts : LogCountRatio
    plan : Plan
    positions : sequence of int
        The classes that have a row of weights.
    take : callable
        Returns memory for an array, by its shape and type.

    Returns
    -------
    live : LiveColumns
    frequency : ndarray of shape (n_live,)
        Documents that have each live column.
    """
    recipe = plan.recipe
    dtype, with_ratio = recipe.ngrams.dtype, recipe.log_count_ratio
    min_df = plan.min_df if with_ratio else 1
    starts = range(0, len(counts.counts_), CHUNK)
    with ThreadPoolExecutor(N_THREADS, "live columns") as pool:
        parts = list(pool.map(lambda start: _frequent(counts.counts_[start : start + CHUNK], min_df), starts))
        n_before = [0, *accumulate(len(found) for found, _ in parts)]
        n_live = n_before[-1]
        columns, ratio = take((n_live,), np.int32), take((len(positions), n_live), dtype)
        frequency = take((n_live,), np.int32 if plan.n_fit <= LARGEST else np.int64)

        def fill(start: int, n: int, found: NDArray[np.int32], documents: NDArray[np.integer]) -> None:
            part = slice(n, n + len(found))
            columns[part], frequency[part] = found + np.int32(start), documents
            one_row = Rows(np.ones(len(found), dtype), columns[part], np.array([0, len(found)]), len(counts.counts_))
            for row, position in enumerate(positions):
                ratio[row, part] = counts.scale(one_row, position) if with_ratio else 1

        list(pool.map(fill, starts, n_before, *zip(*parts, strict=True)))
    return LiveColumns(columns, ratio), frequency


def _frequent(counts: NDArray[np.int32], min_df: int) -> tuple[NDArray[np.int32], NDArray[np.integer]]:
    """Return which columns of a chunk so many documents have, and how many these are."""
    frequency = counts[:, 0].astype(np.int64)
    for counted in counts.T[1:]:  # numpy's sum() is slow over few classes
        frequency += counted
    found = np.flatnonzero(frequency >= min_df)
    return found.astype(np.int32), frequency[found]
