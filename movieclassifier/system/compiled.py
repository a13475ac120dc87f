"""The compiled twins of hashing and training: whether they are installed, and whether they are used."""

import os
from functools import cache
from importlib import import_module
from typing import Any

PURE_PYTHON = "MOVIECLASSIFIER_PURE_PYTHON"


def import_twin(module: str) -> tuple[Any, str]:
    """Return an extension module and an empty string, or None and the reason why it cannot be imported."""
    try:
        return import_module(module), ""
    except ImportError as error:  # the extensions are optional
        return None, str(error)


_hashing, _WHY_NOT = import_twin("movieclassifier.features._hashing")
_training, _ = import_twin("movieclassifier.training.learners._training")
_csv_rows, _ = import_twin("movieclassifier.corpora.readers._csv_rows")


def backend() -> tuple[str, str]:
    """Return which path turns texts into features, and why.

    Returns
    -------
    name : {"compiled", "pure Python"}
    reason : str
    """
    if not _is_wanted():
        return "pure Python", f"{PURE_PYTHON} is set"
    if _hashing is None:
        return "pure Python", f"{_WHY_NOT}; with a C compiler, installing again builds it"
    return "compiled", f"the extension is installed; {PURE_PYTHON}=1 turns it off"


def _is_wanted() -> bool:
    return os.environ.get(PURE_PYTHON, "0") in ("", "0")


def hashing_twin() -> Any:
    """Return the extension that hashes texts, or None if it is not installed or turned off."""
    return _hashing if _is_wanted() else None


def training_twin() -> Any:
    """Return the extension that trains, or None if it is not installed or turned off."""
    return _training if backend()[0] == "compiled" else None


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
    return None if os.environ.get(PURE_PYTHON, "0") not in ("", "0") else _csv_rows


def _import_later(module: str) -> Any:
    """Import an extension when it is asked for: few commands need those of the teachers."""
    return _import_once(module) if backend()[0] == "compiled" else None


@cache
def _import_once(module: str) -> Any:
    return import_twin(module)[0]
