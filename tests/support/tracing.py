"""Peaks of the memory that Python holds."""

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def peak_below(n_bytes: int) -> Iterator[None]:
    """Fail if what is done inside holds more; however it ends, the next test begins at zero."""
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < n_bytes
