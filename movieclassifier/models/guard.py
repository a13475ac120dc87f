"""The guard set: a hashed sample of the holdout, on which an updated model is checked before it is served."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.corpora.readers.contract import Document
from movieclassifier.features.rows import Rows
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.decisions import predicted_positions
from movieclassifier.models.packed_guard import MISFIT, places_of
from movieclassifier.system.npz import smallest

N_GUARD = 500
# Entries of rows that are looked up at a time: those of all may take more memory than the model.
PART = 2**16
GUARD_ARRAYS = ("guard_lengths", "guard_steps", "guard_data", "guard_y")


def make_guard(
    classifier: Classifier, documents: Iterable[Document], rows: Rows | None = None
) -> dict[str, NDArray[Any]]:
    """Return documents as the arrays that a record keeps: never as text, and only the columns with a weight.

    Parameters
    ----------
    classifier : Classifier
    documents : iterable of Document
        A few hundred that were not trained on.
    rows : Rows, optional
        Their rows, where they are known.

    Returns
    -------
    dict of str to ndarray
    """
    texts, labels = zip(*documents, strict=True)
    rows = classifier.rows(texts) if rows is None else rows
    places = _places_of(rows.columns, classifier.columns, rows.n_features)
    known = places >= 0
    row = np.repeat(np.arange(len(texts), dtype=np.int32), rows.lengths)[known]
    places = places[known]
    starts_row = np.diff(row, prepend=-1) > 0
    return {
        "guard_lengths": np.bincount(row, minlength=len(texts)).astype(np.int32),
        # Places among the known columns, as steps inside each document: small numbers compress well.
        "guard_steps": smallest(np.where(starts_row, places, np.diff(places, prepend=0))),
        "guard_data": rows.data[known],
        "guard_y": np.array([classifier.classes_.tolist().index(label) for label in labels], dtype=np.int32),
    }


def _places_of(columns: NDArray[np.integer], known: NDArray[np.integer], n_features: int) -> NDArray[np.int32]:
    """Return the places of columns among the known ones, which are ascending; -1 for the others."""
    # A bit for each column, 64 of them in a word: as many known columns come before a column as bits are set there.
    is_known = np.zeros(-(-n_features // 64) * 64, bool)
    for start in range(0, len(known), PART):
        is_known[known[start : start + PART]] = True
    words = np.packbits(is_known, bitorder="little").view("<u8")
    n_known = np.bitwise_count(words)
    n_before = np.cumsum(n_known, dtype=np.int32) - n_known
    places = np.empty(len(columns), np.int32)
    for start in range(0, len(columns), PART):
        part = columns[start : start + PART]
        word, bit = words[part >> 6], np.uint64(1) << (part & 63).astype(np.uint64)
        found = n_before[part >> 6] + np.bitwise_count(word & (bit - np.uint64(1)))
        places[start : start + PART] = np.where(word & bit, found, -1)
    return places


def check_guard(arrays: Mapping[str, NDArray[Any]], classifier: Classifier) -> None:
    """Refuse arrays that are not those of a guard set of a classifier.

    Raises
    ------
    KeyError
        If one is missing.
    ValueError
        If they do not fit each other or the classifier.
    """
    lengths, steps, data, y = (arrays[name] for name in GUARD_ARRAYS)
    fits = lengths.dtype == y.dtype == np.int32 and lengths.shape == y.shape == (len(y),) and len(y) > 0
    fits &= steps.dtype in ("uint8", "uint16", "uint32") and steps.shape == data.shape == (len(steps),)
    fits &= data.dtype == classifier.recipe.ngrams.dtype and bool(np.isfinite(data).all())
    if fits:
        fits = y.min() >= 0 and y.max() < len(classifier.classes_) and lengths.min() >= 0
    if not fits or lengths.sum(dtype=np.int64) != len(steps):
        raise ValueError(MISFIT)
    places = places_of(lengths, steps)
    if places.max(initial=-1) >= len(classifier.columns):
        raise ValueError(MISFIT)


def guard_accuracy(classifier: Classifier, arrays: Mapping[str, NDArray[Any]], columns: NDArray[np.integer]) -> float:
    """Return the accuracy of a classifier on a guard set.

    Parameters
    ----------
    classifier : Classifier
        The one to check.
    arrays : mapping of str to ndarray
        What :func:`make_guard` returned.
    columns : ndarray of shape (n_columns,)
        The known columns of the classifier that the guard set was made with.
    """
    values = classifier.decide(guard_rows(arrays, columns, classifier.recipe.ngrams.n_features))
    return float((predicted_positions(values) == arrays["guard_y"]).mean())


def guard_rows(arrays: Mapping[str, NDArray[Any]], columns: NDArray[np.integer], n_features: int) -> Rows:
    """Return the documents of a guard set as rows.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        The arrays that :func:`make_guard` returned.
    columns : ndarray of shape (n_columns,)
        The known columns of the classifier that the guard set was made with.
    n_features : int
    """
    lengths = arrays["guard_lengths"]
    indptr = np.concatenate([[0], np.cumsum(lengths)])
    known = columns[places_of(lengths, arrays["guard_steps"])].astype(np.int32, copy=False)
    return Rows(arrays["guard_data"], known, indptr, n_features)
