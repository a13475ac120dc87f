"""Sums, sigmoids and random numbers that the compiled twin computes to the same bits."""

import numpy as np
from numpy.typing import NDArray

LANES = 16
MASK = 2**64 - 1


def draw(state: int) -> tuple[int, int]:
    """Advance xorshift64 (Marsaglia 2003); return its state and its 32 upper bits."""
    state ^= state << 13 & MASK
    state ^= state >> 7
    state ^= state << 17 & MASK
    return state, state >> 32


def lane_dot(a: NDArray[np.float32], b: NDArray[np.float32]) -> np.float32:
    """Return the product of two vectors, summed in 16 lanes that are halved at the end.

    Examples
    --------
    >>> float(lane_dot(np.ones(32, np.float32), np.full(32, 2, np.float32)))
    64.0
    """
    lanes = np.zeros(LANES, np.float32)
    for part in (a * b).reshape(-1, LANES):
        lanes += part
    half = LANES // 2
    while half:
        lanes[:half] += lanes[half : 2 * half]
        half //= 2
    return np.float32(lanes[0])


def look_up(cosine: float, table: NDArray[np.float32]) -> np.float32:
    """Return the sigmoid of 6 times a cosine."""
    place = int((cosine + 1) * 0.5 * (len(table) - 1) + 0.5)
    return np.float32(table[max(0, min(place, len(table) - 1))])
