"""The guard set as a record keeps it: for each column, the documents that have it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.models.byte_planes import from_planes, to_planes
from movieclassifier.system.npz import smallest

PACKED = ("guard_counts", "guard_documents")
MISFIT = "its guard set does not fit the rest"


def places_of(lengths: NDArray[np.integer], steps: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return the places of each document's columns among the known ones."""
    sums = np.concatenate([[0], np.cumsum(steps, dtype=np.int64)])
    places: NDArray[np.int64] = sums[1:] - np.repeat(sums[np.concatenate([[0], np.cumsum(lengths)])[:-1]], lengths)
    return places


def pack_guard(arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return the arrays of a guard set with its columns packed in two thirds of their room.

    A column of few documents costs less than a place in each of them. The columns of most documents come first, and
    the steps between their documents are small.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        The arrays that :func:`movieclassifier.models.guard.make_guard` returned.

    Returns
    -------
    dict of str to ndarray
    """
    others = {name: array for name, array in arrays.items() if name not in ("guard_lengths", "guard_steps")}
    lengths = arrays["guard_lengths"]
    n_documents = max(1, len(lengths))
    keys = places_of(lengths, arrays["guard_steps"])
    n_places = int(keys.max(initial=-1)) + 1
    # A place and a document are one number, which is sorted faster than two.
    keys *= n_documents
    keys += np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    keys.sort()
    places = keys // n_documents
    starts = _starts_of_runs(places)
    counts, used = np.diff(starts, append=len(keys)), places[starts]
    del places
    keys += np.repeat((n_documents - counts) * (n_places * n_documents), counts)
    keys.sort()
    documents = (keys % n_documents).astype(np.int32)
    keys //= n_documents
    steps = documents.copy()
    steps[1:] -= documents[:-1]
    starts = _starts_of_runs(keys)
    steps[starts] = documents[starts]
    del keys, documents
    bytes_of_counts = to_planes(counts)
    planes = np.zeros((len(bytes_of_counts), n_places), np.uint8)  # of all known columns: there may be millions
    for plane, values in zip(planes, bytes_of_counts, strict=True):  # zeros that nobody writes take no memory
        some = values > 0
        plane[used[some]] = values[some]
    return {"guard_counts": planes, "guard_documents": to_planes(steps)} | others


def _starts_of_runs(values: NDArray[np.integer]) -> NDArray[np.intp]:
    """Return where values begin that are the same as those behind them."""
    begins = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=begins[1:])
    return np.flatnonzero(begins)


def unpack_guard(arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return the arrays that :func:`pack_guard` was given.

    Raises
    ------
    KeyError
        If one is missing.
    ValueError
        If they do not fit each other.
    """
    counts, steps = (from_planes(arrays[name]) for name in PACKED)
    n_documents = len(arrays["guard_y"])
    if counts.sum() != len(steps) or counts.max(initial=0) > n_documents:
        raise ValueError(MISFIT)
    used = np.flatnonzero(counts)
    used = used[np.argsort(-counts[used].astype(np.int32), kind="stable")]
    lengths = counts[used].astype(np.int64)
    places = np.repeat(used, lengths)
    sums = np.concatenate([[0], np.cumsum(steps, dtype=np.int64)])
    documents = sums[1:] - np.repeat(sums[np.cumsum(lengths) - lengths], lengths)
    if documents.max(initial=-1) >= n_documents:
        raise ValueError(MISFIT)
    keys = np.sort(documents * len(counts) + places)
    documents, places = np.divmod(keys, max(1, len(counts)))
    starts_document = np.diff(documents, prepend=-1) > 0
    others = {name: array for name, array in arrays.items() if name not in PACKED}
    return others | {
        "guard_lengths": np.bincount(documents, minlength=n_documents).astype(np.int32),
        "guard_steps": smallest(np.where(starts_document, places, np.diff(places, prepend=0))),
    }
