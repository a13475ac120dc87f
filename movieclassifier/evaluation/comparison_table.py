"""A comparison as a table for the terminal, and the facts that go with it."""

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from typing import TypedDict

from movieclassifier import __version__
from movieclassifier.corpora.corpus import Corpus
from movieclassifier.corpora.parts import Split
from movieclassifier.corpora.survey import Survey
from movieclassifier.evaluation.comparison import SIGNIFICANCE, Row

LIKE_THE_BEST = "≈"
LEGEND = f"{LIKE_THE_BEST} not significantly below the best (McNemar's exact test, p ≥ {SIGNIFICANCE})"
HEADINGS = ("recipe", "kind", "accuracy", "log loss", "macro-F1", "train s", "peak MB", "model MB")


class ComparisonFacts(TypedDict):
    """The circumstances of a comparison, as JSON holds them.

    Attributes
    ----------
    corpus : list of str
        Names of the files.
    sha256 : str
    shuffle_seed : int or None
        Seed of the order, if the corpus was shuffled.
    n_documents, n_bad_rows : int
    label_counts : dict of str to int
    n_train : list of int
        Documents trained on, in each split.
    tested_on : str
        Which documents the figures are from, for people.
    seed : int
    versions : dict of str to str
    machine : str
    """

    corpus: list[str]
    sha256: str
    shuffle_seed: int | None
    n_documents: int
    n_bad_rows: int
    label_counts: dict[str, int]
    n_train: list[int]
    tested_on: str
    seed: int
    versions: dict[str, str]
    machine: str


def make_facts(corpus: Corpus, found: Survey, splits: Sequence[Split], tested_on: str, seed: int) -> ComparisonFacts:
    """Return the circumstances of a comparison.

    Parameters
    ----------
    corpus : Corpus
    found : Survey
    splits : sequence of Split
    tested_on : str
        Which documents the figures are from, for people.
    seed : int
    """
    return {
        "corpus": list(corpus.names),
        "sha256": found.sha256,
        "shuffle_seed": found.shuffle_seed,
        "n_documents": found.n_documents,
        "n_bad_rows": found.n_bad_rows,
        "label_counts": found.label_counts,
        "n_train": [split.n_train for split in splits],
        "tested_on": tested_on,
        "seed": seed,
        "versions": {"movieclassifier": __version__, "python": platform.python_version()}
        | {name: version(name) for name in ("numpy", "scikit-learn")},
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
    }


def heading(facts: ComparisonFacts) -> str:
    """Return one sentence on what was compared."""
    n_train = round(sum(facts["n_train"]) / len(facts["n_train"]))
    about = "about " if len(facts["n_train"]) > 1 else ""
    return (
        f"{', '.join(facts['corpus'])}: {facts['n_documents']:,} documents in {len(facts['label_counts'])} classes; "
        f"trained on {about}{n_train:,}, tested on {facts['tested_on']}"
    )


def cells(row: Row) -> list[str]:
    """Return one row as texts, in the order of the headings."""
    if row.accuracy is None or row.standard_error is None:
        return [row.recipe, row.kind, *["–"] * (len(HEADINGS) - 2)]
    mark = LIKE_THE_BEST if row.like_the_best else " "
    return [
        row.recipe,
        row.kind,
        f"{row.accuracy:.4f} ± {row.standard_error:.4f} {mark}",
        "–" if row.log_loss is None else f"{row.log_loss:.4f}",
        f"{row.macro_f1:.4f}",
        f"{row.train_seconds:.1f}",
        "–" if row.peak_megabytes is None else f"{row.peak_megabytes:,.0f}",
        f"{row.model_megabytes:.2f}",
    ]


def table(rows: Sequence[Row], facts: ComparisonFacts) -> str:
    """Return a comparison as text.

    Parameters
    ----------
    rows : sequence of Row
    facts : ComparisonFacts
        As :func:`make_facts` returns them.
    """
    lines = [list(HEADINGS), *(cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    text = [heading(facts), ""]
    for line in lines:
        # Names to the left, figures to the right.
        aligned = [
            f"{cell:<{width}}" if column < 3 else f"{cell:>{width}}"
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        text.append("  ".join(aligned).rstrip())
    return "\n".join([*text, "", *remarks(rows)])


def remarks(rows: Sequence[Row]) -> list[str]:
    """Return what has to be said below a table."""
    legend = [LEGEND] if any(row.like_the_best for row in rows) else []
    return legend + [f"{row.recipe}: {said}" for row in rows for said in (row.error, row.note) if said]
