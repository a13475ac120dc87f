"""Functions and candidates that tests run in other processes, which find them by their names."""

import os
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np


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


@dataclass(frozen=True)
class Bloated:
    """What its size is found out with takes memory."""

    n_megabytes: int
    kind: str = "in memory"
    description: str = "always right, and large when it is saved"

    def fit(self, documents, outline):
        return self

    def predict(self, documents):
        return np.array([label for _, label in documents]), None

    def n_bytes(self):
        return fill(self.n_megabytes)

    def note(self):
        return ""


@dataclass(frozen=True)
class Failing:
    error: Exception
    kind: str = "in memory"
    description: str = "cannot be trained"

    def fit(self, documents, outline):
        raise self.error

    def note(self):
        return ""


@dataclass(frozen=True)
class Greedy(Failing):
    error: Exception = None

    def fit(self, documents, outline):
        return np.empty(2**57)


def modules_around_fit(candidate):
    """Return the modules before and after a fit, when all has been warmed up."""
    from movieclassifier.corpora.corpus import open_corpus
    from movieclassifier.evaluation.candidates import Outline
    from movieclassifier.evaluation.trials import warm_up

    documents = list(open_corpus("movieclassifier/bundled/sample_reviews.csv"))
    warm_up(candidate)
    before = set(sys.modules)
    candidate.fit(iter(documents), Outline((0, 1), (200, 200), 400))
    return before, set(sys.modules)


def leave_a_file(sign):
    """Make a temporary folder, and die."""
    tempfile.mkdtemp()
    os.kill(os.getpid(), sign)
