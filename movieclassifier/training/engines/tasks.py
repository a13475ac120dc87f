"""Tasks, and the engines that compute them.

An engine computes pure functions. A task that was lost with its worker is computed again, and gives the same result.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
BUNDLES_PER_WORKER = 2
# With more workers, what travels to and from the driver takes longer than what uneven bundles cost.
MANY_WORKERS = 50
# Threads of OpenBLAS spin beside the other workers. Large arrays come and go: the operating system clears memory that
# was given back to it before it comes again, and a processor finds its way sooner in large pages (glibc 2.35). Dask's
# tasks run in a thread of their own, whose heap would keep no large arrays.
WORKER_ENVIRONMENT = {
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(2**30),
    "MALLOC_TRIM_THRESHOLD_": str(2**30),
    "OPENBLAS_NUM_THREADS": "1",
}


@dataclass(frozen=True)
class Task:
    """A function at the top of a module, and its arguments."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class Outcome:
    """The result of a task, or the error that it raised."""

    returned: Any
    raised: Exception | None = None

    def value(self) -> Any:
        """Return the result, or raise the error."""
        if self.raised is not None:
            raise self.raised
        return self.returned


def outcome_of(function: Callable[..., Any], *arguments: Any) -> Outcome:
    """Compute a task."""
    try:
        return Outcome(function(*arguments))
    except Exception as error:
        return Outcome(None, error)


class Engine(Protocol):
    """A place where tasks are computed."""

    n_workers: int

    def share(self, value: Any) -> Any:
        """Send a value to where the tasks are computed, once for all of them.

        What is returned stands for the value among the arguments of tasks, until :meth:`drop`.
        """

    def expect(self, n_bytes: int) -> None:
        """Get ready, while tasks are computed, to share a value of so many bytes."""

    def drop(self, shared: Any) -> None:
        """Forget a value that no later task needs."""

    def run(self, tasks: Sequence[Task], forgiving: bool = False) -> Iterator[tuple[int, Any]]:
        """Yield the number of each task and its result, in the order in which they end.

        A forgiving run yields the ChildProcessError of a task whose workers have died several times as its result.
        """

    def run_on_machines(self, task: Task) -> None:
        """Compute a task on each machine that has workers; one that has gone is left out."""

    def close(self) -> None:
        """Stop the workers that the engine has started."""


def bundles_of(items: Sequence[T], n_workers: int) -> list[Sequence[T]]:
    """Cut items into as many bundles as the workers can share; a lost worker costs one bundle.

    Examples
    --------
    >>> bundles_of("abcde", 1)
    ['ab', 'cde']
    """
    return cut_evenly(items, n_bundles_for(n_workers))


def cut_evenly(items: Sequence[T], n_bundles: int) -> list[Sequence[T]]:
    """Cut items into so many bundles, or into one for each item where there are fewer.

    Examples
    --------
    >>> cut_evenly("abcde", 3), cut_evenly("ab", 3)
    (['ab', 'c', 'de'], ['a', 'b'])
    """
    n_bundles = min(len(items), n_bundles)
    ends = [round(len(items) * number / n_bundles) for number in range(n_bundles + 1)] if items else []
    return [items[start:stop] for start, stop in pairwise(ends)]


def n_bundles_for(n_workers: int) -> int:
    """Return how many tasks to make for some workers."""
    return n_workers * (BUNDLES_PER_WORKER if n_workers <= MANY_WORKERS else 1)


def given_up(error: ChildProcessError, forgiving: bool) -> ChildProcessError:
    """Return the error of a task that is given up, or raise it."""
    if not forgiving:
        raise error
    return error
