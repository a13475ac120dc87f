"""Where the tasks of a training by shards are computed: processes of this machine, or a Dask cluster.

An engine computes pure functions. A task that was lost with its worker is computed again, and gives the same result.
"""

import multiprocessing
import os
import pickle
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from multiprocessing.connection import Connection, wait
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
# A task is given up when so many processes have died of it. Workers that are killed for other reasons, such as those of
# cheap machines, hit the same task several times.
ATTEMPTS = 8
# Deaths before a task has begun say nothing about it.
MAX_FALSE_STARTS = 50
BUNDLES_PER_WORKER = 2
# With more workers, what travels to and from the driver takes longer than what uneven bundles cost.
MANY_WORKERS = 50
BEGUN, ENDED = "begun", "ended"
# Dask tells nobody when its last worker has gone: a client would wait for ever.
SECONDS_WITHOUT_WORKERS = 60.0
SECONDS_TO_CONNECT = 20.0


@dataclass(frozen=True)
class Task:
    """A function at the top of a module, and its arguments."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]


def bundles_of(items: Sequence[T], n_workers: int) -> list[Sequence[T]]:
    """Cut items into as many bundles as the workers can share; a lost worker costs one bundle.

    Examples
    --------
    >>> bundles_of("abcde", 1)
    ['ab', 'cde']
    """
    n_bundles = min(len(items), n_bundles_for(n_workers))
    ends = [round(len(items) * number / n_bundles) for number in range(n_bundles + 1)] if items else []
    return [items[start:stop] for start, stop in pairwise(ends)]


@contextmanager
def _deaf_children() -> Iterator[None]:
    """Let the processes that are started here ignore Ctrl-C, which reaches a whole group: the driver ends them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def n_bundles_for(n_workers: int) -> int:
    """Return how many tasks to make for some workers."""
    return n_workers * (BUNDLES_PER_WORKER if n_workers <= MANY_WORKERS else 1)


class Engine(Protocol):
    """A place where tasks are computed."""

    n_workers: int

    def run(self, tasks: Sequence[Task], forgiving: bool = False) -> Iterator[tuple[int, Any]]:
        """Yield the number of each task and its result, in the order in which they end.

        A forgiving run yields the ChildProcessError of a task whose workers have died several times as its result.
        """

    def run_on_machines(self, task: Task) -> None:
        """Compute a task on each machine that has workers; one that has gone is left out."""

    def close(self) -> None:
        """Stop the workers that the engine has started."""


class LocalEngine:
    """Processes of this machine, each with a pipe of its own; results travel by file.

    The standard library's pool hangs for ever when a worker is killed while it sends a large result.

    Parameters
    ----------
    n_workers : int
    """

    def __init__(self, n_workers: int):
        self.n_workers = n_workers
        self._folder = TemporaryDirectory(prefix="movieclassifier-results-")
        self._workers = [_Worker(Path(self._folder.name) / str(number)) for number in range(n_workers)]

    def run(self, tasks: Sequence[Task], forgiving: bool = False) -> Iterator[tuple[int, Any]]:
        """Yield the number of each task and its result, in the order in which they end.

        Raises
        ------
        ChildProcessError
            If the processes that compute a task have died several times.
        Exception
            Any exception that a task has raised.
        """
        waiting, deaths, n_false_starts = list(range(len(tasks)))[::-1], [0] * len(tasks), 0
        busy: dict[_Worker, int] = {}
        try:
            while waiting or busy:
                for worker in self._workers:
                    if worker not in busy and waiting:
                        busy[worker] = waiting.pop()
                        worker.give(tasks[busy[worker]])
                for worker in _ready(busy):
                    if worker.begins():
                        continue
                    number = busy.pop(worker)
                    if (result := worker.take()) is not None:
                        yield number, result.value()
                        continue
                    deaths[number] += worker.has_begun
                    n_false_starts += not worker.has_begun
                    if deaths[number] < ATTEMPTS and n_false_starts < MAX_FALSE_STARTS:
                        waiting.append(number)
                    else:
                        yield number, _yielded(ChildProcessError(_died(worker.exit_code)), forgiving)
        finally:
            for worker in busy:  # its result would be taken for that of a later task
                worker.stop()

    def run_on_machines(self, task: Task) -> None:
        """Compute a task in this process."""
        task.function(*task.arguments)

    def close(self) -> None:
        """Stop the processes."""
        for worker in self._workers:
            worker.stop()
        self._folder.cleanup()


def _yielded(error: ChildProcessError, forgiving: bool) -> ChildProcessError:
    if not forgiving:
        raise error
    return error


def _died(exit_code: int | None) -> str:
    return (
        f"the process that computes a task has died {ATTEMPTS} times, the last time with exit code {exit_code}; "
        "is there enough memory? Use more shards, or fewer workers."
    )


@dataclass(frozen=True)
class _Result:
    """The result of a task, or the error that it raised."""

    returned: Any
    raised: BaseException | None

    def value(self) -> Any:
        if self.raised is not None:
            raise self.raised
        return self.returned


@dataclass(eq=False)
class _Worker:
    """A process that computes one task after the other; it is started when it is needed, and again when it has died."""

    path: Path
    exit_code: int | None = None
    has_begun: bool = False
    _message: str = ""
    process: Any = field(default=None, repr=False)
    pipe: Any = field(default=None, repr=False)

    def give(self, task: Task) -> None:
        self.has_begun = False
        if self.process is None or not self.process.is_alive():
            self._start()
        with suppress(OSError):  # a process that is dying; take() finds that out
            self.pipe.send(task)

    def begins(self) -> bool:
        """Read what the process says, and tell whether it is that the task begins."""
        try:
            self._message = self.pipe.recv()
        except (EOFError, OSError):
            self._message = ""
        self.has_begun |= self._message == BEGUN
        return self._message == BEGUN

    def take(self) -> _Result | None:
        """Return the result of the task; None where the process has died before."""
        try:
            if not self._message:
                raise EOFError
            result: _Result | None = pickle.loads(self.path.read_bytes())  # noqa: S301  # our own process
            return result
        except (EOFError, OSError, pickle.UnpicklingError):
            self.process.join(10)
            self.exit_code = self.process.exitcode
            self.stop()
            return None

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, other_end = context.Pipe()
        self.process = context.Process(target=_compute_all, args=(other_end, self.path), daemon=True)
        with _deaf_children():
            self.process.start()
        other_end.close()

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.pipe.close()
            self.process = None


def _ready(busy: dict[_Worker, int]) -> list[_Worker]:
    """Wait until a worker has a result, or has died."""
    pipes = wait([worker.pipe for worker in busy])
    return [worker for worker in busy if worker.pipe in pipes]


def _compute_all(pipe: Connection, path: Path) -> None:
    """Compute the tasks that come through a pipe, until it is closed."""
    with suppress(EOFError, KeyboardInterrupt):
        while True:
            task = pipe.recv()
            pipe.send(BEGUN)
            try:
                result = _Result(task.function(*task.arguments), None)
            except Exception as error:
                result = _Result(None, error)
            path.write_bytes(pickle.dumps(result, protocol=5))
            pipe.send(ENDED)


class DaskEngine:
    """A Dask cluster: one on this machine, or one whose scheduler has an address.

    Parameters
    ----------
    address : str or None
        ``tcp://host:port``, or the path of a scheduler file; without it, a cluster is started on this machine.
    n_workers : int
        Workers to start where there is no address; else the number of workers that the cluster has now counts.

    Raises
    ------
    ImportError
        If Dask is not installed.
    OSError
        If nobody answers at the address.
    ValueError
        If Python, numpy or movieclassifier differ between this process and a worker.
    """

    def __init__(self, address: str | None, n_workers: int):
        from dask.distributed import Client, LocalCluster

        self._cluster = None
        if address is None:
            with _deaf_children():
                self._cluster = LocalCluster(n_workers=n_workers, threads_per_worker=1, dashboard_address="127.0.0.1:0")
            self._client = Client(self._cluster)
        elif address.startswith(("tcp://", "tls://", "ucx://")):
            self._client = Client(address, timeout=SECONDS_TO_CONNECT)
        elif not os.path.isfile(address):
            raise FileNotFoundError(f"{address}: there is no such scheduler file; pass local, dask or tcp://HOST:PORT.")
        else:
            self._client = Client(scheduler_file=address, timeout=SECONDS_TO_CONNECT)
        self.n_workers = self._count_workers() or n_workers
        try:
            self._check_versions()
        except BaseException:
            self.close()
            raise

    def run(self, tasks: Sequence[Task], forgiving: bool = False) -> Iterator[tuple[int, Any]]:
        """Yield the number of each task and its result, in the order in which they end.

        Raises
        ------
        ChildProcessError
            If all workers have gone, or a task has killed several of them.
        Exception
            Any exception that a task has raised.
        """
        from distributed.client import FutureCancelledError
        from distributed.scheduler import KilledWorker

        pending = {number: self._submit(task) for number, task in enumerate(tasks)}
        # A scheduler gives up all tasks that were assigned to workers that have died. Each of them is tried again
        # alone, which tells the one that kills its workers from the others.
        suspects: list[int] = []
        tried_again: set[int] = set()
        try:
            while pending or suspects:
                if not pending:
                    alone = suspects.pop()
                    tried_again.add(alone)
                    pending[alone] = self._submit(tasks[alone])
                for number in self._done(pending):
                    future = pending.pop(number)
                    try:
                        result = future.result()
                    except (KilledWorker, FutureCancelledError) as error:
                        if number not in tried_again:
                            suspects.append(number)
                            continue
                        died = ChildProcessError(f"the workers that compute a task have died: {error}")
                        result = _yielded(died, forgiving)
                    except OSError as error:
                        raise _on_a_worker(error) from error
                    yield number, result
        finally:
            self._client.cancel(list(pending.values()))

    def _submit(self, task: Task) -> Any:
        return self._client.submit(task.function, *task.arguments, pure=False, retries=1)

    def _done(self, pending: Mapping[int, Any]) -> list[int]:
        """Wait until a task has ended, as long as there is a worker; returns the numbers of those that have."""
        last_seen = time.monotonic()
        while True:
            done = [number for number, future in pending.items() if future.done()]
            if done:
                return done
            if self._count_workers():
                last_seen = time.monotonic()
            elif time.monotonic() - last_seen > SECONDS_WITHOUT_WORKERS:
                raise ChildProcessError(f"the cluster has had no worker for {SECONDS_WITHOUT_WORKERS:.0f} seconds.")
            time.sleep(0.01)

    def _count_workers(self) -> int:
        return len(self._client.scheduler_info(n_workers=-1)["workers"])

    def _check_versions(self) -> None:
        here = versions()
        for worker, found in self._client.run(versions, on_error="return").items():
            if isinstance(found, BaseException):  # Dask wraps the error of a function that cannot be unpickled
                version = here["movieclassifier"]
                raise ValueError(
                    f"worker {worker} cannot import movieclassifier; install movieclassifier {version} there."
                )
            for name, version in here.items():
                if found[name] != version:
                    raise ValueError(
                        f"worker {worker} has {name} {found[name]}, this process has {version}; the bits of a model "
                        "depend on them. Install the same version everywhere."
                    )

    def run_on_machines(self, task: Task) -> None:
        """Compute a task on each worker."""
        self._client.run(task.function, *task.arguments, on_error="ignore")

    def close(self) -> None:
        """Leave the cluster; stop it where it was started here."""
        self._client.close()
        if self._cluster is not None:
            self._cluster.close()


def _on_a_worker(error: OSError) -> OSError:
    """Say that it is a worker who cannot read a file."""
    if error.filename is None:
        return error
    message = f"{error.strerror} (on a worker; every worker has to read this path)"
    return type(error)(error.errno, message, error.filename)


def versions() -> dict[str, str]:
    """Return the versions that decide the bits of a model."""
    import platform

    import numpy as np

    from movieclassifier import __version__

    return {"Python": platform.python_version(), "numpy": np.__version__, "movieclassifier": __version__}


def make_engine(on: str, n_workers: int) -> Engine:
    """Return the engine that a command line names.

    Parameters
    ----------
    on : str
        ``local``, ``dask``, ``tcp://host:port`` or the path of a scheduler file.
    n_workers : int
        Processes to start for ``local`` and ``dask``.

    Raises
    ------
    ImportError, OSError, ValueError
        As :class:`DaskEngine`.
    """
    if on == "local":
        return LocalEngine(n_workers)
    return DaskEngine(None if on == "dask" else on, n_workers)
