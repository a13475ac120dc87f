"""The guard set: a hashed sample of the holdout, on which an updated model is checked before it is served."""

from collections.abc import Iterable, Mapping, Sequence
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
PART = 100  # documents
GUARD_ARRAYS = ("guard_lengths", "guard_steps", "guard_data", "guard_y")


def make_guard(classifier: Classifier, documents: Iterable[Document]) -> dict[str, NDArray[Any]]:
    """Return documents as the arrays that a record keeps: never as text, and only the columns with a weight.

    Parameters
    ----------
    classifier : Classifier
    documents : iterable of Document
        A few hundred that were not trained on.

    Returns
    -------
    dict of str to ndarray
    """
    texts, labels = zip(*documents, strict=True)
    # Some at a time: the rows of all would take more memory than the guard set.
    parts = [_make_part(classifier, texts[start : start + PART]) for start in range(0, len(texts), PART)]
    lengths, steps, data = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return {
        "guard_lengths": lengths,
        # Places among the known columns, as steps inside each document: small numbers compress well.
        "guard_steps": smallest(steps),
        "guard_data": data,
        "guard_y": np.array([classifier.classes_.tolist().index(label) for label in labels], dtype=np.int32),
    }


def _make_part(classifier: Classifier, texts: Sequence[str]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return the lengths, steps and data of some documents."""
    rows = classifier.rows(texts)
    # Looked up among the known columns, for a table of all columns would take more memory than the model.
    columns, of_entry = np.unique(rows.columns, return_inverse=True)
    places = np.searchsorted(classifier.columns, columns)
    is_known = places < len(classifier.columns)
    is_known[is_known] = classifier.columns[places[is_known]] == columns[is_known]
    known, places = is_known[of_entry], places[of_entry]
    row = np.repeat(np.arange(len(texts), dtype=np.int32), rows.lengths)[known]
    places = places[known]
    starts_row = np.diff(row, prepend=-1) > 0
    steps = np.where(starts_row, places, np.diff(places, prepend=0)).astype(np.int32)
    return np.bincount(row, minlength=len(texts)).astype(np.int32), steps, rows.data[known]


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
