"""The steps that ballots take: how a ballot ends, and which weights its step changes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# How a ballot ended: nothing to change, a step, or held for one of the reasons.
UNCHANGED, STEPPED, TOO_FAR, TOO_LARGE, TOO_MUCH, GUARDED = range(6)


@dataclass(frozen=True)
class Step:
    """A ballot that changed weights, with everything that is needed to take it back."""

    index: int
    old: NDArray[np.floating]
    distance2: float
    used: float


@dataclass(frozen=True)
class AllowedStep:
    """A step that the bounds allow.

    Attributes
    ----------
    index : int
        The ballot.
    places : ndarray of shape (n,)
    old, new : ndarray of shape (n_rows, n)
    size2 : float
        Its squared length.
    distance2 : float
        Squared distance from the base after it.
    """

    index: int
    places: NDArray[np.integer]
    old: NDArray[np.floating]
    new: NDArray[np.floating]
    size2: float
    distance2: float


@dataclass(frozen=True)
class Trial:
    """The effect that the step of each of some ballots alone would have on the weights as they are.

    Attributes
    ----------
    chosen : ndarray of shape (n,)
        The ballots that would change weights.
    starts : ndarray of shape (n + 1,)
    places : ndarray of shape (n_columns,)
    old, new : ndarray of shape (n_rows, n_columns)
    size2, distance2 : ndarray of shape (n,)
    """

    chosen: NDArray[np.integer]
    starts: NDArray[np.int64]
    places: NDArray[np.int32]
    old: NDArray[np.floating]
    new: NDArray[np.floating]
    size2: NDArray[np.float64]
    distance2: NDArray[np.float64]

    def candidate(self, k: int) -> AllowedStep:
        """Return one of the steps."""
        part = slice(int(self.starts[k]), int(self.starts[k + 1]))
        old, new = self.old[:, part].copy(), self.new[:, part]
        return AllowedStep(
            index=int(self.chosen[k]),
            places=self.places[part],
            old=old,
            new=new,
            size2=float(self.size2[k]),
            distance2=float(self.distance2[k]),
        )
