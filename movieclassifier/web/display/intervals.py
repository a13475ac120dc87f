"""Intervals of shares, and how the shares of right answers compare with what the model claims."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

Z95 = 1.959964
N_BINS = 10
MIN_IN_BIN = 5


@dataclass(frozen=True)
class Bin:
    """Answers with about the same probability.

    Attributes
    ----------
    claimed, right : float
        Mean probability of the answers, and the share that was right.
    n : int
    """

    claimed: float
    right: float
    n: int


def wilson(share: float, n: int) -> tuple[float, float]:
    """Return the 95% interval of a share of `n`.

    References
    ----------
    Wilson, *Probable Inference, the Law of Succession, and Statistical Inference*, JASA 1927.

    Examples
    --------
    >>> [round(bound, 3) for bound in wilson(0.5, 100)]
    [0.404, 0.596]
    >>> wilson(0.0, 0)
    (0.0, 1.0)
    """
    if not n:
        return 0.0, 1.0
    middle = (share + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
    half = Z95 / (1 + Z95**2 / n) * math.sqrt(share * (1 - share) / n + Z95**2 / (4 * n**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def reliability(claimed: Sequence[float], right: Sequence[bool]) -> list[Bin]:
    """Return bins of answers by their probability, without those of fewer than five answers.

    Parameters
    ----------
    claimed : sequence of float
        The probability of each answer.
    right : sequence of bool
        Whether it was right.

    Examples
    --------
    >>> reliability([0.91] * 10, [True] * 9 + [False])
    [Bin(claimed=0.91, right=0.9, n=10)]
    """
    bins: dict[int, list[tuple[float, bool]]] = {}
    for probability, is_right in zip(claimed, right, strict=True):
        bins.setdefault(min(int(probability * N_BINS), N_BINS - 1), []).append((probability, is_right))
    return [
        Bin(round(sum(p for p, _ in found) / len(found), 4), sum(r for _, r in found) / len(found), len(found))
        for _, found in sorted(bins.items())
        if len(found) >= MIN_IN_BIN
    ]
