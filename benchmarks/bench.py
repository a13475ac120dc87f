"""Measure this package against the book's loop, plain scikit-learn, Vowpal Wabbit and fastText, in one run.

    make bench
    python benchmarks/bench.py --runs 7 --json bench.json
    python benchmarks/bench.py --quick --no-page

Every contender is a process of its own, measured from outside; all take turns, so that a busy spell of the machine
hits all of them. Medians and ranges are shown. BLAS has one thread.
"""

import hashlib
import json
import os
import platform
import shutil
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import click
from claims import claims
from contenders import LOOPS, PACKED, Contender, Row, Split, all_rows, contenders, peer_versions, train_online
from measuring import Cost, Spread, run, total
from tables import (
    GROWTH_HEADER,
    HEADER,
    as_json,
    check_markers,
    growth_cells,
    markdown,
    row_cells,
    write_between_markers,
)

from movieclassifier.corpora.readers.compression import compressed, import_zstd

Measured = dict[str, list[Cost]]
HERE = Path(__file__).parent
REFERENCE = "the book's loop, stop words as a set"
TEXT = "What a waste of time :("
COLD = {
    "predict": "`movieclassifier predict TEXT`, the whole process",
    "import": '`python -c "import sklearn.linear_model"`',
    "python": "`python -c pass`",
}


def make_split(csv_path: Path, folder: Path, n_rows: int) -> Split:
    """Return the split that the book makes: the first nine tenths train. Fewer rows than all make a smaller file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"first_{n_rows}.csv"
    with csv_path.open("rb") as file, path.open("wb") as out:
        out.writelines(islice(file, n_rows + 1))
    n_found = sum(1 for _ in path.open("rb")) - 1
    if n_found < n_rows:
        raise ValueError(f"{csv_path}: {n_found} rows, expected {n_rows}; make corpus writes it.")
    return Split(path, n_rows * 9 // 10, n_rows - n_rows * 9 // 10, folder, tuple(pack(path)))


def pack(path: Path) -> Iterator[Path]:
    """Compress a file, by zstd only where that is installed."""
    for ending in PACKED:
        packed = path.with_name(path.name + ending)
        try:
            if ending == ".zst":
                import_zstd(packed.name, "Its rows are left out.")
        except ValueError as error:
            say(str(error))
            continue
        with path.open("rb") as file, packed.open("wb") as raw, compressed(raw, packed) as out:
            shutil.copyfileobj(file, out, 2**20)
        yield packed


def measure(found: Sequence[Contender], n_runs: int) -> Measured:
    """Return the costs of each row in each round."""
    costs: Measured = {row.name: [] for _, row in all_rows(found)}
    for number in range(n_runs):
        for contender in found:
            if number and contender.once:
                continue
            say(f"round {number + 1} of {n_runs}: {contender.rows[0].name}")
            steps = {name: run(command, contender.env) for name, command in contender.steps.items()}
            for row in contender.rows:
                costs[row.name].append(cost_of(row, steps))
    return costs


def cost_of(row: Row, steps: dict[str, Cost]) -> Cost:
    """Return the cost of a row: of its steps, or of the loop that its process has timed."""
    cost = total(steps[name] for name in row.steps)
    answer = cost.answer | steps.get("score", cost).answer
    seconds, cpu = answer.get("loop_seconds", cost.seconds), answer.get("loop_cpu", cost.cpu)
    return Cost(seconds, cpu, cost.megabytes, answer)


def measure_growth(split: Split, sizes: Sequence[int], n_runs: int) -> Measured:
    """Return the costs of training on copies of the corpus, one after the other in one file."""
    costs: Measured = {str(n): [] for n in sizes}
    path = split.folder / "copies.csv"
    copies = Split(path, 0, split.n_test, split.folder / "growth")
    for number in range(n_runs):
        for n in sizes:
            say(f"growth, round {number + 1} of {n_runs}: {n}x")
            write_copies(split.csv_path, path, n)
            costs[str(n)].append(run(train_online(copies)))
    path.unlink()
    shutil.rmtree(copies.folder)
    return costs


def write_copies(source: Path, path: Path, n: int) -> None:
    """Write a CSV file with the rows of another, n times."""
    with path.open("wb") as out:
        for number in range(n):
            with source.open("rb") as file:
                header = file.readline()
                if number == 0:
                    out.write(header)
                shutil.copyfileobj(file, out, 2**20)


def measure_cold(n_runs: int) -> Measured:
    """Return the costs of processes that do next to nothing."""
    commands = {
        "predict": [str(Path(sys.executable).with_name("movieclassifier")), "predict", TEXT],
        "import": [sys.executable, "-c", "import sklearn.linear_model"],
        "python": [sys.executable, "-c", "pass"],
    }
    costs: Measured = {name: [] for name in commands}
    for number in range(n_runs + 1):
        for name, command in commands.items():
            cost = run(command)
            if number:  # the first of all reads the files from the disk
                costs[name].append(cost)
    return costs


def measure_bytes(split: Split) -> dict[str, dict[str, str]]:
    """Return the digests of the models that each recipe gives with one, two and four threads, and without the twin."""
    digests: dict[str, dict[str, str]] = {}
    for recipe in ("book", "default"):
        digests[recipe] = {}
        for name, n_threads, env in (
            *((f"{n} threads", n, {}) for n in (1, 2, 4)),
            ("no twin", 2, {"MOVIECLASSIFIER_PURE_PYTHON": "1"}),
        ):
            say(f"bytes of the model, {recipe} recipe, {name}")
            run(train_online(split, recipe, n_threads), env)
            record = split.folder / recipe / "classifier.npz"
            digests[recipe][name] = hashlib.sha256(record.read_bytes()).hexdigest()
    return digests


def measure_latency(split: Split, n_runs: int) -> dict[str, list[float]]:
    """Return microseconds for one text and for a thousand, of this package and of scikit-learn."""
    say("latency")
    model, runs = split.folder / "default", str(n_runs)
    command = [sys.executable, str(HERE / "latency.py"), str(model), str(split.csv_path), "--runs", runs]
    return run(command).answer


def machine() -> str:
    """Say in one line what the figures were measured on."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if "model name" in line]
        cpu = names[0] if names else cpu
    versions = ", ".join(f"{name} {number}" for name, number in peer_versions().items())
    return f"{os.cpu_count()} cores of {cpu}, Python {platform.python_version()}, {versions}"


def say(text: str) -> None:
    """Tell on stderr how far it is."""
    click.echo(text, err=True)


def report(found: Sequence[Contender], results: dict[str, Any], split: Split, missing: list[str]) -> str:
    """Return the tables, and under them what they were measured on."""
    costs: Measured = results["costs"]
    reference = Spread.of(cost.seconds for cost in costs[REFERENCE]).median
    rows, group = [], None
    for _, row in all_rows(found):
        if row.group != group:
            group = row.group
            rows.append([f"**{group}**", *[""] * (len(HEADER) - 1)])
        rows.append(row_cells(row.name, costs[row.name], reference if group == LOOPS else None))
    growth = [
        growth_cells(int(n), int(n) * (split.n_train + split.n_test), these, results["growth"]["1"])
        for n, these in results["growth"].items()
    ]
    return "\n\n".join(
        [
            markdown(HEADER, rows),
            *missing,
            markdown(GROWTH_HEADER, growth),
            markdown(["", "median (range)"], [*latency_rows(results["latency"]), *cold_rows(results["cold"])]),
            f"Trained on the first {split.n_train:,} rows of movie_data.csv, tested on the {split.n_test:,} after. "
            f"{results['n_runs']} rounds, all in turns, medians with ranges; `make bench` prints this. "
            f"{results['machine']}. Load average of the machine before {results['load'][0]:.1f}, "
            f"after {results['load'][1]:.1f}; {results['date']}.",
        ]
    )


def latency_rows(latency: dict[str, list[float]]) -> list[list[str]]:
    """Return the rows of one prediction and of a thousand."""
    names = {"ours": "`load_classifier().predict_proba`", "scikit_learn": "scikit-learn's transform + predict_proba"}
    texts = {"one": "one text, warm", "swept": "one text, caches swept", "thousand": "thousand texts"}
    return [
        [f"{names[who]}, {texts[what]}", f"{Spread.of(latency[f'{who}_{what}'])} µs"] for what in texts for who in names
    ]


def cold_rows(cold: Measured) -> list[list[str]]:
    """Return the rows of the processes that start and end."""
    return [[name, f"{Spread.of(cost.seconds for cost in cold[key])} s"] for key, name in COLD.items()]


@click.command(help=__doc__.split("\n")[0])
@click.option("--csv", "csv_path", default="data/movie_data.csv", show_default=True, type=click.Path(path_type=Path))
@click.option("--runs", "n_runs", default=5, show_default=True, type=click.IntRange(1), help="Rounds.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write every figure to this file.")
@click.option("--quick", is_flag=True, help="One round on 5,000 rows: only to see whether all of it works.")
@click.option(
    "--page/--no-page",
    default=True,
    help="Write the table to docs/explanation/benchmarks.md.  [default: unless --quick]",
)
@click.option("--folder", default="build/bench", show_default=True, type=click.Path(path_type=Path))
def main(csv_path: Path, n_runs: int, json_path: Path | None, quick: bool, page: bool, folder: Path) -> None:
    """Measure everything, print it, and write it where it is wanted."""
    page_path = HERE.parent / "docs/explanation/benchmarks.md"
    try:
        if page and not quick:
            check_markers(page_path)
        if not csv_path.is_file():
            raise ValueError(f"{csv_path}: there is no such file; make corpus writes it.")
        split = make_split(csv_path, folder, 5_000 if quick else 50_000)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    n_runs = 1 if quick else n_runs
    load = os.getloadavg()[0]
    found, missing = contenders(split)
    results: dict[str, Any] = {"n_runs": n_runs, "machine": machine(), "date": date.today().isoformat()}
    results["costs"], results["bytes"] = measure(found, n_runs), measure_bytes(split)
    results["latency"], results["cold"] = measure_latency(split, n_runs), measure_cold(n_runs)
    results["growth"] = measure_growth(split, (1, 4, 16), min(n_runs, 3))
    results["load"], results["missing"] = (load, os.getloadavg()[0]), missing
    text = report(found, results, split, missing)
    click.echo(text)
    click.echo("\n" + "\n".join(claims(results)))
    if json_path:
        json_path.write_text(json.dumps(results, indent=1, default=as_json), encoding="utf-8")
    if page and not quick:
        write_between_markers(page_path, text)


if __name__ == "__main__":
    main()
