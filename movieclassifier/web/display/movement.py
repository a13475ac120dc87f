"""The words whose weights a vote moved, and how far."""

from dataclasses import dataclass

import numpy as np

from movieclassifier.features.murmur import ngram_columns
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.ngram_spans import ngram_spans

N_WORDS = 6


@dataclass(frozen=True)
class MovedWord:
    """A word or phrase whose weight a vote moved towards its label.

    Attributes
    ----------
    ngram : str
    share : float
        Its share of the whole movement, from 0 to 1.
    length : float
        Of its bar, in per cent of that of the word that moved most.
    """

    ngram: str
    share: float
    length: float

    @property
    def percent(self) -> float:
        """The share in per cent."""
        return round(100 * self.share, 1)


def moved_words(classifier: Classifier, text: str, label: str, n: int = N_WORDS) -> list[MovedWord]:
    """Return the words that a vote on a text moved most.

    A correction moves the answer by the sum of ``tau * (x * r)**2`` over the columns of the text, with the features x
    and the log-count ratio r; the shares do not depend on tau.

    Parameters
    ----------
    classifier : Classifier
    text : str
    label : str
        The name of the label voted for.
    n : int

    Returns
    -------
    list of MovedWord
        The one that moved most first; empty where the model knows no word of the text.
    """
    row = classifier.label_names.index(label) if len(classifier.classes_) > 2 else 0
    rows = classifier.rows([text])
    columns = rows.columns
    moved = (rows.data.astype(float) * classifier.weights.ratio_at(row, columns)) ** 2
    total = float(moved.sum())
    if not total:
        return []
    by_column = dict(zip(columns.tolist(), (moved / total).tolist(), strict=True))
    names: dict[int, str] = {}
    for ngram, column in ngram_columns(
        list(ngram_spans(text, classifier.recipe.ngrams)), classifier.recipe.ngrams.n_features
    ).items():
        names.setdefault(column, ngram)
    strongest = np.argsort(-moved, kind="stable")[:n]
    found = [(names.get(int(columns[place]), ""), by_column[int(columns[place])]) for place in strongest]
    longest = found[0][1] or 1.0
    return [
        MovedWord(ngram, share, round(100 * share / longest, 1)) for ngram, share in found if ngram and share > 0.001
    ]
