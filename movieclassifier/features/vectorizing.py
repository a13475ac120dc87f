"""Read and hash texts ahead of the fit, in threads; everything keeps its order."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import numpy as np
from numpy.typing import NDArray

from movieclassifier.corpora.readers.contract import Label
from movieclassifier.features.hashing import hash_texts
from movieclassifier.features.ngrams import NGrams
from movieclassifier.features.rows import Rows
from movieclassifier.system.ahead import read_ahead


def iter_vectorized(
    minibatches: Iterable[tuple[Sequence[str], Sequence[Label]]],
    ngrams: NGrams,
    classes: Sequence[Label],
    n_threads: int = 1,
    *,
    even: bool = False,
) -> Generator[tuple[Rows, NDArray[np.intp]], None, None]:
    """Hash minibatches in threads; they come out in the order in which they went in.

    Parameters
    ----------
    minibatches : iterable of (list of str, list of labels)
    ngrams : NGrams
    classes : sequence of labels
        Their positions become ``y``.
    n_threads : int
        Number of hashing threads. With 0, reading and hashing take turns in the thread that asks, which suits a process
        that has one core.
    even : bool
        As for :func:`movieclassifier.features.hashing.hash_texts`.

    Yields
    ------
    rows : Rows
    y : ndarray of shape (n_samples,)

    Raises
    ------
    ValueError
        If n_threads is below 0, or a label is not among the classes.
    """
    if n_threads < 0:
        raise ValueError(f"n_threads must be at least 0; got {n_threads}.")
    positions = {label: position for position, label in enumerate(classes)}
    hash_minibatch = partial(hash_texts, ngrams=ngrams, even=even)
    if not n_threads:
        return ((hash_minibatch(texts), _places(labels, positions)) for texts, labels in minibatches)
    return _iter_vectorized(minibatches, hash_minibatch, positions, n_threads)


def _iter_vectorized(
    minibatches: Iterable[tuple[Sequence[str], Sequence[Label]]],
    hash_minibatch: Callable[[Sequence[str]], Rows],
    positions: dict[Label, int],
    n_threads: int,
) -> Generator[tuple[Rows, NDArray[np.intp]], None, None]:
    reading = read_ahead(minibatches, size=1)
    pending: deque[tuple[Future[Rows], NDArray[np.intp]]] = deque()
    pool = ThreadPoolExecutor(n_threads, thread_name_prefix="vectorize")
    try:
        for texts, labels in reading:
            y = _places(labels, positions)
            pending.append((pool.submit(hash_minibatch, texts), y))
            del texts  # only the thread that hashes them has them now
            if len(pending) >= max(2, n_threads):
                yield _result(*pending.popleft())
        while pending:
            yield _result(*pending.popleft())
    finally:
        pool.shutdown(cancel_futures=True)
        reading.close()


def _result(rows: Future[Rows], y: NDArray[np.intp]) -> tuple[Rows, NDArray[np.intp]]:
    # In a function: a variable of the generator would keep the rows until the next are there.
    return rows.result(), y


def _places(labels: Sequence[Label], positions: dict[Label, int]) -> NDArray[np.intp]:
    try:
        return np.fromiter(map(positions.__getitem__, labels), np.intp, len(labels))
    except KeyError as error:
        known = ", ".join(map(str, positions))
        raise ValueError(f"a label must be one of {known}; got {error.args[0]!r}.") from None
