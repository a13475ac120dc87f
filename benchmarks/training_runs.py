"""What the benchmarks of training share: the real corpora, and training as a user starts it."""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE
from typing import Any

from movieclassifier.corpora.aclimdb.book_csv import TEST_HALF, TRAIN_HALF, write_csv
from movieclassifier.corpora.aclimdb.corpus import CORPUS_NAME, OFFICIAL_URL, make_corpus
from movieclassifier.models.writing import RECORD

CSV_FILES = {"movie_data.csv": None, "movie_train.csv": TRAIN_HALF, "movie_test.csv": TEST_HALF}


@dataclass(frozen=True)
class Run:
    """A finished training: what it printed under --json, the record it wrote, and how long the process took."""

    found: dict[str, Any]
    record: bytes
    seconds: float

    @property
    def accuracy(self) -> float:
        return self.found["accuracy"]


def make_csv_files(data_dir: Path) -> Path:
    """Return a folder with movie_data.csv and the two halves; what is missing is fetched and written."""
    missing = [name for name in CSV_FILES if not (data_dir / name).exists()]
    if missing:
        make_corpus(data_dir, os.environ.get("ACLIMDB_URL") or OFFICIAL_URL)
        for name in missing:
            half = CSV_FILES[name]
            write_csv(data_dir / CORPUS_NAME, data_dir / name, *([half] if half else []))
    return data_dir


def command(corpus: Path, model_dir: str, *options: object) -> list[str]:
    """Return the command line of a training."""
    arguments = [corpus, "--model", model_dir, "--json", "--no-progress", *options]
    return [sys.executable, "-m", "train_online", *map(str, arguments)]


def train(corpus: Path, *options: object, model_dir: str | None = None, pure_python: bool = False) -> Run:
    """Train in a process of its own; without a model_dir, in a temporary folder."""
    if model_dir is None:
        with tempfile.TemporaryDirectory() as folder:
            return train(corpus, *options, model_dir=folder, pure_python=pure_python)
    environment = os.environ | {"MOVIECLASSIFIER_PURE_PYTHON": "1" if pure_python else "0"}
    start = time.perf_counter()
    arguments = command(corpus, model_dir, *options)
    done = subprocess.run(arguments, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise ChildProcessError(f"{corpus.name} {' '.join(map(str, options))}: {done.stderr.strip()}")
    return Run(json.loads(done.stdout), Path(model_dir, RECORD).read_bytes(), time.perf_counter() - start)


def kill_and_resume(corpus: Path, options: list[Any], undisturbed: Run, n_kills: int) -> tuple[int, int]:
    """Kill a training at random moments and resume it; once it has ended, start another until there were enough.

    Returns how many runs ended with the bytes of the undisturbed one, and how many there were.
    """
    wait = random.Random(0)
    n_equal = n_runs = 0
    while n_kills:
        with tempfile.TemporaryDirectory() as model_dir:
            while True:
                # Some are killed while they start, some while they save.
                run = subprocess.Popen(command(corpus, model_dir, *options, "--resume"), stdout=PIPE, stderr=PIPE)
                try:
                    run.communicate(timeout=wait.uniform(0, undisturbed.seconds / 2) if n_kills else None)
                    break
                except subprocess.TimeoutExpired:
                    run.kill()
                    run.communicate()
                    n_kills -= 1
            n_runs += 1
            n_equal += run.returncode == 0 and Path(model_dir, RECORD).read_bytes() == undisturbed.record
    return n_equal, n_runs
