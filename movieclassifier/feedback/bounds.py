"""Bounds on how far votes may move the served model between two updates."""

from dataclasses import dataclass

# The distance from the base, as a share of the base's norm. benchmarks/correction_cost.py prints what that admits and
# what it costs. The bounds are no part of the log: every process on one database needs the same.
DEFAULT_CAP = 0.1
# Steps of different texts hardly overlap, so their squares add up: shares of the cap are shares of its square.
DEFAULT_VOTE_SHARE = 0.25
DEFAULT_CLIENT_SHARE = 0.5
# Share of the guard set that votes together may answer worse, and an update too. Both models answer the same
# documents, so much less than the standard error of either accuracy is a sign.
DEFAULT_TOLERANCE = 0.01
# Without a guard set, so many votes act whatever their size: a model of a few hundred texts moves far with each.
FREE_VOTES = 5


@dataclass(frozen=True)
class Bounds:
    """Bounds on how far votes may move the weights.

    Attributes
    ----------
    cap : float
        The distance from the base, as a share of the norm of the base's weights.
    vote_share : float
        The largest squared step of one vote, as a share of the squared cap.
    client_share : float
        The sum of the squared steps of one client, as a share of the squared cap.
    tolerance : float
        How much accuracy on the guard set votes may cost.
    """

    cap: float = DEFAULT_CAP
    vote_share: float = DEFAULT_VOTE_SHARE
    client_share: float = DEFAULT_CLIENT_SHARE
    tolerance: float = DEFAULT_TOLERANCE


UNBOUNDED = Bounds(float("inf"), 1.0, 1.0, 1.0)
