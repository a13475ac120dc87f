"""The strongest words of a model, looked up among the phrases of the bundled sample reviews."""

from collections import Counter
from functools import lru_cache
from importlib.resources import files

from movieclassifier.corpora.readers.formats import READERS
from movieclassifier.features.hashing import ngram_columns
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.explanation import ngram_spans
from movieclassifier.recipes.linear import Recipe

SAMPLE = "bundled/sample_reviews.csv"
SAMPLE_LABELS = ("negative", "positive")
MIN_REVIEWS = 3
N_WORDS = 12


def strongest_words(classifier: Classifier, n: int = N_WORDS) -> dict[str, list[tuple[str, float]]]:
    """Return the words and phrases with the largest weights, by label name.

    A model keeps weights of hashed phrases and no words, and what people wrote is theirs, so the phrases come from
    the sample reviews.

    Parameters
    ----------
    classifier : Classifier
    n : int
        How many for each label.

    Returns
    -------
    dict of str to list of (str, float)
        Empty for a model of different labels: the phrases of the sample are not its own. The strongest first; above
        zero they speak for the label. For two classes the first label's are below zero.
    """
    if tuple(classifier.label_names) != SAMPLE_LABELS:
        return {}
    columns = sample_phrases(classifier.recipe)
    names, places = list(columns), list(columns.values())
    found = {}
    for row, weights in enumerate(classifier.coef_[:, places]):
        ranked = sorted(zip(weights.tolist(), names, strict=True), reverse=True)
        if len(classifier.coef_) == 1:
            found[classifier.label_names[0]] = [(name, weight) for weight, name in ranked[::-1][:n] if weight < 0]
        name = classifier.label_names[row if len(classifier.coef_) > 1 else 1]
        found[name] = [(name, weight) for weight, name in ranked[:n] if weight > 0]
    return found


@lru_cache(maxsize=4)
def sample_phrases(recipe: Recipe) -> dict[str, int]:
    """Return the phrases that several sample reviews use, each with its column."""
    counts: Counter[str] = Counter()
    for text, _ in READERS["csv"](str(files("movieclassifier").joinpath(SAMPLE))):
        counts.update(ngram_spans(text, recipe.ngrams).keys())
    phrases = [
        phrase for phrase, n in counts.items() if n >= MIN_REVIEWS and all(word[0].isalpha() for word in phrase.split())
    ]
    return ngram_columns(phrases, recipe.ngrams.n_features) if phrases else {}
