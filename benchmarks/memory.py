"""Print the peak memory of training on movie_data.csv, and on the same repeated 4 and 16 times.

    ACLIMDB_URL=aclImdb_v1.tar.gz python benchmarks/memory.py --data-dir data

Takes about three minutes and 1 GB of disk. Exits with status 1 if a figure misses its bound. Threads are those of the
command's default unless --threads is given: each one more holds two minibatches more. What is installed beside this
package counts, too: scikit-learn imports pandas where it finds it, which takes 90 MB.
"""

import importlib.util
import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from training_runs import make_csv_files, train

from movieclassifier.commands.shared.edge import Command

REPEATS = (1, 4, 16)
# Of the peak of the largest corpus over that of the smallest. In four copies all n-grams are frequent enough for a
# weight, so that the default recipe's model itself grows from 1.2 to 3.3 million weights; its training does not.
MAX_GROWTH = {"book": 1.05, "default": 1.10}
# MB (10**6 bytes).
MAX_PEAK = {"book": 300, "default": 350}


@dataclass(frozen=True)
class Peak:
    """The peak memory of one training, and whether it keeps the bound of its recipe."""

    recipe: str
    n_repeats: int
    megabytes: float
    seconds: float
    growth: float

    @property
    def holds(self) -> bool:
        return self.megabytes < MAX_PEAK[self.recipe] and abs(self.growth - 1) <= MAX_GROWTH[self.recipe] - 1

    def line(self) -> str:
        bound = f"< {MAX_PEAK[self.recipe]} MB, within {MAX_GROWTH[self.recipe] - 1:.0%}"
        return (
            f"{self.recipe:<8} recipe, {50_000 * self.n_repeats:>7,} reviews  {self.megabytes:6.0f} MB  "
            f"{self.growth - 1:+6.1%}  {bound}  {'ok' if self.holds else 'MISSED':<6} {self.seconds:6.1f} s"
        )


def repeat(path: Path, n: int, folder: str) -> Path:
    """Write the rows of a CSV n times, one copy after the other: in random order as the original."""
    repeated = Path(folder, f"{path.stem}_{n}.csv")
    with open(path, "rb") as rows, open(repeated, "wb") as file:
        file.write(rows.readline())
        start = rows.tell()
        for _ in range(n):
            rows.seek(start)
            while chunk := rows.read(2**24):
                file.write(chunk)
    return repeated


def measure(data: Path, recipes: tuple[str, ...], options: list[object]) -> Iterator[Peak]:
    """Yield the peaks; those of a recipe one after the other."""
    for recipe in recipes:
        first = None
        for n in REPEATS:
            with tempfile.TemporaryDirectory() as folder:
                run = train(repeat(data / "movie_data.csv", n, folder), "--recipe", recipe, *options)
            first = first or run.found["peak_MB"]
            yield Peak(recipe, n, run.found["peak_MB"], run.seconds, run.found["peak_MB"] / first)


@click.command(cls=Command)
@click.option("--data-dir", type=click.Path(path_type=Path), default="data", show_default=True)
@click.option("--recipe", "recipes", multiple=True, type=click.Choice(list(MAX_PEAK)), help="May be repeated.")
@click.option("--threads", type=click.IntRange(1), help="Vectorizing threads.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def main(context: click.Context, data_dir: Path, recipes: tuple[str, ...], threads: int | None, as_json: bool) -> None:
    """Train on more and more rows, and print the peak memory."""
    data = make_csv_files(data_dir)
    if importlib.util.find_spec("pandas"):
        click.echo("pandas is installed, which scikit-learn imports: add about 90 MB", err=True)
    peaks = []
    for peak in measure(data, recipes or tuple(MAX_PEAK), ["--threads", threads] if threads else []):
        peaks.append(asdict(peak) | {"holds": peak.holds})
        if not as_json:
            click.echo(peak.line())
    if as_json:
        click.echo(json.dumps(peaks, indent=2))
    context.exit(0 if all(peak["holds"] for peak in peaks) else 1)


if __name__ == "__main__":
    main()
