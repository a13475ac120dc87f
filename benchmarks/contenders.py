"""Who is measured: each contender is a few processes, and gives one or two rows of the table."""

import importlib.util
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
LOOPS, PROCESSES, FLOOR = "The loop alone: CSV to fitted model", "Whole processes, evaluation included", "The floor"

READER, DECOMPRESSION = "our reader, in minibatches", "decompressing"
PACKED = ".gz", ".zst"


@dataclass(frozen=True)
class Row:
    """A row of the table: the costs of some of the contender's steps, one after the other."""

    group: str
    name: str
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Contender:
    """Processes by name, in their order; the rows say which of them count.

    Attributes
    ----------
    once : bool
        Whether one round is enough, for it is slow.
    """

    steps: dict[str, list[str]]
    rows: tuple[Row, ...]
    env: dict[str, str] = field(default_factory=dict)
    once: bool = False


@dataclass(frozen=True)
class Split:
    """A CSV file whose first rows train and whose others test, and a folder for what comes out.

    Attributes
    ----------
    packed : tuple of Path
        The same file compressed.
    """

    csv_path: Path
    n_train: int
    n_test: int
    folder: Path
    packed: tuple[Path, ...] = ()


def contenders(split: Split) -> tuple[list[Contender], list[str]]:
    """Return who takes part, and what is missing."""
    found = [*loops(split), *trainers(split)]
    missing = []
    for module, name, package, make in (
        ("pylibvw", "Vowpal Wabbit", "vowpalwabbit", vowpal_wabbit),
        ("fasttext", "fastText", "fasttext-wheel", fasttext),
    ):
        if importlib.util.find_spec(module):
            found += make(split)
        else:
            missing.append(f"{name} is missing: pip install {package} failed or was not tried; its rows are left out.")
    return found, missing


def peer_versions() -> dict[str, str]:
    """Return the versions of the peers that are installed."""
    packages = {"vowpalwabbit": "pylibvw", "fasttext-wheel": "fasttext", "scikit-learn": "sklearn", "numpy": "numpy"}
    return {package: version(package) for package, module in packages.items() if importlib.util.find_spec(module)}


def python(script: str, *arguments: object) -> list[str]:
    """Return the command that runs a script of this folder."""
    return [sys.executable, str(HERE / script), *map(str, arguments)]


def loops(split: Split) -> list[Contender]:
    """Return the training loops and the floor."""

    def loop(
        group: str, name: str, loop: str, n_threads: int = 1, once: bool = False, path: Path | None = None, **env: str
    ) -> Contender:
        command = python("loops.py", loop, path or split.csv_path, "--n-train", split.n_train, "--threads", n_threads)
        return Contender({"loop": command}, (Row(group, name, ("loop",)),), env, once)

    ours = [
        loop(LOOPS, f"{recipe} recipe, {n} thread{'s' * (n > 1)}", recipe, n)
        for recipe in ("book", "default")
        for n in (1, 2)
    ]
    return [
        loop(LOOPS, "the book's loop, stop words as a set", "book-loop"),
        loop(LOOPS, "the book's loop, stop words as the book's list", "book-loop-list", once=True),
        loop(LOOPS, "default recipe on plain scikit-learn", "default", MOVIECLASSIFIER_PURE_PYTHON="1"),
        *ours,
        loop(FLOOR, "reading the bytes", "read-bytes"),
        loop(FLOOR, "csv.reader", "read-csv"),
        loop(FLOOR, "our reader, every row checked", "read-documents"),
        loop(FLOOR, READER, "read-minibatches"),
        *(loop(FLOOR, f"{READER}, {path.suffix}", "read-minibatches", path=path) for path in split.packed),
        *(loop(FLOOR, f"{DECOMPRESSION} {path.suffix}", "decompress", path=path) for path in split.packed),
    ]


def trainers(split: Split) -> list[Contender]:
    """Return ``train_online.py``, saving included."""
    return [
        Contender({"train": train_online(split, recipe, n)}, (Row(PROCESSES, trainer_name(recipe, n), ("train",)),))
        for recipe in ("book", "default")
        for n in (1, 2)
    ]


def trainer_name(recipe: str, n_threads: int) -> str:
    """Return the name of a row of :func:`trainers`."""
    return f"train_online.py --recipe {recipe} --threads {n_threads}"


def train_online(split: Split, recipe: str = "default", n_threads: int = 2) -> list[str]:
    """Return the command that trains on a split."""
    options = ["--recipe", recipe, "--threads", str(n_threads), "--n-holdout", str(split.n_test), "--json"]
    options += ["--no-progress", "--model", str(split.folder / recipe)]
    return [sys.executable, str(HERE.parent / "train_online.py"), str(split.csv_path), *options]


def with_and_without_conversion(name: str, *steps: str) -> tuple[Row, Row]:
    """Return the two rows of a peer."""
    return (
        Row(PROCESSES, f"{name}, conversion included", steps),
        Row(PROCESSES, f"{name}, on converted text", steps[1:]),
    )


def vowpal_wabbit(split: Split) -> list[Contender]:
    """Return Vowpal Wabbit on raw text, on tokens, and at its best."""
    six_passes = ("--passes", "6", "--cache", "--kill_cache", "--holdout_off")
    return [
        vw_contender(split, "Vowpal Wabbit -b 22 --ngram 3, raw text", "raw", "-b", "22", "--ngram", "3"),
        vw_contender(split, "Vowpal Wabbit -b 22 --ngram 3, tokens", "tokens", "-b", "22", "--ngram", "3"),
        vw_contender(
            split, "Vowpal Wabbit -b 24 --ngram 3, tokens, 6 passes", "tokens", "-b", "24", "--ngram", "3", *six_passes
        ),
    ]


def vw_contender(split: Split, name: str, kind: str, *options: str) -> Contender:
    """Return the steps of one setting of Vowpal Wabbit."""
    base = split.folder / f"vw-{kind}"
    vw = [shutil.which("vw"), "--quiet"] if shutil.which("vw") else python("peers.py", "vw")
    files = {part: f"{base}.{part}" for part in ("train", "test", "model", "predictions")}
    steps = {
        "convert": python("peers.py", "convert", kind, split.csv_path, base, split.n_train),
        "train": [*vw, "-d", files["train"], "--loss_function", "logistic", "-f", files["model"], *options],
        "predict": [*vw, "-t", "-d", files["test"], "-i", files["model"], "-p", files["predictions"]],
        "score": python("peers.py", "score", files["test"], files["predictions"]),
    }
    return Contender(steps, with_and_without_conversion(name, "convert", "train", "predict"))


def fasttext(split: Split) -> list[Contender]:
    """Return fastText with bigrams and two threads."""
    base = split.folder / "fasttext"
    files = {part: f"{base}.{part}" for part in ("train", "test", "predictions")}
    steps = {
        "convert": python("peers.py", "convert", "fasttext", split.csv_path, base, split.n_train),
        "train": python("peers.py", "fasttext", files["train"], files["test"], files["predictions"], 2),
        "score": python("peers.py", "score", files["test"], files["predictions"]),
    }
    name = "fastText, bigrams, 5 epochs, 2 threads"
    return [Contender(steps, with_and_without_conversion(name, "convert", "train"))]


def all_rows(found: Sequence[Contender]) -> list[tuple[Contender, Row]]:
    """Return the rows of all contenders, group by group."""
    rows = [(contender, row) for contender in found for row in contender.rows]
    order = (LOOPS, PROCESSES, FLOOR)
    return sorted(rows, key=lambda pair: order.index(pair[1].group))
