"""Names for the strongest columns of a model, looked up in a sample of texts: a model keeps no words of its own."""

from collections.abc import Iterator, Sequence
from itertools import chain, compress

import numpy as np
from numpy.typing import NDArray

from movieclassifier.features.hashing import place_columns
from movieclassifier.features.murmur import ngram_columns
from movieclassifier.features.ngrams import NGrams
from movieclassifier.features.rows import Rows
from movieclassifier.features.tokenizers import TOKENIZERS
from movieclassifier.models.classifier import Classifier

# A phrase of fewer texts may be somebody's own.
MIN_TEXTS = 3
N_NAMES = 24
MAX_NAMES = 240
# Texts that two classes need; more take all.
ENOUGH = 300


def name_strongest(classifier: Classifier, texts: Sequence[str], rows: Rows | None = None) -> list[str]:
    """Return the n-grams of some texts that speak most for each class, in alphabetical order.

    Parameters
    ----------
    classifier : Classifier
    texts : sequence of str
        A few hundred. Only n-grams of at least three of them are named.
    rows : Rows, optional
        Their rows, where they are known.

    Returns
    -------
    list of str
        Of words only; at most 240.
    """
    texts = texts[:ENOUGH] if len(classifier.classes_) == 2 else texts
    rows = classifier.rows(texts) if rows is None else rows
    indptr = rows.indptr[: len(texts) + 1]
    columns, n_texts = np.unique(rows.columns[: indptr[-1]], return_counts=True)
    columns, n_texts = columns[n_texts >= MIN_TEXTS], n_texts[n_texts >= MIN_TEXTS]
    weights = classifier.coef_[:, columns].astype(float) * np.sqrt(n_texts)
    sides = weights if len(weights) > 1 else np.concatenate([-weights, weights])
    n_names = max(3, min(N_NAMES, MAX_NAMES // len(sides)))
    # Twice as many as there is room for: some have no words.
    best = [np.argsort(-side, kind="stable")[: 2 * n_names] for side in sides]
    chosen = [columns[found[side[found] > 0]].tolist() for side, found in zip(sides, best, strict=True)]
    wanted = {column for found in chosen for column in found}
    names = _names(classifier, texts, rows.columns[: indptr[-1]], indptr, wanted)
    named = [[names[column] for column in found if column in names][:n_names] for found in chosen]
    return sorted({name for found in named for name in found})[:MAX_NAMES]


def rank_words(classifier: Classifier, ngrams: Sequence[str], n: int) -> dict[str, list[tuple[str, float]]]:
    """Return which of some n-grams speak most for each label.

    Parameters
    ----------
    classifier : Classifier
    ngrams : sequence of str
    n : int
        How many for each label.

    Returns
    -------
    dict of str to list of (str, float)
        By label name, n-grams and their weights, the strongest first; above zero they speak for the label. For two
        classes the first label's are below zero.
    """
    if not ngrams:
        return {}
    columns = ngram_columns(list(ngrams), classifier.recipe.ngrams.n_features)
    names, places = list(columns), list(columns.values())
    found = {}
    for row, weights in enumerate(classifier.coef_[:, places]):
        ranked = sorted(zip(weights.tolist(), names, strict=True), reverse=True)
        if len(classifier.coef_) == 1:
            found[classifier.label_names[0]] = [(name, weight) for weight, name in ranked[::-1][:n] if weight < 0]
        name = classifier.label_names[row if len(classifier.coef_) > 1 else 1]
        found[name] = [(name, weight) for weight, name in ranked[:n] if weight > 0]
    return found


def _names(
    classifier: Classifier,
    texts: Sequence[str],
    columns: NDArray[np.integer],
    indptr: NDArray[np.integer],
    wanted: set[int],
) -> dict[int, str]:
    """Return n-grams of words by their columns, from as few texts as are needed."""
    ngrams = classifier.recipe.ngrams
    is_wanted = np.zeros(ngrams.n_features, bool)
    is_wanted[list(wanted)] = True
    hits = np.add.reduceat(np.append(is_wanted[columns], False), indptr[:-1]) * (np.diff(indptr) > 0)
    names: dict[int, str] = {}
    left = set(wanted)
    for place in np.argsort(-hits, kind="stable").tolist():
        own = left.intersection(columns[indptr[place] : indptr[place + 1]].tolist())
        if not own:
            continue
        for ngram, column in _places_of(own, texts[place], ngrams):
            if column not in names and all(word[0].isalpha() for word in ngram):
                names[column] = " ".join(ngram)
        left -= own
        if not left:
            break
    return names


def _places_of(wanted: set[int], text: str, ngrams: NGrams) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield the n-grams of a text whose columns are wanted, the shorter ones first, and their columns."""
    found = _ngrams_of(text, ngrams)
    columns = place_columns(text, ngrams)
    if columns is None:  # there is no twin
        joined = [" ".join(ngram) for ngram in found]
        by_ngram = ngram_columns(joined, ngrams.n_features)
        columns = [by_ngram[ngram] for ngram in joined]
    return compress(zip(found, columns, strict=True), map(wanted.__contains__, columns))


def _ngrams_of(text: str, ngrams: NGrams) -> list[tuple[str, ...]]:
    """Return the n-grams of a text in the order of ``place_columns``, as tuples of tokens."""
    stop_words = frozenset(ngrams.stop_words)
    tokens = [token for token in TOKENIZERS[ngrams.tokenizer](text) if token not in stop_words]
    shortest, longest = ngrams.ngram_range
    windows = (zip(*(tokens[start:] for start in range(n)), strict=False) for n in range(shortest, longest + 1))
    return list(chain.from_iterable(windows))
