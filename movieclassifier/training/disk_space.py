"""Whether there is room on the disk for what a training writes, asked before it begins."""

import errno
import math
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from movieclassifier.training.plan import Plan

# Of English text, in the tokens of the default recipe.
BYTES_PER_TOKEN = 5
# One number of four bytes for each n-gram of a text; a few come twice.
BYTES_PER_NGRAM = 4
# Of n n-grams about n ** 0.95 are different, and a quarter of the columns of a large corpus are in four documents.
DIFFERENT, FEW_ARE_LIVE = 0.95, 4
# A step from the column before, and a count; a weight has a step, too.
BYTES_PER_COUNT, BYTES_PER_WEIGHT = 2, 5


def size_of(paths: Iterable[str | os.PathLike[str]]) -> int:
    """Return the bytes of files; those of an archive, an address or a folder are not known, and count as 0."""
    return sum(os.path.getsize(path) for path in paths if os.path.isfile(path))


def bytes_to_write(plan: Plan, n_bytes: int, *, pickles: bool) -> dict[str, int]:
    """Return about how many bytes each part of a training puts on the disk at most.

    Parameters
    ----------
    plan : Plan
    n_bytes : int
        Of the corpus.
    pickles : bool
        Whether the model is pickled, too.

    Returns
    -------
    dict of str to int
        For the ``model``, for the ``checkpoints``, of which two are there at a time and the arrays of one more, and for
        the ``minibatches`` of several passes or of shards.

    Examples
    --------
    >>> from movieclassifier import make_recipe
    >>> bytes_to_write(Plan(make_recipe("default"), (0, 1), (500, 500), 1000), n_bytes=10**6, pickles=True)
    {'model': 17966896, 'checkpoints': 6245820, 'minibatches': 0}
    """
    recipe = plan.recipe
    ngrams, n_classes, passes = recipe.ngrams, len(plan.classes), recipe.passes
    itemsize = np.dtype(ngrams.dtype).itemsize
    n_ngrams = n_bytes // BYTES_PER_TOKEN * (1 + ngrams.ngram_range[1] - ngrams.ngram_range[0])
    n_seen = int(ngrams.n_features * -math.expm1(-(n_ngrams**DIFFERENT) / ngrams.n_features))
    n_live = n_seen if plan.min_df == 1 else n_seen // FEW_ARE_LIVE
    n_rows = 1 if n_classes == 2 else n_classes
    weights = n_live * n_rows * BYTES_PER_WEIGHT * itemsize // 4
    pickled = ngrams.n_features * itemsize if n_rows == 1 else 2 * n_live * n_rows * itemsize
    state = n_seen * BYTES_PER_COUNT * n_rows + weights * (3 if passes > 1 else 1)
    several = passes > 1 or plan.n_shards > 1
    minibatches = n_ngrams * BYTES_PER_NGRAM if several else 0
    if plan.n_shards > 1:
        minibatches += minibatches // 2 + n_bytes  # the columns of each shard and how often they occur, and the texts
    model = pickles * pickled + n_live * n_rows * itemsize
    return {"model": model, "checkpoints": 3 * state, "minibatches": minibatches}


def check_disk(folder: str | os.PathLike[str], needed: dict[str, int]) -> None:
    """Refuse a training that the disk has no room for.

    Parameters
    ----------
    folder : str or path-like
        Where it writes; it exists.
    needed : dict of str to int
        As :func:`bytes_to_write` returns it.

    Raises
    ------
    OSError
        If there is too little room.
    """
    free = shutil.disk_usage(Path(folder)).free
    if sum(needed.values()) > free:
        raise OSError(
            errno.ENOSPC,
            f"training writes up to {describe(needed)}, and {_megabytes(free)} are free; make room, or pass a folder "
            "on a different disk with --model",
            os.fspath(folder),
        )


def describe(needed: dict[str, int]) -> str:
    """Say how many bytes are written for what.

    Examples
    --------
    >>> describe({"model": 17_000_000, "checkpoints": 20_000_000, "minibatches": 0})
    '37 MB (17 MB for the model, 20 MB for the checkpoints)'
    """
    parts = [f"{_megabytes(size)} for the {name}" for name, size in needed.items() if size]
    return f"{_megabytes(sum(needed.values()))} ({', '.join(parts)})"


def _megabytes(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:,.0f} MB"
