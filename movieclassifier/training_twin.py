"""Where the compiled twin of the trainer is; without it everything is computed as before, only slower."""

from importlib import import_module
from typing import Any

from movieclassifier.hashing import backend


def _import_twin() -> Any:
    try:
        return import_module("movieclassifier._training")
    except ImportError:  # the extension is optional
        return None


_training = _import_twin()


def training_twin() -> Any:
    """Return the extension, None where it is not installed or turned off."""
    return _training if backend()[0] == "compiled" else None
