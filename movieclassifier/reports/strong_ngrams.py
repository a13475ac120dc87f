"""The strongest n-grams of a model. It knows columns only, so their n-grams are looked up in the texts again."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from movieclassifier.corpora.minibatches import iter_minibatches
from movieclassifier.corpora.readers.contract import Document
from movieclassifier.features.murmur import ngram_columns
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.ngram_spans import ngram_spans

N_CANDIDATES = 5000
N_TEXTS = 5
SIZE = 1000

Documents = Callable[[], Iterable[Document]]


@dataclass(frozen=True)
class StrongNgram:
    """One n-gram that speaks for a class.

    Attributes
    ----------
    ngram : str
        The n-gram that is most often behind the column.
    weight : float
        What it adds to the decision value at most, in log-odds; in a document of many n-grams it adds less.
    n_documents : int
        Training documents that have it.
    strength : float
        Weight times the square root of the number of documents: what is heavy and rare counts less.
    """

    ngram: str
    weight: float
    n_documents: int
    strength: float


def find_strong_ngrams(classifier: Classifier, documents: Documents, n_ngrams: int = 60) -> list[list[StrongNgram]]:
    """Return the strongest n-grams of each class, the strongest first.

    Parameters
    ----------
    classifier : Classifier
    documents : function
        Returns the training documents, from the start; it is called twice.
    n_ngrams : int
        How many per class.
    """
    candidates = [_heaviest(classifier, *_side(classifier, position)) for position in range(len(classifier.classes_))]
    counts = count_documents(classifier, documents(), np.unique(np.concatenate(candidates)))
    chosen = []
    for position, columns in enumerate(candidates):
        row, sign = _side(classifier, position)
        weights = sign * classifier.coef_[row, columns].astype(float)
        strengths = weights * np.sqrt([counts.get(column, 0) for column in columns.tolist()])
        best = np.argsort(-strengths, kind="stable")[:n_ngrams]
        chosen.append([(int(columns[i]), float(weights[i]), float(strengths[i])) for i in best if strengths[i] > 0])
    names = name_columns(classifier, documents(), {column for found in chosen for column, _, _ in found})
    return [
        [StrongNgram(names[column], weight, counts[column], strength) for column, weight, strength in found]
        for found in chosen
    ]


def _side(classifier: Classifier, position: int) -> tuple[int, int]:
    """Return the row of weights and the sign with which it speaks for a class."""
    return (position, 1) if len(classifier.coef_) > 1 else (0, 1 if position == 1 else -1)


def _heaviest(classifier: Classifier, row: int, sign: int) -> NDArray[np.integer]:
    """Return the columns with the largest weights for a class."""
    weights = sign * classifier.coef_[row, classifier.columns]
    heaviest = np.argsort(-weights, kind="stable")[:N_CANDIDATES]
    result: NDArray[np.integer] = classifier.columns[heaviest[weights[heaviest] > 0]]
    return result


def count_documents(
    classifier: Classifier, documents: Iterable[Document], columns: NDArray[np.integer]
) -> dict[int, int]:
    """Return how many documents have each of some columns."""
    place = np.full(classifier.recipe.ngrams.n_features, -1, dtype=np.int32)
    place[columns] = np.arange(len(columns))
    counts = np.zeros(len(columns), dtype=np.int64)
    for texts, _ in iter_minibatches(documents, SIZE):
        # A row of the hashed features has each column once.
        found = place[classifier.rows(texts).columns]
        counts += np.bincount(found[found >= 0], minlength=len(columns))
    return dict(zip(columns.tolist(), counts.tolist(), strict=True))


def name_columns(classifier: Classifier, documents: Iterable[Document], columns: set[int]) -> dict[int, str]:
    """Return the n-gram that is most often behind each column, in the first documents that have it."""
    recipe = classifier.recipe
    seen: dict[int, Counter[str]] = {column: Counter() for column in columns}
    wanted = np.zeros(recipe.ngrams.n_features, dtype=bool)
    wanted[list(columns)] = True
    for texts, _ in iter_minibatches(documents, SIZE):
        if not wanted.any():
            break
        rows = classifier.rows(texts)
        hits = np.add.reduceat(np.append(wanted[rows.columns], False), rows.indptr[:-1]) * (rows.lengths > 0)
        for i in np.flatnonzero(hits).tolist():
            ngrams = list(ngram_spans(texts[i], recipe.ngrams))
            for ngram, column in ngram_columns(ngrams, recipe.ngrams.n_features).items():
                if column in seen:
                    seen[column][ngram] += 1
                    wanted[column] = seen[column].total() < N_TEXTS
    return {column: ngrams.most_common(1)[0][0] if ngrams else "?" for column, ngrams in seen.items()}
