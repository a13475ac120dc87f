"""Intervals of shares: how far the accuracy on a few documents may be off."""

import math

Z95 = 1.959964


def wilson(share: float, n: int) -> tuple[float, float]:
    """Return the 95% interval of a share of `n`, which is right for few documents and for shares near 0 and 1, too.

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
