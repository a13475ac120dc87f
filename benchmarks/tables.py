"""The table of the benchmark, as Markdown."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from measuring import Cost, Spread

START, END = "<!-- bench:start -->", "<!-- bench:end -->"


def markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; the first column is aligned left, the others right."""
    lines = [list(header), ["---", *["--:"] * (len(header) - 1)], *map(list, rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def row_cells(name: str, costs: Sequence[Cost], reference: float | None) -> list[str]:
    """Return the cells of a row: what it reached, what it took, and how many times faster than the reference it is."""
    answer = costs[-1].answer
    seconds = Spread.of(cost.seconds for cost in costs)
    return [
        name,
        f"{answer['accuracy']:.4f}" if "accuracy" in answer else "",
        f"{answer['log_loss']:.3f}" if "log_loss" in answer else "",
        str(seconds),
        f"{reference / seconds.median:.1f}×" if reference else "",
        str(Spread.of(cost.cpu for cost in costs)),
        f"{max(cost.megabytes for cost in costs):.0f}",
    ]


HEADER = ["", "accuracy", "log loss", "seconds", "faster", "CPU seconds", "peak MB"]


def growth_cells(n_copies: int, n_documents: int, costs: Sequence[Cost], first: Sequence[Cost]) -> list[str]:
    """Return the cells of one size of the corpus."""
    seconds, once = (Spread.of(cost.seconds for cost in these) for these in (costs, first))
    return [
        f"{n_copies}× ({n_documents:,} documents)",
        str(seconds),
        f"{seconds.median / (n_copies * once.median):.2f}",
        str(Spread.of(cost.cpu for cost in costs)),
        f"{max(cost.megabytes for cost in costs):.0f}",
    ]


GROWTH_HEADER = ["train_online.py on the corpus", "seconds", "of linear", "CPU seconds", "peak MB"]


def write_between_markers(path: Path, text: str) -> None:
    """Replace what stands between the two markers of a file.

    Raises
    ------
    ValueError
        If there is no file, or it has not exactly one pair of markers.
    """
    check_markers(path)
    content = path.read_text(encoding="utf-8")
    before, rest = content.split(START)
    _, after = rest.split(END)
    path.write_text(f"{before}{START}\n{text.strip()}\n{END}{after}", encoding="utf-8")


def check_markers(path: Path) -> None:
    """Raise where :func:`write_between_markers` would."""
    content = path.read_text(encoding="utf-8") if path.is_file() else ""
    if content.count(START) != 1 or content.count(END) != 1 or content.index(START) > content.index(END):
        raise ValueError(f"{path}: there must be one line {START} and after it one line {END} to write between.")


def as_json(value: Any) -> Any:
    """Return dataclasses as dicts, for ``json.dump``."""
    return vars(value)
