"""Signals that wait."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def held(number: signal.Signals) -> Iterator[None]:
    """Let a signal that comes while the block runs take effect at its end; processes that are started do not hold it.

    Examples
    --------
    >>> with held(signal.SIGTERM):
    ...     print("not interrupted")
    not interrupted
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came = list[int]()
    before = signal.signal(number, lambda number, _: came.append(number))
    try:
        yield
    finally:
        signal.signal(number, before)
        if came:
            signal.raise_signal(number)
