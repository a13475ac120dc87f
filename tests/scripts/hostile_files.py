"""Forge and mutate files of every kind, and read them in processes that may crash: ``python -m tests.scripts.hostile_files``.

A file counts as refused where the program says so by an error that it documents. A crash is an exception of a different
type, a signal, or a file that takes more than its seconds or its memory; `--keep` keeps its bytes.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.scripts.hostile_kinds import KINDS, Kind

ROOT = Path(__file__).parents[2]
SECONDS_PER_FILE = 20
MEMORY = 3 * 2**30


@dataclass
class Outcome:
    """What became of the files of one kind."""

    n_tried: int = 0
    n_refused: int = 0
    n_read: int = 0
    crashes: list[str] = field(default_factory=list)


def attack(kind: str, n: int, seed: int, keep: str | None = None) -> Outcome:
    """Read `n` bad files in child processes; a child that dies is followed by the next."""
    outcome = Outcome()
    with TemporaryDirectory() as folder:
        while outcome.n_tried < n:
            report = Path(folder) / "report.jsonl"
            report.write_text("")
            arguments = [kind, "--child", folder, "--seed", str(seed), "--n", str(n), "--start", str(outcome.n_tried)]
            command = [sys.executable, "-m", "tests.scripts.hostile_files", *arguments]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
            lines = [json.loads(line) for line in report.read_text().splitlines()]
            for line in lines:
                outcome.n_refused += line == "refused"
                outcome.n_read += line == "read"
                if line not in ("refused", "read"):
                    outcome.crashes.append(line)
            outcome.n_tried += len(lines)
            if done.returncode:
                place = outcome.n_tried
                outcome.n_tried += 1
                outcome.crashes.append(f"seed {seed}, file {place}: exit {done.returncode}: {done.stderr[-300:]}")
                if keep:
                    Path(keep, f"{kind}-{seed}-{place}").write_bytes((Path(folder) / "bad").read_bytes())
    return outcome


def _read_all(kind: Kind, folder: Path, n: int, seed: int, start: int) -> None:
    """Read the files from one number on, and tell what became of each; alarms of the system end a hang."""
    import signal
    import warnings

    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    good, path = kind.good(), folder / "bad"
    with open(folder / "report.jsonl", "a") as report:
        for number in range(start, n):
            path.write_bytes(kind.mutate(good, random.Random(seed * 1_000_003 + number)))
            # Of the processor, so that a busy machine makes no hang; a process that sleeps is ended, too.
            signal.setitimer(signal.ITIMER_PROF, SECONDS_PER_FILE)
            signal.alarm(10 * SECONDS_PER_FILE)
            try:
                kind.read(path)
                line = "read"
            except kind.errors:
                line = "refused"
            except Exception as error:
                last = traceback.extract_tb(error.__traceback__)[-1]
                place = f"{Path(last.filename).name}:{last.lineno}"
                line = f"seed {seed}, file {number}: {type(error).__name__} at {place}: {error}"[:300]
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.alarm(0)
            print(json.dumps(line), file=report, flush=True)


def main() -> None:
    """Attack the kinds that are named, or all, and print what became of their files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", help="of " + ", ".join(KINDS))
    parser.add_argument("--n", type=int, default=2000, help="files of each kind (default: 2000)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the mutations (default: 0)")
    parser.add_argument("--keep", help="a folder for the files that crashed something")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--start", type=int, default=0, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        _read_all(KINDS[args.kinds[0]], Path(args.child), args.n, args.seed, args.start)
        return
    n_crashes = 0
    for kind in args.kinds or KINDS:
        outcome = attack(kind, args.n, args.seed, args.keep)
        print(
            f"{kind}: {outcome.n_tried:,} files (seed {args.seed}): {outcome.n_refused:,} refused, "
            f"{outcome.n_read:,} read, {len(outcome.crashes)} crashes",
            flush=True,
        )
        print(*outcome.crashes[:200], sep="\n", end="\n" if outcome.crashes else "")
        n_crashes += len(outcome.crashes)
    sys.exit(1 if n_crashes else 0)


if __name__ == "__main__":
    main()
