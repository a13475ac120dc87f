"""One record from every engine: processes, Dask clusters of several sizes, and workers that are killed all the time.

``python -m tests.scripts.killed_workers`` trains the sample, many times over, with two processes, on clusters of 1, 2
and 4 workers, on a cluster of separate processes, and on both kinds while a killer takes a worker every few seconds,
at least ``--kills`` times. It prints the digest of each record, and fails where they differ.
"""

import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "movieclassifier/bundled/sample_reviews.csv"
PATIENCE = 60.0


def descendants(pid: int) -> Iterator[int]:
    """Yield the processes below a process."""
    with suppress(OSError):
        for path in Path(f"/proc/{pid}/task").glob("*/children"):  # a file for each thread
            for child in path.read_text().split():
                yield int(child)
                yield from descendants(int(child))


def workers_below(pid: int) -> list[int]:
    """Return the worker processes below a process: those that were spawned, and have read their program."""
    found = []
    for child in descendants(pid):
        with suppress(OSError):
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                found.append(child)
    return found


def kill_until(done: threading.Event, pids: list[int], seconds: float, rng: random.Random, killed: list[int]) -> None:
    """Kill a worker below one of some processes every few seconds, and sooner than that: a training may be short."""
    while not done.wait(rng.uniform(0, 2 * seconds)):
        if workers := [worker for pid in pids for worker in workers_below(pid)]:
            victim = rng.choice(workers)
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
                killed.append(victim)


@contextmanager
def separate_cluster(folder: Path, n_workers: int) -> Iterator[tuple[str, list[int]]]:
    """Start a scheduler and workers as processes of their own; yields the scheduler file and the workers' nannies."""
    path = folder / "scheduler.json"
    dask = [sys.executable, "-m", "dask"]
    own = ["--nthreads", "1", "--no-dashboard", "--local-directory", str(folder), "--scheduler-file", str(path)]
    scheduler = [*dask, "scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(path)]
    with open(folder / "cluster.log", "wb") as log:
        processes = [subprocess.Popen(scheduler, stdout=log, stderr=log)]
        deadline = time.monotonic() + PATIENCE
        while not path.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        processes += [subprocess.Popen([*dask, "worker", *own], stdout=log, stderr=log) for _ in range(n_workers)]
        try:
            from dask.distributed import Client

            with Client(scheduler_file=str(path), timeout=PATIENCE) as client:
                client.wait_for_workers(n_workers, timeout=PATIENCE)
            yield str(path), [process.pid for process in processes[1:]]
        finally:
            for process in reversed(processes):  # the workers first: a nanny without a scheduler waits for one
                process.terminate()
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def train(folder: Path, corpus: list[str], on: str, n_workers: int) -> "subprocess.Popen[bytes]":
    settings = ["--shards", "16", "--passes", "4", "--n-features", "2**20", "--no-progress", "--model", str(folder)]
    command = [sys.executable, str(ROOT / "train_online.py"), *corpus, *settings]
    return subprocess.Popen([*command, "--on", on, "--workers", str(n_workers)], stdout=subprocess.DEVNULL)


def digest(folder: Path) -> str:
    return hashlib.sha256((folder / "classifier.npz").read_bytes()).hexdigest()


@contextmanager
def killing(pids: list[int], seconds: float, rng: random.Random, killed: list[int]) -> Iterator[None]:
    """Kill workers below some processes while the block runs; `killed` gets their numbers."""
    done = threading.Event()
    killer = threading.Thread(target=kill_until, args=(done, pids, seconds, rng, killed))
    killer.start()
    try:
        yield
    finally:
        done.set()
        killer.join()


class Trainings:
    """Trainings on one corpus, and the digests of their records."""

    def __init__(self, folder: Path, n_copies: int, n_kills: int, seconds: float) -> None:
        self.folder, self.n_kills, self.seconds, self.digests = folder, n_kills, seconds, set[str]()
        self.corpus = [str(shutil.copy(SAMPLE, folder / f"copy-{number}.csv")) for number in range(n_copies)]

    def run(self, title: str, on: str, n_workers: int, pids: list[int] | None = None, is_killing: bool = False) -> None:
        """Train once, or as often as enough workers to be killed take."""
        killed: list[int] = []
        rng, start = random.Random(1), time.monotonic()
        for number in range(200):
            model = self.folder / f"{title} {number}"
            process = train(model, self.corpus, on, n_workers)
            victims = pids or [process.pid]
            with killing(victims, self.seconds, rng, killed) if is_killing else nullcontext():
                status = process.wait()
            if status:
                sys.exit(f"{title}: exit status {status} after {len(killed)} kills")
            self.digests.add(digest(model))
            if not is_killing or len(killed) >= self.n_kills:
                break
        if is_killing and len(killed) < self.n_kills:
            sys.exit(f"{title}: {len(killed)} kills in {number + 1} runs; take more --copies, or fewer --seconds")
        seconds = time.monotonic() - start
        print(f"{digest(model)}  {title}, {len(killed)} kills, {number + 1} runs, {seconds:.0f} s", flush=True)


def main() -> None:
    """Train everywhere, and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=10, help="workers to kill on each kind of engine; default: 10")
    parser.add_argument("--copies", type=int, default=200, help="copies of the 400 sample reviews; default: 200")
    parser.add_argument("--seconds", type=float, default=3.0, help="mean time between two kills; default: 3")
    args = parser.parse_args()
    with TemporaryDirectory() as name:
        trainings = Trainings(Path(name), args.copies, args.kills, args.seconds)
        for n_workers in (1, 2):
            trainings.run(f"{n_workers} processes", "local", n_workers)
        for n_workers in (1, 2, 4):
            trainings.run(f"LocalCluster of {n_workers}", "dask", n_workers)
        trainings.run("2 processes, killed", "local", 2, is_killing=True)
        with separate_cluster(Path(name), 2) as (path, pids):
            trainings.run("separate processes", path, 2)
            trainings.run("separate processes, killed", path, 2, pids, is_killing=True)
    if len(trainings.digests) > 1:
        sys.exit("the records differ")


if __name__ == "__main__":
    main()
