"""The scores of posts: the probability of the model's last label, their mean, and the words that told most."""

import math
from collections import defaultdict
from collections.abc import Sequence

from movieclassifier.models.classifier import Classifier

MIN_TEXTS = 2


def scores_of(classifier: Classifier, texts: Sequence[str]) -> list[float]:
    """Return the probability of the last label, such as positive, of each text."""
    found: list[float] = classifier.predict_proba(list(texts))[:, -1].tolist() if texts else []
    return found


def mean_score(scores: Sequence[float]) -> tuple[float, float, float]:
    """Return the mean of scores, and its 95% interval as a normal distribution has it.

    Examples
    --------
    >>> mean_score([0.5, 0.5]), mean_score([0.2])
    ((0.5, 0.5, 0.5), (0.2, 0.0, 1.0))
    """
    n, mean = len(scores), sum(scores) / len(scores)
    if n < MIN_TEXTS:
        return mean, 0.0, 1.0
    error = math.sqrt(sum((score - mean) ** 2 for score in scores) / (n - 1) / n)
    return mean, max(0.0, mean - 1.96 * error), min(1.0, mean + 1.96 * error)


def telling_words(classifier: Classifier, texts: Sequence[str], n: int = 12) -> list[tuple[str, float]]:
    """Return the n-grams that moved the scores of texts most, each with the sum of its contributions.

    Parameters
    ----------
    classifier : Classifier
    texts : sequence of str
    n : int
    """
    sums: dict[str, float] = defaultdict(float)
    label = classifier.classes_[-1].item()
    for text in texts:
        for part in classifier.explain(text, label).contributions:
            if any(character.isalnum() for character in part.ngram):
                sums[part.ngram] += part.value
    return sorted(sums.items(), key=lambda pair: (-abs(pair[1]), pair[0]))[:n]  # of equals, by the alphabet
