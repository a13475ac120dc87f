"""The compiled twins: whether they are installed, and whether they are used. Each is imported when it is asked for."""

import os
from functools import cache
from importlib import import_module
from typing import Any

PURE_PYTHON = "MOVIECLASSIFIER_PURE_PYTHON"
HASHING = "movieclassifier.features._hashing"


def import_twin(module: str) -> tuple[Any, str]:
    """Return an extension module and an empty string, or None and the reason why it cannot be imported."""
    try:
        return import_module(module), ""
    except ImportError as error:  # the extensions are optional
        return None, str(error)


_import_once = cache(import_twin)


def backend() -> tuple[str, str]:
    """Return which path turns texts into features, and why.

    Returns
    -------
    name : {"compiled", "pure Python"}
    reason : str
    """
    if not _is_wanted():
        return "pure Python", f"{PURE_PYTHON} is set"
    twin, why_not = _import_once(HASHING)
    if twin is None:
        return "pure Python", f"{why_not}; with a C compiler, installing again builds it"
    return "compiled", f"the extension is installed; {PURE_PYTHON}=1 turns it off"


def _is_wanted() -> bool:
    return os.environ.get(PURE_PYTHON, "0") in ("", "0")


def hashing_twin() -> Any:
    """Return the extension that hashes texts, or None if it is not installed or turned off."""
    return _import_once(HASHING)[0] if _is_wanted() else None


def training_twin() -> Any:
    """Return the extension that trains, or None if it is not installed or turned off."""
    return _import_later("movieclassifier.training.learners._training")


def soft_targets_twin() -> Any:
    """Return the extension that trains on probabilities, or None if it is not installed or turned off."""
    return _import_later("movieclassifier.training.learners._soft_targets")


def moved_weights_twin() -> Any:
    """Return the extension that learns votes, or None if it is not installed or turned off."""
    return _import_later("movieclassifier.feedback._moved_weights")


def numbering_twin() -> Any:
    """Return the extension that keeps the live columns of shards, or None if it is not installed or turned off."""
    return _import_later("movieclassifier.training.shards._numbering")


def vectors_twin() -> Any:
    """Return the extension of document vectors, or None if it is not installed or turned off."""
    return _import_later("movieclassifier.training.teachers._vectors")


def csv_rows_twin() -> Any:
    """Return the extension that reads plain CSV, or None if it is not installed or turned off."""
    return _import_once("movieclassifier.corpora.readers._csv_rows")[0] if _is_wanted() else None


def _import_later(module: str) -> Any:
    """Import an extension that is of use only beside that of hashing."""
    return _import_once(module)[0] if backend()[0] == "compiled" else None
