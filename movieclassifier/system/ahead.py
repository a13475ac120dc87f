"""Do work ahead of its use, in threads, without changing the order of anything."""

import queue
import threading
from collections.abc import Generator, Iterable
from contextlib import suppress
from importlib import import_module
from typing import Any, TypeVar

T = TypeVar("T")


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
    # Items travel in boxes, so that neither side keeps one that it has handed on: they can be large.
    ahead: queue.Queue[tuple[list[Any], BaseException | None]] = queue.Queue(size)
    stopped = threading.Event()

    def put(box: list[Any], error: BaseException | None = None) -> bool:
        while not stopped.is_set():
            try:
                ahead.put((box, error), timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def read() -> None:
        try:
            for item in items:
                box = [item]
                del item
                if not put(box):
                    return
            put([])
        except BaseException as error:  # whatever ends the reader is raised where its items are used
            put([], error)

    thread = threading.Thread(target=read, name="read_ahead", daemon=True)
    thread.start()
    try:
        while True:
            box, error = ahead.get()
            if error is not None:
                raise error
            if not box:
                return
            yield box.pop()
    finally:
        stopped.set()
        thread.join()


def import_ahead(module: str) -> None:
    """Import a module in a thread of its own, while others compute; who needs it then waits only for what is left."""

    def load() -> None:
        # An ImportError is raised again where the module is needed, a RuntimeError says that the program is ending.
        with suppress(ImportError, RuntimeError):
            import_module(module)

    threading.Thread(target=load, name="import_ahead").start()
