"""The engine of this machine: processes, each with a pipe of its own."""

import multiprocessing
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from movieclassifier.system.atomic import name_full_disk
from movieclassifier.system.own_process import deaf_children, environment_of_children, keep_temporary_files
from movieclassifier.training.engines.tasks import WORKER_ENVIRONMENT, Outcome, Task, given_up, outcome_of
from movieclassifier.training.engines.value_files import read_value, write_value

# A task is given up when so many processes have died of it. Workers that are killed for other reasons, such as those of
# cheap machines, hit the same task several times.
ATTEMPTS = 8
# Deaths before a task has begun say nothing about it.
MAX_FALSE_STARTS = 50
# Seconds for a process that has closed its pipe to end by itself, with an exit code of its own.
GRACE = 1
CHUNK = 2**20  # bytes
BEGUN, ENDED = "begun", "ended"


class LocalEngine:
    """Processes of this machine, each with a pipe of its own; shared values and results travel by file.

    The standard library's pool hangs for ever when a worker is killed while it sends a large result.

    Parameters
    ----------
    n_workers : int
    """

    def __init__(self, n_workers: int):
        self.n_workers = n_workers
        self._folder = TemporaryDirectory(prefix="movieclassifier-results-")
        self._files = _Files(Path(self._folder.name))
        self._workers = [_Worker(self._files) for _ in range(n_workers)]
        self._writing, self._expected = ThreadPoolExecutor(1, "expected values"), deque[Future[Path | None]]()

    def share(self, value: Any) -> "SharedFile":
        """Write a value to a file, which the processes map into their memory."""
        expected = self._expected.popleft().result() if self._expected else None
        shared = SharedFile(expected or self._files.take())
        write_value(shared.path, value)
        return shared

    def expect(self, n_bytes: int) -> None:
        """Write an empty file ahead, in a thread: a later value reuses its pages and need not wait for new ones."""
        self._expected.append(self._writing.submit(_write_zeros, self._files.new(), n_bytes))

    def drop(self, shared: "SharedFile") -> None:
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
        busy: dict[_Worker, int] = {}
        try:
            while waiting or busy:
                self._hand_out(tasks, waiting, busy)
                for worker in _ready(busy):
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

    def _hand_out(self, tasks: Sequence[Task], waiting: list[int], busy: "dict[_Worker, int]") -> None:
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
            self._folder.cleanup()
        except KeyboardInterrupt:
            self._folder.cleanup()  # of what is left
            raise


def _died(worker: "_Worker", n_deaths: int, n_false_starts: int) -> str:
    if not worker.has_begun:
        return (
            f"{n_false_starts} processes have ended before they began a task, the last one with exit code "
            f"{worker.exit_code}; is there enough memory? Use fewer workers."
        )
    return (
        f"the process that computes a task has died {n_deaths} times, the last time with exit code "
        f"{worker.exit_code}; is there enough memory? Use more shards, or fewer workers."
    )


class _Files:
    """Paths of files for values; one that is given back is taken again before a new one is."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._free: list[Path] = []
        self._n_files = 0

    def take(self) -> Path:
        if self._free:
            return self._free.pop()
        return self.new()

    def new(self) -> Path:
        self._n_files += 1
        return self.folder / str(self._n_files)

    def give_back(self, path: Path) -> None:
        self._free.append(path)


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


@dataclass(frozen=True)
class SharedFile:
    """Stands for a value that all tasks may have."""

    path: Path


@dataclass(eq=False)
class _Worker:
    """A process that computes one task after the other; it is started when it is needed, and again when it has died."""

    files: _Files
    path: Path = Path()
    exit_code: int | None = None
    has_begun: bool = False
    _message: str = ""
    process: Any = field(default=None, repr=False)
    pipe: Any = field(default=None, repr=False)

    def give(self, task: Task) -> None:
        self.has_begun = False
        if self.process is None or not self.process.is_alive():
            self._start()
        self.path = self.files.take()
        with suppress(OSError):  # a process that is dying; take() finds that out
            self.pipe.send((task, self.path))

    def begins(self) -> bool:
        """Read what the process says, and tell whether it is that the task begins."""
        try:
            self._message = self.pipe.recv()
        except (EOFError, OSError):
            self._message = ""
        self.has_begun |= self._message == BEGUN
        return self._message == BEGUN

    def take(self) -> Outcome | None:
        """Return the result of the task; None where the process has died before, or its result cannot be read."""
        if self._message:
            with suppress(EOFError, OSError):
                result: Outcome = read_value(self.path, when_gone=self.files.give_back)
                return result
        else:  # a process that has sent a result would wait for its next task
            self.process.join(GRACE)
        self.stop()
        self.path.unlink(missing_ok=True)
        return None

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, other_end = context.Pipe()
        process = context.Process(target=_compute_all, args=(other_end, self.files.folder), daemon=True)
        with deaf_children(), environment_of_children(WORKER_ENVIRONMENT):
            process.start()
        self.process = process
        other_end.close()

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.exit_code = self.process.exitcode
            self.pipe.close()
            self.process = None


def _ready(busy: dict[_Worker, int]) -> list[_Worker]:
    """Wait until a worker has a result, or has died."""
    pipes = wait([worker.pipe for worker in busy])
    return [worker for worker in busy if worker.pipe in pipes]


def _compute_all(pipe: Connection, folder: Path) -> None:
    """Compute the tasks that come through a pipe, until it is closed."""
    keep_temporary_files(str(folder))
    with suppress(EOFError, ConnectionError, KeyboardInterrupt):  # the first two: the driver has died
        while True:
            task, path = pipe.recv()
            pipe.send(BEGUN)
            outcome = outcome_of(_compute, task)
            try:
                with name_full_disk(path):
                    write_value(path, outcome)
            except OSError as error:
                write_value(path, Outcome(None, error))
            del task, outcome  # the next task comes while these would still be held
            pipe.send(ENDED)


def _compute(task: Task) -> Any:
    return task.function(*map(_value, task.arguments))


def _value(argument: Any) -> Any:
    return read_value(argument.path) if isinstance(argument, SharedFile) else argument
