"""Call a function in a new process, so that its peak memory can be measured."""

import multiprocessing
import os
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from typing import Any

from movieclassifier.system.memory import peak_megabytes


class Killed(RuntimeError):
    """The process was killed before it had an answer."""


def call_apart(function: Callable[..., Any], *args: Any) -> tuple[Any, float]:
    """Call a function in a new process.

    Parameters
    ----------
    function : function
        Of a module, with arguments and a result that can be pickled.
    *args

    Returns
    -------
    result
        What it returned.
    peak_megabytes : float
        The largest resident size of its process, in MB (10**6 bytes).

    Raises
    ------
    ValueError, OSError, ImportError, MemoryError
        As the function did.
    Killed
        If a signal ended the process, as where there is no memory left.
    RuntimeError
        If the process ended in a different way; it has told why on stderr.
    """
    with tempfile.TemporaryDirectory(prefix="movieclassifier-apart-") as folder:
        return _call_apart(folder, function, args)


def _call_apart(folder: str, function: Callable[..., Any], args: tuple[Any, ...]) -> tuple[Any, float]:
    # Not forked: a fork would inherit the parent's memory, and count it.
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(sender, folder, function, args), daemon=True)
    with deaf_children():
        process.start()
    sender.close()
    try:
        answer, peak = receiver.recv()
    except EOFError:
        process.join()
        raise _death(process.exitcode or 0) from None
    finally:
        # After Ctrl-C the process is still at work.
        process.terminate()
        process.join()
        receiver.close()
    if isinstance(answer, BaseException):
        raise answer
    return answer, peak


@contextmanager
def deaf_children() -> Iterator[None]:
    """Let the processes that are started here ignore Ctrl-C, which reaches a whole group: the driver ends them.

    One that comes meanwhile takes effect in this thread at the end of the block.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # which would let signals pass when the first process starts
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # processes inherit what is blocked
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def environment_of_children(defaults: Mapping[str, str]) -> Iterator[None]:
    """Give the processes that are started here variables of the environment, where the user has not set them.

    Examples
    --------
    >>> with environment_of_children({"A_VARIABLE": "1"}):
    ...     os.environ["A_VARIABLE"]
    '1'
    >>> "A_VARIABLE" in os.environ
    False
    """
    added = {name: value for name, value in defaults.items() if name not in os.environ}
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


def keep_temporary_files(folder: str) -> None:
    """Let this process make its temporary files in a folder that goes with it, even when it is killed."""
    tempfile.tempdir = folder


def _answer(sender: Connection, folder: str, function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    keep_temporary_files(folder)
    # Ctrl-C reaches the whole group; the parent alone answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        answer = function(*args)
    except (ValueError, OSError, ImportError) as error:
        answer = error
    except MemoryError as error:
        # A library's own kind of it may not be pickled.
        answer = MemoryError(str(error))
    sender.send((answer, peak_megabytes()))


def _death(exit_code: int) -> RuntimeError:
    if exit_code >= 0:
        return RuntimeError(f"the process ended with exit status {exit_code}; its messages are above.")
    name = signal.Signals(-exit_code).name
    return Killed(f"killed ({name}){', most probably for want of memory' if name == 'SIGKILL' else ''}")
