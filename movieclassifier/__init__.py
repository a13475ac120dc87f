"""Train a text classifier on more text than fits in memory, and let it learn from people's corrections."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # for type checkers and editors; at run time each is imported when it is asked for
    from movieclassifier.corpora.corpus import open_corpus as open_corpus
    from movieclassifier.corpora.minibatches import holdout_sizes as holdout_sizes
    from movieclassifier.corpora.minibatches import iter_minibatches as iter_minibatches
    from movieclassifier.corpora.minibatches import split_holdout as split_holdout
    from movieclassifier.corpora.readers.formats import READERS as READERS
    from movieclassifier.corpora.reading import ReadingOptions as ReadingOptions
    from movieclassifier.corpora.shuffled import shuffle_corpus as shuffle_corpus
    from movieclassifier.corpora.survey import survey as survey
    from movieclassifier.evaluation.metrics import evaluate as evaluate
    from movieclassifier.evaluation.train import train as train
    from movieclassifier.features.tokenizers import TOKENIZERS as TOKENIZERS
    from movieclassifier.features.words import english_stop_words as english_stop_words
    from movieclassifier.models.classifier import Classifier as Classifier
    from movieclassifier.models.persistence import load_classifier as load_classifier
    from movieclassifier.models.pickles import load_pickled as load_pickled
    from movieclassifier.models.scoring import score_documents as score_documents
    from movieclassifier.models.writing import save_model as save_model
    from movieclassifier.models.writing import save_record as save_record
    from movieclassifier.recipes.linear import Recipe as Recipe
    from movieclassifier.recipes.names import RECIPES as RECIPES
    from movieclassifier.recipes.names import make_recipe as make_recipe
    from movieclassifier.reports.curves import draw_confusion as draw_confusion
    from movieclassifier.reports.strong_ngrams import find_strong_ngrams as find_strong_ngrams
    from movieclassifier.training.estimator import StreamingTextClassifier as StreamingTextClassifier
    from movieclassifier.training.fit import fit as fit
    from movieclassifier.training.plan import Plan as Plan
    from movieclassifier.vectorizer import make_vectorizer as make_vectorizer

__version__ = "1.0.0"

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
    "Recipe": "recipes.linear",
    "make_recipe": "recipes.names",
    "Classifier": "models.classifier",
    "load_classifier": "models.persistence",
    "load_pickled": "models.pickles",
    "save_model": "models.writing",
    "save_record": "models.writing",
    "score_documents": "models.scoring",
    "Plan": "training.plan",
    "fit": "training.fit",
    "evaluate": "evaluation.metrics",
    "train": "evaluation.train",
    "StreamingTextClassifier": "training.estimator",
    "find_strong_ngrams": "reports.strong_ngrams",
    "draw_confusion": "reports.curves",
}
__all__ = ["__version__", *_MODULES]  # the names are str


def __dir__() -> list[str]:
    return __all__


if not TYPE_CHECKING:  # or type checkers would take any name for one of these

    def __getattr__(name: str) -> Any:
        # Imported when asked for: scikit-learn takes a second, which `movieclassifier --help` should not cost.
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
