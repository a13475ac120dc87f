"""Intervals of shares, and how the shares of right answers compare with what the model claims."""

from collections.abc import Sequence
from dataclasses import dataclass

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
