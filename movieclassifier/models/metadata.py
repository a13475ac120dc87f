"""What a record tells about its model for people to read, and whether that has the types that the pages rely on."""

import math
from collections.abc import Callable
from typing import Any

FIGURES = ("accuracy", "standard_error", "log_loss", "calibration_error")


def first_misfit(metadata: Any) -> str | None:
    """Return the name of a fact of another type than training writes; None if there is none.

    Parameters
    ----------
    metadata : dict
        As JSON gives it. Facts may be missing, and there may be others.

    Returns
    -------
    str or None

    Examples
    --------
    >>> first_misfit({"corpus": ["movie_data.csv"], "n_train": 45_000})
    >>> first_misfit({"corpus": ["movie_data.csv"], "n_train": "many"})
    'n_train'
    """
    if not isinstance(metadata, dict):
        return "metadata"
    return next((name for name, holds in TYPES.items() if name in metadata and not holds(metadata[name])), None)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and value >= 0


def _is_corpus(value: Any) -> bool:
    """Tell whether a value is digest, number of documents and names of a corpus, or the first two."""
    if not isinstance(value, list) or len(value) not in (2, 3):
        return False
    names = value[2] if len(value) == 3 else []
    return _is_text(value[0]) and _is_count(value[1]) and isinstance(names, list) and all(map(_is_text, names))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _is_row(value: Any) -> bool:
    """Tell whether a value is what was measured on one class."""
    return isinstance(value, dict) and all(map(_is_number, value.values())) and {"recall", "n_documents"} <= set(value)


def _is_metrics(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("per_class", {}), dict):
        return False
    figures = [value.get(name) for name in FIGURES]
    auc = value.get("roc_auc")
    return (
        all(map(_is_number, figures))
        and _is_count(value.get("n_documents"))
        and (auc is None or _is_number(auc))
        and all(map(_is_row, value.get("per_class", {}).values()))
    )


def _is_curve(value: Any) -> bool:
    pairs = value if isinstance(value, list) else [None]
    return all(isinstance(pair, list) and len(pair) == 2 and all(map(_is_number, pair)) for pair in pairs)


TYPES: dict[str, Callable[[Any], bool]] = {
    "corpus": lambda value: isinstance(value, list) and all(map(_is_text, value)),
    "sha256": _is_text,
    "n_train": _is_count,
    "n_keep": lambda value: _is_count(value) and value > 0,
    "reading": lambda value: isinstance(value, dict),
    "earlier": lambda value: isinstance(value, list) and all(map(_is_corpus, value)),
    "evaluated_on": _is_text,
    "versions": lambda value: isinstance(value, dict) and all(map(_is_text, value.values())),
    "learning_curve": _is_curve,
    "metrics": _is_metrics,
}
