"""Tasks for engines: they live in a module of their own, because worker processes import it."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np


def double(number: int) -> int:
    return 2 * number


def count_to(n: int) -> Any:
    return np.arange(n)


def fail(message: str) -> None:
    raise ValueError(message)


def large(n_bytes: int) -> bytes:
    return bytes(n_bytes)


def large_beyond_a_limit(n_bytes: int) -> bytes:
    """Let this process write no larger files than a result will be."""
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, resource.RLIM_INFINITY))
    return bytes(2 * n_bytes)


def add_up(value: dict[str, Any], number: int) -> int:
    return int(value["words"].sum()) + number


def die_first(path: str, number: int) -> int:
    """Kill the own process at the first call, and return a number at the second."""
    if not Path(path).exists():
        Path(path).write_text(str(os.getpid()))
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def wait(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def read(path: str) -> bytes:
    return Path(path).read_bytes()


def leave(*_: object) -> None:
    os._exit(7)
