"""The minibatches of a fit: the first pass reads and vectorizes the stream, later passes read its cache."""

from collections import deque
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from movieclassifier.corpora.minibatches import iter_minibatches
from movieclassifier.corpora.readers.contract import Document
from movieclassifier.features.rows import Rows
from movieclassifier.features.vectorizing import iter_vectorized
from movieclassifier.training.checkpoints import CACHE
from movieclassifier.training.minibatch_cache import MinibatchCache
from movieclassifier.training.plan import Plan

Vectorized = Generator[tuple[Rows, NDArray[np.integer]], None, None]


def iter_first_pass(
    plan: Plan, documents: Iterator[Document], n_steps_done: int, n_threads: int, *, even: bool = False
) -> Vectorized:
    """Yield the minibatches of the stream that are not done yet, vectorized ahead; nothing behind them is read."""
    n_done = min(n_steps_done * plan.minibatch_size, plan.n_fit)
    deque(islice(documents, n_done), maxlen=0)
    minibatches = iter_minibatches(documents, plan.minibatch_size, plan.n_fit - n_done)
    return iter_vectorized(minibatches, plan.recipe.ngrams, plan.classes, n_threads, even=even)


def iter_later_passes(plan: Plan, cache: MinibatchCache, n_steps_done: int) -> Vectorized:
    """Yield the cached minibatches: in their order first, then in a new random order for each pass."""
    n = plan.n_minibatches
    first, start = divmod(n_steps_done - n, n)
    for number in range(first, plan.recipe.passes):
        order = np.random.RandomState((plan.seed + number) % 2**32).permutation(n) if number else np.arange(n)
        for place in order[start if number == first else 0 :]:
            yield cache.read(int(place))


@contextmanager
def open_cache(plan: Plan, folder: Path | None, n_steps_done: int, keep: bool) -> Iterator[MinibatchCache | None]:
    """Open the cache of minibatches that several passes need; None where there is nothing to come back to.

    Parameters
    ----------
    plan : Plan
    folder : Path, optional
        Where it lies; without it, in a temporary folder.
    n_steps_done : int
    keep : bool
        Whether it has to outlive this process, for ``--resume``.
    """
    if plan.recipe.passes == 1 or n_steps_done == plan.n_steps:
        drop_cache(folder)
        yield None
        return
    with ExitStack() as stack:
        place = folder or Path(stack.enter_context(TemporaryDirectory()))
        recipe, n_kept = plan.recipe, min(n_steps_done, plan.n_minibatches)
        nameless = not keep and not n_kept
        layout = recipe.ngrams.n_features, recipe.ngrams.dtype, recipe.ngrams.binary
        cache = MinibatchCache(place / CACHE, *layout, n_kept, nameless=nameless)
        yield stack.enter_context(cache)


def drop_cache(folder: Path | None) -> None:
    """Remove the cache of a run that nobody can go on with."""
    if folder is not None:
        (folder / CACHE).unlink(missing_ok=True)
