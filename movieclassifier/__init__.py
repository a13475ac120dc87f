"""Train a text classifier on more text than fits in memory, and let it learn from people's corrections."""

from typing import Any

__version__ = "0.1.0"

# Every public name, and the module that defines it.
_MODULES = {
    "READERS": "corpora.readers.formats",
    "ReadingOptions": "corpora.reading",
    "open_corpus": "corpora.corpus",
    "survey": "corpora.survey",
    "shuffle_corpus": "corpora.shuffled",
    "holdout_sizes": "corpora.minibatches",
    "iter_minibatches": "corpora.minibatches",
    "split_holdout": "corpora.minibatches",
    "TOKENIZERS": "features.tokenizers",
    "english_stop_words": "features.words",
    "make_vectorizer": "vectorizer",
    "RECIPES": "recipes.names",
    "Recipe": "recipes.names",
    "make_recipe": "recipes.names",
    "Classifier": "models.classifier",
    "load_classifier": "models.persistence",
    "load_pickled": "models.pickles",
    "save_model": "models.persistence",
    "save_record": "models.record",
    "score_documents": "models.scoring",
    "Plan": "training.plan",
    "fit": "training.fit",
    "evaluate": "evaluation.metrics",
    "find_strong_ngrams": "reports.strong_ngrams",
    "draw_confusion": "reports.curves",
}
__all__ = ["__version__", *_MODULES]  # the names are str


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> Any:
    # Imported when asked for: scikit-learn takes a second, which `movieclassifier --help` should not cost.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
