"""The strongest words of a model: those that its training named, else phrases of the bundled sample reviews."""

from collections import Counter
from functools import lru_cache
from importlib.resources import files

from movieclassifier.corpora.readers.formats import READERS
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.naming import rank_words
from movieclassifier.models.ngram_spans import ngram_spans
from movieclassifier.recipes.linear import Recipe

SAMPLE = "bundled/sample_reviews.csv"
SAMPLE_LABELS = ("negative", "positive")
MIN_REVIEWS = 3
N_WORDS = 12


def strongest_words(classifier: Classifier, n: int = N_WORDS) -> dict[str, list[tuple[str, float]]]:
    """Return the words and phrases with the largest weights, by label name.

    A training names the strongest phrases of its corpus. For a model without such names, which has the labels of the
    sample reviews, the phrases come from these. Those that people wrote here are theirs, and never shown.

    Parameters
    ----------
    classifier : Classifier
    n : int
        How many for each label.

    Returns
    -------
    dict of str to list of (str, float)
        Empty for a model of different labels and without names. The strongest first; above zero they speak for the
        label. For two classes the first label's are below zero.
    """
    ngrams = classifier.metadata.get("ngrams")
    if ngrams is None and tuple(classifier.label_names) == SAMPLE_LABELS:
        ngrams = sample_phrases(classifier.recipe)
    return rank_words(classifier, ngrams or [], n)


@lru_cache(maxsize=4)
def sample_phrases(recipe: Recipe) -> list[str]:
    """Return the phrases that several sample reviews use."""
    counts: Counter[str] = Counter()
    for text, _ in READERS["csv"](str(files("movieclassifier").joinpath(SAMPLE))):
        counts.update(ngram_spans(text, recipe.ngrams).keys())
    return [
        phrase for phrase, n in counts.items() if n >= MIN_REVIEWS and all(word[0].isalpha() for word in phrase.split())
    ]
