"""The rows of voted texts in the short form in which they are kept, so that a replay hashes no text again."""

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from movieclassifier.features.ngrams import NGrams
from movieclassifier.features.rows import Rows

HEADER = struct.Struct("<8sBI")


@dataclass(frozen=True)
class TextRows:
    """The rows of some texts.

    Attributes
    ----------
    lengths : ndarray of shape (n,), int64
    columns : ndarray of shape (sum of lengths,), int32
    values : ndarray
        One value per row where :func:`is_uniform` says so, else one per column.
    """

    lengths: NDArray[np.int64]
    columns: NDArray[np.integer]
    values: NDArray[np.floating]


@lru_cache(maxsize=8)
def ngrams_key(ngrams: NGrams) -> bytes:
    """Return what rows depend on, as 8 bytes; rows with a different key belong to different settings."""
    return hashlib.sha256(repr(ngrams).encode()).digest()[:8]


def is_uniform(ngrams: NGrams) -> bool:
    """Tell whether all values of a row are equal."""
    return ngrams.binary and not ngrams.alternate_sign


def pack_row(rows: TextRows, ngrams: NGrams) -> bytes:
    """Return one row as bytes, four per column where all values are equal."""
    header = HEADER.pack(ngrams_key(ngrams), is_uniform(ngrams), len(rows.columns))
    values = rows.values.astype(f"<f{rows.values.dtype.itemsize}")
    return header + rows.columns.astype("<i4").tobytes() + values.tobytes()


def is_packed(packed: bytes | None, ngrams: NGrams) -> bool:
    """Tell whether bytes are a row of these settings."""
    if packed is None or len(packed) < HEADER.size:
        return False
    key, uniform, n = HEADER.unpack_from(packed)
    item = np.dtype(ngrams.dtype).itemsize
    result: bool = key == ngrams_key(ngrams) and len(packed) == HEADER.size + 4 * n + item * (1 if uniform else n)
    return result


def unpack_rows(packed: Sequence[bytes], ngrams: NGrams) -> TextRows:
    """Return packed rows of these settings.

    Raises
    ------
    ValueError
        If they are not the rows of any text.

    Examples
    --------
    >>> ngrams = NGrams(n_features=8)
    >>> rows = TextRows(np.array([2]), np.array([1, 6]), np.array([0.5], np.float32))
    >>> packed = pack_row(rows, ngrams)
    >>> is_packed(packed, ngrams), is_packed(packed, NGrams(n_features=16)), is_packed(b"", ngrams)
    (True, False, False)
    >>> unpack_rows([packed, packed], ngrams)
    TextRows(lengths=array([2, 2]), columns=array([1, 6, 1, 6], dtype=int32), values=array([0.5, 0.5], dtype=float32))
    """
    words = np.frombuffer(b"".join([row[HEADER.size :] for row in packed]), "<i4")
    width = np.dtype(ngrams.dtype).itemsize // 4
    n_words = np.array([(len(row) - HEADER.size) // 4 for row in packed])
    lengths = n_words - width if is_uniform(ngrams) else n_words // (1 + width)
    ends = np.cumsum(n_words)
    is_column = np.arange(len(words)) - np.repeat(ends - n_words, n_words) < np.repeat(lengths, n_words)
    columns, values = words[is_column], words[~is_column].view(f"<f{4 * width}")
    if columns.min(initial=0) < 0 or columns.max(initial=0) >= ngrams.n_features or not np.isfinite(values).all():
        raise ValueError(f"the rows go beyond the {ngrams.n_features:,} columns, or are not finite")
    return TextRows(lengths, columns, values)


def text_rows(rows: Rows, ngrams: NGrams) -> TextRows:
    """Return hashed texts in the short form."""
    lengths = rows.lengths.astype(np.int64)
    if not is_uniform(ngrams):
        return TextRows(lengths, rows.columns, rows.data)
    nothing = rows.data.dtype.type(0)
    return TextRows(
        lengths, rows.columns, np.where(lengths > 0, np.append(rows.data, nothing)[rows.indptr[:-1]], nothing)
    )
