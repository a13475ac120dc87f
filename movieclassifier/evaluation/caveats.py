"""What to doubt about a figure: a model that has learned nothing, a test that is too small or no test at all."""

import sys
from collections.abc import Iterable
from typing import Any


def doubts(metrics: dict[str, Any]) -> list[str]:
    """Return what speaks against taking metrics at their word.

    Parameters
    ----------
    metrics : dict
        As :func:`movieclassifier.evaluation.metrics.evaluate` returns them.

    Returns
    -------
    list of str
        Sentences; none for most models.

    Examples
    --------
    >>> doubts({"n_documents": 1, "accuracy": 1.0, "per_class": {}})
    ['1 document tells next to nothing about a model; evaluate it on more.']
    """
    n = metrics["n_documents"]
    if n == 1:
        return ["1 document tells next to nothing about a model; evaluate it on more."]
    largest = max(metrics["per_class"], key=lambda name: metrics["per_class"][name]["n_documents"])
    share = metrics["per_class"][largest]["n_documents"] / n
    if share < 1 and metrics["accuracy"] <= share:
        return [
            f"the model is no better than always answering {largest!r}, which is right in {share:.4f} of the documents."
        ]
    return []


def warn(sentences: Iterable[str]) -> None:
    """Write sentences to stderr as warnings, each on a line."""
    for sentence in sentences:
        print(f"Warning: {sentence}", file=sys.stderr)
