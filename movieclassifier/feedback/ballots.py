"""Votes as numbers, in arrays that grow with the log."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.feedback.packed_rows import TextRows
from movieclassifier.feedback.space import Space


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
