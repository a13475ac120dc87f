"""Bounds on time that hold on slow and busy machines, too."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

PATIENCE = 300
"""Seconds; a test that waits as long has failed, where a quiet machine takes one."""

# CPU seconds that count_to takes on the machine where the bounds of the tests were chosen.
USUAL = 0.02


def wait_until(holds: Callable[[], object]) -> None:
    """Wait until a condition holds; fail if that takes longer than anybody is patient."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@cache
def slowness() -> float:
    """Return how many times slower this machine is than the one of the bounds; at least 1."""
    taken = []
    for _ in range(3):
        started = time.process_time()
        total = 0
        for number in range(300_000):
            total += number % 7
        taken.append(time.process_time() - started)
    return max(1.0, min(taken) / USUAL)


@contextmanager
def cpu_below(seconds: float) -> Iterator[None]:
    """Fail if the block takes more CPU seconds than a machine as fast as the usual one would need."""
    started = time.process_time()
    yield
    taken, allowed = time.process_time() - started, seconds * slowness()
    assert taken < allowed, f"{taken:.1f} CPU seconds; {allowed:.1f} are allowed"
