"""Forge and mutate files of every kind, and read them in processes that may crash: ``python -m tests.scripts.hostile_files``.

A file counts as refused where the program says so by an error that it documents. A crash is an exception of a different
type, a signal, or a file that takes more than its seconds or its memory; `--keep` keeps its bytes.
"""

import argparse
import io
import json
import pickle
import pickletools
import random
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
SECONDS_PER_FILE = 20
MEMORY = 3 * 2**30


@dataclass(frozen=True)
class Kind:
    """A kind of file: how a good one is made, how one is forged, and how one is read.

    Attributes
    ----------
    good : callable
        Returns the bytes of a good file.
    mutate : callable
        Takes those and a random generator, and returns the bytes of a bad one.
    read : callable
        Takes a path; raises one of `errors` where it refuses the file.
    errors : tuple of exception types
    """

    good: Callable[[], bytes]
    mutate: Callable[[bytes, random.Random], bytes]
    read: Callable[[Path], object]
    errors: tuple[type[Exception], ...] = (ValueError, OSError)


@dataclass
class Outcome:
    """What became of the files of one kind."""

    n_tried: int = 0
    n_refused: int = 0
    n_read: int = 0
    crashes: list[str] = field(default_factory=list)


def mutate_bytes(content: bytes, rng: random.Random) -> bytes:
    """Change a few bytes: flip, overwrite by extremes, cut, repeat, insert."""
    out = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 4, 16))):
        place, length = rng.randrange(len(out) + 1), rng.choice((1, 1, 2, 4, 8, 64))
        change = rng.randrange(6)
        if change == 0 and place < len(out):
            out[place] ^= 1 << rng.randrange(8)
        elif change == 1:
            out[place : place + length] = rng.choice((b"\0", b"\xff", b"\x7f", b"\x80")) * length
        elif change == 2:
            del out[place : place + length]
        elif change == 3:
            out[place:place] = out[place : place + length]
        elif change == 4:
            out[place:place] = rng.randbytes(length)
        elif rng.random() < 0.2:
            del out[place:]
    return bytes(out)


def mutate_pickle(content: bytes, rng: random.Random) -> bytes:
    """Mutate bytes or opcodes, or forge a program of opcodes from nothing."""
    if rng.random() < 0.3:
        return mutate_bytes(content, rng)
    parts = _opcodes(content)
    if rng.random() < 0.3:
        chosen = [rng.choice(parts) if rng.random() < 0.6 else _random_opcode(rng) for _ in range(rng.randrange(1, 60))]
        return b"\x80\x04" + b"".join(chosen) + b"."
    for _ in range(rng.choice((1, 1, 2, 3, 8))):
        place = rng.randrange(1, len(parts))
        change = rng.randrange(4)
        if change == 0:
            parts[place] = rng.choice(parts)
        elif change == 1:
            parts.insert(place, _random_opcode(rng))
        elif change == 2:
            del parts[place]
        else:
            parts[place] = mutate_bytes(parts[place], rng)
    return b"".join(parts)


def _opcodes(content: bytes) -> list[bytes]:
    places = [place for _, _, place in pickletools.genops(content)]
    return [content[i:j] for i, j in zip(places, [*places[1:], len(content)], strict=True)]


def _random_opcode(rng: random.Random) -> bytes:
    opcode = rng.choice(pickletools.opcodes).code.encode("latin-1")
    names = (b"numpy\nndarray\n", b"numpy\ndtype\n", b"numpy._core.multiarray\n_reconstruct\n", b"os\nsystem\n")
    arguments = (
        b"",
        b"\0",
        b"\x01",
        rng.randbytes(4),
        b"\xff\xff\xff\x7f",
        b"\x08" + rng.randbytes(8),
        rng.choice(names),
    )
    return opcode + rng.choice(arguments)


def mutate_npz(content: bytes, rng: random.Random) -> bytes:
    """Mutate the archive, or one of its arrays, and pack it with right checksums."""
    if rng.random() < 0.15:
        return mutate_bytes(content, rng)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = rng.choice(list(members))
    change = rng.random()
    if change < 0.1:
        del members[name]
    elif change < 0.2:
        members[name] = members[rng.choice(list(members))]
    elif change < 0.3:
        members[f"unknown{rng.randrange(9)}.npy"] = members[name]
    elif change < 0.6 and name == "facts.npy":
        members[name] = _mutate_facts(members[name], rng)
    else:
        members[name] = mutate_bytes(members[name], rng)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, data in members.items():
            archive.writestr(each, data)
    return out.getvalue()


def _mutate_facts(array: bytes, rng: random.Random) -> bytes:
    """Replace one value in the JSON of a record or a checkpoint."""
    import numpy as np

    facts = json.loads(np.load(io.BytesIO(array)).tobytes())
    values = [None, 7, -1, 2**70, 1e400, "x", "", [], {}, [[]], True, "\ud800", [None] * 1000, "9" * 5000]
    node, key = facts, rng.choice(list(facts))
    while isinstance(node[key], dict) and node[key] and rng.random() < 0.8:
        node, key = node[key], rng.choice(list(node[key]))
    if rng.random() < 0.2:
        del node[key]
    else:
        node[key] = rng.choice(values)
    out = io.BytesIO()
    np.save(out, np.frombuffer(json.dumps(facts).encode(), np.uint8))
    return out.getvalue()


def good_pickle() -> bytes:
    """Return the pickle of a small model with three classes."""
    from tests.support.models import random_classifier

    return pickle.dumps(random_classifier(3).estimator, protocol=4)


def read_pickle(path: Path) -> None:
    """Load a pickle, predict with it, and let it learn."""
    import numpy as np

    from movieclassifier.models.pickles import load_pickled

    estimator = load_pickled(path)
    if isinstance(estimator, list):
        return
    X = np.ones((2, estimator.coef_.shape[1]), estimator.coef_.dtype)
    estimator.predict(X)
    estimator.partial_fit(X, estimator.classes_[:2])


def good_record() -> bytes:
    """Return the record of a small model with a guard set."""
    from movieclassifier.models.guard import make_guard
    from movieclassifier.models.record import record_bytes
    from tests.support.models import random_classifier

    classifier = random_classifier(texts=("a fine film", "a dull film"))
    return record_bytes(classifier, make_guard(classifier, [("a fine film", 1), ("a dull film", 0)]))


def read_record(path: Path) -> None:
    """Load a record, predict, explain, learn, and look at the guard set."""
    from movieclassifier.models.guard import guard_accuracy
    from movieclassifier.models.record import load_record

    classifier, extra = load_record(path)
    classifier.predict(["a fine film"])
    classifier.explain("a fine film")
    classifier.learn("a fine film", classifier.classes_.tolist()[0])
    if extra:
        guard_accuracy(classifier, extra, classifier.columns)


KINDS = {
    "pickle": Kind(good_pickle, mutate_pickle, read_pickle),
    "record": Kind(good_record, mutate_npz, read_record),
}


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
    """Read the files from one number on, and tell what became of each; the alarm of the system ends a hang."""
    import signal
    import warnings

    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    good, path = kind.good(), folder / "bad"
    with open(folder / "report.jsonl", "a") as report:
        for number in range(start, n):
            path.write_bytes(kind.mutate(good, random.Random(seed * 1_000_003 + number)))
            signal.alarm(SECONDS_PER_FILE)
            try:
                kind.read(path)
                line = "read"
            except kind.errors:
                line = "refused"
            except Exception as error:
                line = f"seed {seed}, file {number}: {type(error).__name__}: {error}"[:300]
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
        print(*outcome.crashes[:20], sep="\n", end="\n" if outcome.crashes else "")
        n_crashes += len(outcome.crashes)
    sys.exit(1 if n_crashes else 0)


if __name__ == "__main__":
    main()
