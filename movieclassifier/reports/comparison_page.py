"""A comparison as a page."""

from collections.abc import Sequence

from movieclassifier.evaluation.comparison import Row
from movieclassifier.evaluation.comparison_table import ComparisonFacts, cells, heading, remarks
from movieclassifier.reports.page import render

WIDTH, MARGIN = 180, 8


def comparison_page(rows: Sequence[Row], facts: ComparisonFacts) -> str:
    """Return a comparison as one HTML file.

    Parameters
    ----------
    rows : sequence of Row
    facts : dict
        As :func:`movieclassifier.evaluation.comparison_table.make_facts` returns them.
    """
    low, high = _scale(rows)
    lines = [{"row": row, "cells": cells(row), **_points(row, low, high)} for row in rows]
    return render(
        "comparison.html",
        lines=lines,
        facts=facts,
        heading=heading(facts),
        remarks=remarks(rows),
        scale=(low, high),
        listed=_listed(facts),
    )


def _scale(rows: Sequence[Row]) -> tuple[float, float]:
    """Return the accuracies at both ends of the drawing."""
    ends = [
        row.accuracy + sign * 2 * row.standard_error
        for row in rows
        if row.accuracy is not None and row.standard_error is not None
        for sign in (-1, 1)
    ]
    return (min(ends), max(ends)) if ends and min(ends) < max(ends) else (0.0, 1.0)


def _points(row: Row, low: float, high: float) -> dict[str, float]:
    """Return where the ends of the bar and the point are drawn, in pixels."""
    if row.accuracy is None or row.standard_error is None:
        return {}
    ends = {"low": -2, "middle": 0, "high": 2}
    return {
        name: round(MARGIN + (row.accuracy + n * row.standard_error - low) / (high - low) * (WIDTH - 2 * MARGIN), 1)
        for name, n in ends.items()
    }


def _listed(facts: ComparisonFacts) -> list[tuple[str, str]]:
    """Return facts as people read them."""
    versions = ", ".join(f"{name} {number}" for name, number in facts["versions"].items())
    labels = ", ".join(f"{label} ({count:,})" for label, count in facts["label_counts"].items())
    return [
        ("Corpus", f"{', '.join(facts['corpus'])}, {facts['n_documents']:,} documents"),
        ("Labels", labels),
        ("SHA-256", facts["sha256"]),
        ("Trained on", " / ".join(f"{n:,}" for n in facts["n_train"]) + " documents"),
        ("Tested on", facts["tested_on"]),
        ("Seed", str(facts["seed"])),
        ("Versions", versions),
        ("Machine", facts["machine"]),
    ]
