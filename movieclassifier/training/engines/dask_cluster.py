"""The engine on a Dask cluster, of this machine or of many."""

import errno
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

from movieclassifier.system.signals import held
from movieclassifier.training.engines.dask_connecting import (
    client_of,
    own_cluster,
    say_nothing_of_cancelled_tasks,
    versions,
)
from movieclassifier.training.engines.tasks import Outcome, Task, given_up, outcome_of

# Dask tells nobody when its last worker has gone: a client would wait for ever.
SECONDS_WITHOUT_WORKERS = 60.0
# Dask starts a worker again when its process has died, but not one that died before the start was noted.
SECONDS_TO_NEW_WORKERS = 20.0
SECONDS_BETWEEN_LOOKS = 0.5
ATTEMPTS = 8
# A worker that dies can take the only copy of a shared value with it: its tasks are then tried again. That says nothing
# about the tasks, and on a slow machine it can happen many times.
MAX_CANCELLED = 50
NO_SCHEDULER = "the connection to the scheduler of the cluster is lost."


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
        If nobody answers at the address, or workers cannot be started.
    ValueError
        If Python, numpy or movieclassifier differ between this process and a worker.
    """

    def __init__(self, address: str | None, n_workers: int):
        self._cluster: Any = None
        self._client: Any = None
        self._new_workers_at = float("-inf")
        self._last_tasks: list[Task] = []
        try:
            if address is None:
                from dask.distributed import Client

                self._cluster = own_cluster(n_workers)
                self._client = Client(self._cluster, direct_to_workers=True)
                self._client.run(say_nothing_of_cancelled_tasks)
            else:
                self._client = client_of(address)
            self.n_workers = self._count_workers() or n_workers
            self._check_versions()
        except BaseException:
            self.close()
            raise

    def run(self, tasks: Sequence[Task], forgiving: bool = False) -> Iterator[tuple[int, Any]]:
        """Yield the number of each task and its result, in the order in which they end.

        Raises
        ------
        ChildProcessError
            If the scheduler or all workers have gone, or a task has killed several of them.
        Exception
            Any exception that a task has raised.
        """
        with self._connected():
            yield from self._run(tasks, forgiving)

    @contextmanager
    def _connected(self) -> Iterator[None]:
        """Say that the scheduler has gone, where an error comes because of that."""
        try:
            yield
        except Exception as error:
            if self._client.status == "running":
                raise
            raise ChildProcessError(NO_SCHEDULER) from error

    def _run(self, tasks: Sequence[Task], forgiving: bool) -> Iterator[tuple[int, Any]]:
        from distributed.client import FutureCancelledError
        from distributed.scheduler import KilledWorker

        ended: SimpleQueue[int] = SimpleQueue()
        pending = {number: self._submit(number, task, ended) for number, task in enumerate(tasks)}
        # A scheduler gives up all tasks that were assigned to workers that have died. Each of them is tried again
        # alone, which tells whether it is the one that kills its workers.
        suspects: list[int] = []
        failures = Counter[tuple[int, type]]()
        try:
            while pending or suspects:
                if not pending:
                    alone = suspects.pop()
                    pending[alone] = self._submit(alone, tasks[alone], ended)
                number = self._next(ended)
                future = pending.pop(number)
                try:
                    outcome = self._result(future)
                except (KilledWorker, FutureCancelledError) as error:
                    failures[number, type(error)] += 1
                    most = 2 if isinstance(error, KilledWorker) else MAX_CANCELLED
                    if failures[number, type(error)] < most:
                        suspects.append(number)
                        continue
                    died = ChildProcessError(f"the workers that compute a task have died: {error}")
                    outcome = Outcome(given_up(died, forgiving))
                future.release()
                try:
                    yield number, outcome.value()
                except OSError as error:
                    raise _on_a_worker(error) from error
                del outcome  # the next one comes while this would still be held
        finally:
            self._client.cancel(list(pending.values()))

    def share(self, value: Any) -> "SharedFuture":
        """Scatter a value to all workers."""
        with self._connected():
            return SharedFuture(value, self._scatter(value))

    def expect(self, n_bytes: int) -> None:
        """Do nothing: a value travels in memory."""

    def drop(self, shared: "SharedFuture") -> None:
        """Let the workers forget a value."""
        shared.future.release()

    def _scatter(self, value: Any) -> Any:
        for _ in range(ATTEMPTS):
            try:
                # In a list: a mapping would be scattered value by value.
                return self._client.scatter([value], broadcast=True, hash=False, timeout=SECONDS_WITHOUT_WORKERS)[0]
            except TimeoutError as error:
                raise ChildProcessError(_no_worker()) from error
            except (OSError, KeyError) as error:  # a worker that is dying, of which Dask may find no trace
                failed = error
                time.sleep(SECONDS_BETWEEN_LOOKS)
        raise ChildProcessError(f"the workers that receive a value have died: {failed}")

    def _submit(self, number: int, task: Task, ended: "SimpleQueue[int]") -> Any:
        arguments = [self._future_of(each) if isinstance(each, SharedFuture) else each for each in task.arguments]
        # Dask would log the error of a task on every worker that raises it.
        future = self._client.submit(outcome_of, task.function, *arguments, pure=False, retries=1)
        future.add_done_callback(lambda _: ended.put(number))
        return future

    def _future_of(self, shared: "SharedFuture") -> Any:
        if shared.future.status not in ("finished", "pending"):  # its last copy has gone with its worker
            shared.future = self._scatter(shared.value)
        return shared.future

    def _next(self, ended: "SimpleQueue[int]") -> int:
        """Wait until a task has ended, as long as there is a worker; returns its number."""
        last_seen = time.monotonic()
        while True:
            with suppress(Empty):
                return ended.get(timeout=min(SECONDS_BETWEEN_LOOKS, SECONDS_WITHOUT_WORKERS))
            last_seen = self._look(last_seen)

    def _result(self, future: Any) -> Any:
        """Return the result of a task that has ended; if it went with its worker, it is computed again meanwhile."""
        last_seen, seconds = time.monotonic(), min(SECONDS_TO_NEW_WORKERS, SECONDS_WITHOUT_WORKERS)
        while True:
            try:
                return future.result(timeout=seconds)
            except TimeoutError:
                if future.status == "error":  # the task has raised it
                    raise
                last_seen, seconds = self._look(last_seen), 2 * seconds  # a result may be large, and a network slow

    def _look(self, last_seen: float) -> float:
        """Return when there was a worker last; start new ones where the cluster is ours, and has had none for long."""
        now = time.monotonic()
        if self._count_workers():
            return now
        if now - last_seen > SECONDS_WITHOUT_WORKERS:
            raise ChildProcessError(_no_worker())
        if self._cluster is not None and max(last_seen, self._new_workers_at) < now - SECONDS_TO_NEW_WORKERS:
            self._new_workers_at = now
            self._cluster.scale(len(self._cluster.workers) + self.n_workers)
        return last_seen

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
        if self._client.status != "running":  # the scheduler has gone
            return
        self._client.run(task.function, *task.arguments, on_error="ignore")
        # A task that was cancelled runs on to its end, or to that of the cluster.
        self._last_tasks.append(task)

    def close(self) -> None:
        """Leave the cluster; stop it where it was started here."""
        if self._cluster is None:
            if self._client is not None:
                self._client.close()
            return
        # After a signal that interrupts this, Dask waits ten seconds for itself.
        with held(signal.SIGINT), held(signal.SIGTERM):
            if self._client is not None:
                self._client.close()
            self._cluster.close()
            for task in self._last_tasks:
                task.function(*task.arguments)


@dataclass(eq=False)
class SharedFuture:
    """Stands for a value that workers hold; it is kept here, too, because they can die."""

    value: Any = field(repr=False)
    future: Any


def _no_worker() -> str:
    return f"the cluster has had no worker for {SECONDS_WITHOUT_WORKERS:.0f} seconds."


def _on_a_worker(error: OSError) -> OSError:
    """Say that it is a worker who cannot read a file."""
    if error.filename is None or error.errno not in (errno.ENOENT, errno.EACCES):
        return error
    message = f"{error.strerror} (on a worker; every worker has to read this path)"
    return type(error)(error.errno, message, error.filename)
