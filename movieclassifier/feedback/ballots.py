"""Votes as numbers: the row of each voted text, kept so that a replay hashes no text again."""

import copy
import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.features.ngrams import NGrams
from movieclassifier.features.rows import Rows
from movieclassifier.feedback.space import Space

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


@dataclass(frozen=True)
class Batch:
    """Votes as numbers.

    Attributes
    ----------
    vote : sequence of int
        Their positions in the log.
    at : sequence of int
        The positions of the events that accepted them.
    target : sequence of int
        The positions of their labels among the classes.
    client : sequence of str
        Who cast them.
    trusted : sequence of bool
        Whether the owner approved or imported them; the limits per vote and per client do not apply then.
    rows : TextRows
    """

    vote: Sequence[int]
    at: Sequence[int]
    target: Sequence[int]
    client: Sequence[str]
    trusted: Sequence[bool]
    rows: TextRows


class Ballots:
    """The ballots of a log in the order of learning, as arrays that grow.

    Parameters
    ----------
    space : Space
    n_rows : int
        Rows of weights.
    uniform : bool
        Whether all values of a row are equal, as they are for binary rows without signs; one number is kept then.

    Attributes
    ----------
    vote, at : ndarray of shape (capacity,), int64
    target : ndarray of shape (capacity,), int32
    client : ndarray of shape (capacity,), int32
        The number of the client, see :attr:`names`.
    trusted, alive : ndarray of shape (capacity,), bool
    start : ndarray of shape (capacity + 1,), int64
        Where each row starts in :attr:`places`.
    places : ndarray of int32
    norm : ndarray of shape (n_rows, capacity), float64
        The squared norm of the row times the ratio; NaN until it is asked for.
    names : list of str
        The names of the clients.
    """

    def __init__(self, space: Space, n_rows: int, *, uniform: bool, dtype: str):
        self.space, self.uniform, self.n = space, uniform, 0
        self.vote, self.at = np.empty(64, np.int64), np.empty(64, np.int64)
        self.target, self.client = np.empty(64, np.int32), np.empty(64, np.int32)
        self.trusted, self.alive = np.empty(64, bool), np.empty(64, bool)
        self.scale = np.empty(64, dtype)
        self.start = np.zeros(65, np.int64)
        self.norm = np.full((n_rows, 64), np.nan)
        self.places = np.empty(4096, np.int32)
        self.values = np.empty(0 if uniform else 4096, dtype)
        self.names: list[str] = []
        self._numbers: dict[str, int] = {}
        self._index: dict[int, int] = {}

    def __len__(self) -> int:
        return self.n

    def index(self, vote: int) -> int | None:
        """Return the index of the ballot of a vote that still counts."""
        return self._index.get(vote)

    def extend(self, batch: Batch) -> None:
        """Append ballots."""
        first, stop, rows = self.n, self.n + len(batch.vote), batch.rows
        self._grow(len(batch.vote), len(rows.columns))
        self.vote[first:stop], self.at[first:stop], self.target[first:stop] = batch.vote, batch.at, batch.target
        self.client[first:stop] = [self._number(client) for client in batch.client]
        self.trusted[first:stop], self.alive[first:stop] = batch.trusted, True
        self.start[first + 1 : stop + 1] = self.start[first] + np.cumsum(rows.lengths)
        places = slice(int(self.start[first]), int(self.start[stop]))
        self.places[places] = self.space.places(rows.columns)
        (self.scale if self.uniform else self.values)[slice(first, stop) if self.uniform else places] = rows.values
        self.norm[:, first:stop] = np.nan
        self._index.update(zip(batch.vote, range(first, stop), strict=True))
        self.n = stop

    def remove(self, index: int) -> None:
        """Let a ballot count no longer."""
        self.alive[index] = False
        self._index.pop(int(self.vote[index]), None)

    def truncate(self, n: int) -> None:
        """Drop all but the first ballots."""
        for i in range(n, self.n):
            self._index.pop(int(self.vote[i]), None)
        self.n = n

    def copy(self) -> "Ballots":
        """Return ballots that can be removed and appended to; the arrays of those that are there are shared."""
        other = copy.copy(self)
        other.alive, other._index = self.alive.copy(), dict(self._index)
        other.names, other._numbers = list(self.names), dict(self._numbers)
        return other

    def span(self, first: int, stop: int) -> tuple[NDArray[np.int32], NDArray[np.floating], NDArray[np.int64]]:
        """Return the places, the values and the row starts of neighbouring ballots."""
        low, high = self.start[first], self.start[stop]
        starts = self.start[first : stop + 1] - low
        if self.uniform:
            return self.places[low:high], np.repeat(self.scale[first:stop], np.diff(starts)), starts
        return self.places[low:high], self.values[low:high], starts

    def places_of(self, index: int) -> NDArray[np.int32]:
        """Return the places of one ballot."""
        return self.places[self.start[index] : self.start[index + 1]].copy()

    def rows(self, chosen: NDArray[np.integer]) -> tuple[NDArray[np.int32], NDArray[np.floating], NDArray[np.int64]]:
        """Return the places, the values and the row starts of any ballots."""
        lengths = self.start[chosen + 1] - self.start[chosen]
        starts = np.concatenate([[0], np.cumsum(lengths)])
        flat = np.repeat(self.start[chosen] - starts[:-1], lengths) + np.arange(starts[-1])
        values = np.repeat(self.scale[chosen], lengths) if self.uniform else self.values[flat]
        return self.places[flat], values, starts

    def norms(self, chosen: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return the squared norms of rows times the ratio, of shape (n_rows, n)."""
        for i in chosen[np.isnan(self.norm[:, chosen]).any(axis=0)].tolist():
            places, values, _ = self.span(i, i + 1)
            x = values.astype(float)
            for row in range(len(self.norm)):
                scaled = x if self.space.ratio is None else x * self.space.ratio[row, places]
                self.norm[row, i] = np.sum(scaled**2)
        return self.norm[:, chosen]

    def n_known(self, index: int) -> int:
        """Return how many columns of a ballot learning can move."""
        places, _, _ = self.span(index, index + 1)
        if self.space.ratio is None:
            return len(places)
        return int(np.count_nonzero(self.space.ratio[:, places], axis=1).max())

    def nbytes(self) -> int:
        """Return the memory that the ballots take, in bytes."""
        used = int(self.start[self.n]) * (self.places.itemsize + (0 if self.uniform else self.values.itemsize))
        names = ("vote", "at", "target", "client", "trusted", "alive", "scale", "start", "norm")
        arrays: list[NDArray[Any]] = [getattr(self, name) for name in names]
        return used + sum(array.nbytes for array in arrays)

    def _number(self, client: str) -> int:
        if client not in self._numbers:
            self._numbers[client] = len(self.names)
            self.names.append(client)
        return self._numbers[client]

    def _grow(self, n: int, n_columns: int) -> None:
        """Make room for more ballots. Memory that is not written to yet does not count for the process."""
        needed = self.n + n
        if needed > len(self.vote):
            room = max(needed, 2 * len(self.vote))
            for name in ("vote", "at", "target", "client", "trusted", "alive", "scale"):
                setattr(self, name, _longer(getattr(self, name), room, self.n))
            self.start = _longer(self.start, room + 1, self.n + 1)
            norm, self.norm = self.norm, np.full((len(self.norm), room), np.nan)
            self.norm[:, : self.n] = norm[:, : self.n]
        used = int(self.start[self.n])
        if used + n_columns > len(self.places):
            room = max(used + n_columns, 2 * len(self.places))
            self.places = _longer(self.places, room, used)
            if not self.uniform:
                self.values = _longer(self.values, room, used)


def _longer(array: NDArray[Any], n: int, used: int) -> NDArray[Any]:
    """Return a longer array that begins with what is used of one."""
    longer: NDArray[Any] = np.empty(n, array.dtype)
    longer[:used] = array[:used]
    return longer


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
