"""Do work in threads before its results are used; the order of the results stays the same."""

import _imp
import queue
import threading
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any, TypeVar

T = TypeVar("T")


def read_ahead(items: Iterable[T], size: int = 4) -> Generator[T, None, None]:
    """Iterate in a separate thread, at most `size` items ahead.

    An exception of the iterable is raised here, after the items before it. Closing the generator ends the thread.

    Examples
    --------
    >>> list(read_ahead(range(3)))
    [0, 1, 2]
    """
    if size < 1:
        raise ValueError(f"size must be at least 1; got {size}.")
    return _read_ahead(items, size)


# Items travel in boxes, so that neither side keeps one that it has handed on: they can be large. An empty box ends it.
Boxes = queue.Queue[tuple[list[Any], BaseException | None]]


def _read_ahead(items: Iterable[T], size: int) -> Generator[T, None, None]:
    boxes: Boxes = queue.Queue(size)
    stopped = threading.Event()
    thread = threading.Thread(target=_fill, args=(boxes, items, stopped), name="read_ahead", daemon=True)
    try:
        thread.start()
        del items
        while True:
            box, error = boxes.get()
            if error is not None:
                raise error
            if not box:
                return
            yield box.pop()
    finally:
        stopped.set()
        _join(thread)


def _join(thread: threading.Thread) -> None:
    """Wait for a thread that is to stop; if Ctrl-C came while it was started, it may begin later, and stops then."""
    with suppress(RuntimeError):
        thread.join()


def _fill(boxes: Boxes, items: Iterable[Any], stopped: threading.Event) -> None:
    if stopped.is_set():
        return
    try:
        for item in items:
            box = [item]
            del item
            if not _put(boxes, box, stopped):
                return
        _put(boxes, [], stopped)
    except BaseException as error:  # any error of the reader is raised where its items are used
        _put(boxes, [], stopped, error)


def _put(boxes: Boxes, box: list[Any], stopped: threading.Event, error: BaseException | None = None) -> bool:
    """Wait for a place and put a box there; return False if nobody takes boxes any more."""
    while not stopped.is_set():
        try:
            boxes.put((box, error), timeout=0.1)
            return True
        except queue.Full:
            continue
    return False


@contextmanager
def importing(*modules: str) -> Iterator[None]:
    """Import modules in a separate thread while the block runs, which must import none of what they import.

    Python waits for a module that a different thread is importing, but not for the package that it is in: the block
    would find numpy half made. Nothing is imported if Ctrl-C during an earlier import has left the lock of all imports
    locked, for which the thread would wait for ever.

    Examples
    --------
    >>> with importing("colorsys"):
    ...     work = sum(range(100))
    """
    stopped, is_locked = threading.Event(), _imp.lock_held()

    def load() -> None:
        with suppress(Exception):  # it is raised again where the module is needed
            for module in [] if is_locked else modules:
                if not stopped.is_set():
                    import_module(module)

    thread = threading.Thread(target=load, name="importing")
    try:
        thread.start()
        yield
    except BaseException:
        stopped.set()
        raise
    finally:
        _join(thread)
