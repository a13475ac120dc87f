"""Train a text classifier on more text than fits in memory, and let it learn from people's corrections."""

from typing import Any

__version__ = "0.1.0"
__all__ = ["Classifier", "__version__", "load_classifier", "load_pickled", "make_vectorizer"]

_MODULES = {
    "Classifier": "movieclassifier.models.classifier",
    "load_classifier": "movieclassifier.models.persistence",
    "load_pickled": "movieclassifier.models.persistence",
    "make_vectorizer": "movieclassifier.vectorizer",
}


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> Any:
    # Imported when asked for: scikit-learn takes a second, which `movieclassifier --help` should not cost.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_MODULES[name]), name)
