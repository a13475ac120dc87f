"""The engine of this machine: processes, each with a pipe of its own."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from movieclassifier.training.engines.local_workers import SharedFile, ValuePaths, Worker, wait_for_workers
from movieclassifier.training.engines.tasks import Task, given_up
from movieclassifier.training.engines.value_files import write_value

# A task is given up when so many processes have died of it. Workers that are killed for other reasons, such as those of
# cheap machines, hit the same task several times.
ATTEMPTS = 8
# Deaths before a task has begun say nothing about it.
MAX_FALSE_STARTS = 50
CHUNK = 2**20  # bytes


class LocalEngine:
    """Processes of this machine, each with a pipe of its own; shared values and results travel by file.

    The standard library's pool hangs for ever when a worker is killed while it sends a large result.

    Parameters
    ----------
    n_workers : int
    """

    def __init__(self, n_workers: int):
        self.n_workers = n_workers
        self._files = ValuePaths()
        self._workers = [Worker(self._files) for _ in range(n_workers)]
        self._writing, self._expected = ThreadPoolExecutor(1, "expected values"), deque[Future[Path | None]]()

    def share(self, value: Any) -> SharedFile:
        """Write a value to a file, which the processes map into their memory."""
        expected = self._expected.popleft().result() if self._expected else None
        shared = SharedFile(expected or self._files.take())
        write_value(shared.path, value)
        return shared

    def expect(self, n_bytes: int) -> None:
        """Write an empty file ahead, in a thread: a later value reuses its pages and need not wait for new ones."""
        self._expected.append(self._writing.submit(_write_zeros, self._files.new(), n_bytes))

    def drop(self, shared: SharedFile) -> None:
        """Let the file of a value be written over."""
        self._files.give_back(shared.path)

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
        busy: dict[Worker, int] = {}
        try:
            while waiting or busy:
                self._hand_out(tasks, waiting, busy)
                for worker in wait_for_workers(busy):
                    if worker.begins():
                        continue
                    number = busy.pop(worker)
                    if (result := worker.take()) is not None:
                        self._hand_out(tasks, waiting, busy)  # the caller takes its time with a result
                        yield number, result.value()
                        del result  # its file can be written over
                        continue
                    deaths[number] += worker.has_begun
                    n_false_starts += not worker.has_begun
                    if deaths[number] < ATTEMPTS and n_false_starts < MAX_FALSE_STARTS:
                        waiting.append(number)
                    else:
                        died = ChildProcessError(_died(worker, deaths[number], n_false_starts))
                        yield number, given_up(died, forgiving)
        finally:
            for worker in busy:  # its result would be taken for that of a later task
                worker.stop()

    def _hand_out(self, tasks: Sequence[Task], waiting: list[int], busy: dict[Worker, int]) -> None:
        """Give the next task to each process that has none."""
        for worker in self._workers:
            if worker not in busy and waiting:
                busy[worker] = waiting.pop()
                worker.give(tasks[busy[worker]])

    def run_on_machines(self, task: Task) -> None:
        """Compute a task in this process."""
        task.function(*task.arguments)

    def close(self) -> None:
        """Stop the processes."""
        for worker in self._workers:
            worker.stop()
        self._writing.shutdown(cancel_futures=True)
        try:
            self._files.remove()
        except KeyboardInterrupt:
            self._files.remove()  # what is left
            raise


def _died(worker: Worker, n_deaths: int, n_false_starts: int) -> str:
    if not worker.has_begun:
        return (
            f"{n_false_starts} processes have ended before they began a task, the last one with exit code "
            f"{worker.exit_code}; is there enough memory? Use fewer workers."
        )
    return (
        f"the process that computes a task has died {n_deaths} times, the last time with exit code "
        f"{worker.exit_code}; is there enough memory? Use more shards, or fewer workers."
    )


def _write_zeros(path: Path, n_bytes: int) -> Path | None:
    """Write a file with room for a value of so many bytes, and for its head; None if there is no room on the disk."""
    try:
        with open(path, "wb") as file:
            for start in range(0, n_bytes + CHUNK, CHUNK):
                file.write(bytes(min(CHUNK, n_bytes + CHUNK - start)))
    except OSError:  # the value itself may be smaller
        path.unlink(missing_ok=True)
        return None
    return path
