"""Read and vectorize ahead of the fit, in threads, without changing the order of anything."""

import queue
import threading
from collections import deque
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from movieclassifier.datasets import Label
from movieclassifier.hashing import hash_texts
from movieclassifier.recipes import Recipe

T = TypeVar("T")
END = object()


def read_ahead(items: Iterable[T], size: int = 4) -> Generator[T, None, None]:
    """Iterate in a thread of its own, at most `size` items ahead.

    An exception of the iterable is raised here, after the items before it. Closing the generator ends the thread.

    Examples
    --------
    >>> list(read_ahead(range(3)))
    [0, 1, 2]
    """
    if size < 1:
        raise ValueError(f"size must be at least 1; got {size}.")
    return _read_ahead(items, size)


def _read_ahead(items: Iterable[T], size: int) -> Generator[T, None, None]:
    ahead: queue.Queue[Any] = queue.Queue(size)
    stopped = threading.Event()

    def put(item: object) -> bool:
        while not stopped.is_set():
            try:
                ahead.put(item, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def read() -> None:
        try:
            for item in items:
                if not put((item, None)):
                    return
            put((END, None))
        except BaseException as error:  # whatever ends the reader is raised where its items are used
            put((END, error))

    thread = threading.Thread(target=read, name="read_ahead", daemon=True)
    thread.start()
    try:
        while True:
            item, error = ahead.get()
            if error is not None:
                raise error
            if item is END:
                return
            yield item
    finally:
        stopped.set()
        thread.join()


def vectorize(texts: Sequence[str], recipe: Recipe) -> csr_matrix:
    """Return what the vectorizer of a recipe returns, without scikit-learn where the compiled twin is installed."""
    X = csr_matrix(hash_texts(texts, recipe), shape=(len(texts), recipe.n_features))
    X.has_canonical_format = True  # sorted and without duplicates, which spares a check of every row
    return X


def iter_vectorized(
    minibatches: Iterable[tuple[Sequence[str], Sequence[Label]]],
    recipe: Recipe,
    classes: Sequence[Label],
    n_threads: int = 1,
) -> Generator[tuple[csr_matrix, NDArray[np.intp]], None, None]:
    """Vectorize minibatches in threads of their own; they come out in the order in which they went in.

    Parameters
    ----------
    minibatches : iterable of (list of str, list of labels)
    recipe : Recipe
    classes : sequence of labels
        Their positions become ``y``.
    n_threads : int
        Number of vectorizing threads.

    Yields
    ------
    X : csr_matrix of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,)

    Raises
    ------
    ValueError
        If n_threads is below 1, or a label is not among the classes.
    """
    if n_threads < 1:
        raise ValueError(f"n_threads must be at least 1; got {n_threads}.")
    positions = {label: position for position, label in enumerate(classes)}
    return _iter_vectorized(minibatches, recipe, positions, n_threads)


def _iter_vectorized(
    minibatches: Iterable[tuple[Sequence[str], Sequence[Label]]],
    recipe: Recipe,
    positions: dict[Label, int],
    n_threads: int,
) -> Generator[tuple[csr_matrix, NDArray[np.intp]], None, None]:
    reading = read_ahead(minibatches)
    pending: deque[tuple[Future[csr_matrix], NDArray[np.intp]]] = deque()
    pool = ThreadPoolExecutor(n_threads, thread_name_prefix="vectorize")
    try:
        for texts, labels in reading:
            y = np.array([_position(label, positions) for label in labels], dtype=np.intp)
            pending.append((pool.submit(vectorize, texts, recipe), y))
            if len(pending) > n_threads + 1:
                X, y = pending.popleft()
                yield X.result(), y
        while pending:
            X, y = pending.popleft()
            yield X.result(), y
    finally:
        pool.shutdown(cancel_futures=True)
        reading.close()


def import_ahead(module: str) -> None:
    """Import a module in a thread of its own, while others compute; who needs it then waits only for what is left."""

    def load() -> None:
        # An ImportError is raised again where the module is needed, a RuntimeError says that the program is ending.
        with suppress(ImportError, RuntimeError):
            import_module(module)

    threading.Thread(target=load, name="import_ahead").start()


def _position(label: Label, positions: dict[Label, int]) -> int:
    if label not in positions:
        raise ValueError(f"a label must be one of {', '.join(map(str, positions))}; got {label!r}.")
    return positions[label]
