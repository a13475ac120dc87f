"""Worker processes of this machine, and the files in which values travel to and from them."""

import multiprocessing
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import Any

from movieclassifier.system.atomic import name_full_disk
from movieclassifier.system.own_process import deaf_children, environment_of_children, keep_temporary_files
from movieclassifier.training.engines.tasks import WORKER_ENVIRONMENT, Outcome, Task, outcome_of
from movieclassifier.training.engines.value_files import read_value, write_value

# Seconds for a process that has closed its pipe to end by itself, with an exit code of its own.
GRACE = 1
BEGUN, ENDED = "begun", "ended"


class ValuePaths:
    """Paths of files for values, in a temporary folder; one that is given back is taken again before a new one is."""

    def __init__(self) -> None:
        self._free: list[Path] = []
        self._n_files = 0
        self._temporary: TemporaryDirectory[str] | None = None

    @property
    def folder(self) -> Path:
        """The folder, made when it is needed: workers remove it if the driver dies, and before there is none."""
        if self._temporary is None:
            self._temporary = TemporaryDirectory(prefix="movieclassifier-results-")
        return Path(self._temporary.name)

    def remove(self) -> None:
        """Remove the folder."""
        if self._temporary is not None:
            self._temporary.cleanup()

    def take(self) -> Path:
        """Return the path of a file that nobody needs, or of a new one."""
        if self._free:
            return self._free.pop()
        return self.new()

    def new(self) -> Path:
        """Return a path where no file has been."""
        self._n_files += 1
        return self.folder / str(self._n_files)

    def give_back(self, path: Path) -> None:
        """Let a file be written over."""
        self._free.append(path)


@dataclass(frozen=True)
class SharedFile:
    """Stands for a value that all tasks may have."""

    path: Path


@dataclass(eq=False)
class Worker:
    """A process that computes one task after the other; it is started when it is needed, and again when it has died.

    Attributes
    ----------
    files : ValuePaths
        Where its results go.
    path : Path
        That of the last result.
    exit_code : int or None
        Of the last process that was stopped.
    has_begun : bool
        Whether the last task has.
    """

    files: ValuePaths
    path: Path = Path()
    exit_code: int | None = None
    has_begun: bool = False
    _message: str = ""
    process: Any = field(default=None, repr=False)
    pipe: Any = field(default=None, repr=False)

    def give(self, task: Task) -> None:
        """Send a task; start a process first if none is alive."""
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
        process = context.Process(target=compute_all, args=(other_end, self.files.folder), daemon=True)
        with deaf_children(), environment_of_children(WORKER_ENVIRONMENT):
            process.start()
            self.process = process
        other_end.close()

    def stop(self) -> None:
        """Kill the process."""
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.exit_code = self.process.exitcode
            self.pipe.close()
            self.process = None


def wait_for_workers(busy: Collection[Worker]) -> list[Worker]:
    """Wait until workers have results, or have died; return those."""
    pipes = wait([worker.pipe for worker in busy])
    return [worker for worker in busy if worker.pipe in pipes]


def compute_all(pipe: Connection, folder: Path) -> None:
    """Compute the tasks that come through a pipe; when the driver has died, remove its folder."""
    keep_temporary_files(str(folder))
    try:
        while True:
            _compute_next(pipe)
    except (EOFError, OSError, KeyboardInterrupt) as error:
        if _driver_has_died():  # a different worker may have removed the folder before
            rmtree(folder, ignore_errors=True)
        elif not isinstance(error, (EOFError, ConnectionError, KeyboardInterrupt)):
            raise


def _compute_next(pipe: Connection) -> None:
    """Compute a task. Nothing of it is left when the next one comes."""
    task, path = pipe.recv()
    pipe.send(BEGUN)
    outcome = outcome_of(_compute, task)
    try:
        with name_full_disk(path):
            write_value(path, outcome)
    except OSError as error:
        write_value(path, Outcome(None, error))
    pipe.send(ENDED)


def _driver_has_died() -> bool:
    driver = multiprocessing.parent_process()
    if driver is None:
        return False
    driver.join(GRACE)
    return not driver.is_alive()


def _compute(task: Task) -> Any:
    return task.function(*map(_value, task.arguments))


def _value(argument: Any) -> Any:
    return read_value(argument.path) if isinstance(argument, SharedFile) else argument
