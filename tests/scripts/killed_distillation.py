"""Kill a distillation again and again, wherever it is, go on with ``--resume``, and compare the bytes of the model.

    python -m tests.scripts.killed_distillation data/movie_train.csv data/aclImdb/train/unsup --kills 10

It takes some thousand documents of the corpora. The system kills each process with SIGKILL once it has used up its
seconds of processor time, so that a busy machine is no easier than a quiet one.
"""

import argparse
import csv
import hashlib
import json
import random
import resource
import signal
import subprocess
import sys
import tempfile
from itertools import islice
from pathlib import Path

import numpy as np

from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.unlabelled import open_unlabelled

MAIN = "from movieclassifier.cli import main; main()"


def write_corpora(folder: Path, labelled: str, unlabelled: str, n_labelled: int, n_unlabelled: int) -> None:
    """Write the first documents of both corpora."""
    with open(folder / "train.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("review", "sentiment"), *islice(open_corpus(labelled), n_labelled)])
    texts = islice(open_unlabelled([unlabelled], np.empty(0, np.uint64)), n_unlabelled)
    with open(folder / "unlabelled.jsonl", "w", encoding="utf-8") as file:
        file.writelines(json.dumps({"text": text, "label": 0}) + "\n" for text in texts)


def distil(folder: Path, name: str, *more: str, seconds: int | None = None) -> subprocess.CompletedProcess[str]:
    """Distil in a process of its own, which is killed after some seconds of processor time."""
    corpora = [str(folder / "train.csv"), "--unlabelled", str(folder / "unlabelled.jsonl")]
    command = [sys.executable, "-c", MAIN, "distill", *corpora, "--model", str(folder / name), *more]

    def limit() -> None:
        if seconds is not None:
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))

    return subprocess.run(command, capture_output=True, text=True, preexec_fn=limit)


def digest(folder: Path, name: str) -> str:
    """Return the digest of the model."""
    return hashlib.sha256((folder / name / "classifier.npz").read_bytes()).hexdigest()


def last_stage(folder: Path) -> str:
    """Return the title of the last stage that was completed."""
    path = folder / "distilling" / "costs.jsonl"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return str(json.loads(lines[-1])["stage"]) if lines else "the start"


def campaign(folder: Path, n_kills: int, seed: int, least: int, most: int) -> bool:
    """Kill a run again and again; tell whether it ended with the bytes of one that nobody killed."""
    whole = distil(folder, "whole")
    if whole.returncode:
        sys.exit(whole.stderr)
    before, rng = resource.getrusage(resource.RUSAGE_CHILDREN), random.Random(seed)
    killed = 0
    while True:
        seconds = rng.randint(least, most) if killed < n_kills else None
        done = distil(folder, "killed", "--resume", seconds=seconds)
        if done.returncode == 0:
            break
        if done.returncode != -signal.SIGKILL:
            sys.exit(done.stderr)
        killed += 1
        print(f"kill {killed} after {seconds} s, {last_stage(folder / 'killed')} was complete", flush=True)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    same = digest(folder, "whole") == digest(folder, "killed")
    print(f"whole: {before.ru_utime + before.ru_stime:.0f} s of CPU, {digest(folder, 'whole')}")
    print(
        f"killed {killed} times: {used.ru_utime - before.ru_utime + used.ru_stime - before.ru_stime:.0f} s of CPU, ",
        end="",
    )
    print(digest(folder, "killed"))
    return same


def main() -> None:
    """Read the options and run the campaign; the exit status tells whether the bytes are the same."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpus")
    parser.add_argument("unlabelled")
    parser.add_argument("--n-labelled", type=int, default=5000)
    parser.add_argument("--n-unlabelled", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=int, nargs=2, default=(5, 13), metavar=("LEAST", "MOST"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_corpora(folder, options.corpus, options.unlabelled, options.n_labelled, options.n_unlabelled)
        same = campaign(folder, options.kills, options.seed, *options.seconds)
    print("the same bytes" if same else "OTHER BYTES")
    sys.exit(not same)


if __name__ == "__main__":
    main()
