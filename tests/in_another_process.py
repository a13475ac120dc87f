"""Functions and candidates that tests run in other processes, which find them by their names."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path


def add(a, b):
    return a + b


def fail(error):
    raise error


def kill(number):
    os.kill(os.getpid(), number)


def fill(n_megabytes):
    return len(bytearray(n_megabytes * 10**6))


def wait(path):
    Path(path).write_text(str(os.getpid()))
    time.sleep(60)


@dataclass(frozen=True)
class Dying:
    kind: str = "streaming"
    description: str = "takes all memory there is"

    def fit(self, documents, outline):
        kill(signal.SIGKILL)

    def note(self):
        return ""
