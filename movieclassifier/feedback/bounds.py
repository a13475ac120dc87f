"""Bounds on how far votes may move the served model between two updates."""

from dataclasses import dataclass

from movieclassifier.models.guard import N_GUARD

# The distance from the base, as a share of the base's norm. benchmarks/correction_cost.py prints what that admits and
# what it costs. The bounds are no part of the log: every process on one database needs the same.
DEFAULT_CAP = 0.1
# Steps of different texts hardly overlap, so their squares add up: shares of the cap are shares of its square.
DEFAULT_VOTE_SHARE = 0.25
DEFAULT_CLIENT_SHARE = 0.5
# Share of the guard set that votes together may answer worse, and an update too. Both models answer the same
# documents, so much less than the standard error of either accuracy is a sign.
DEFAULT_TOLERANCE = 0.01
# A model of a few hundred texts moves far with each vote. So many act without bounds where no guard set can judge
# them: with fewer documents than these, the tolerance is one document or less, and a single answer is chance.
FREE_VOTES = 5
FEW_GUARDS = 200


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


def free_votes(n_guards: int) -> int:
    """Return how many votes act whatever their size, beside a guard set of so many documents.

    Examples
    --------
    >>> free_votes(0), free_votes(20), free_votes(500)
    (5, 5, 0)
    """
    return FREE_VOTES if n_guards < FEW_GUARDS else 0


def allowed_loss(tolerance: float, n_documents: int) -> float:
    """Return the share of so many documents that may be answered worse.

    The tolerance is that of a full guard set. Fewer documents may lose as many: five by default, since a sign test
    calls it chance with a probability of 1/32 if five answers change and all of them for the worse.

    Examples
    --------
    >>> allowed_loss(0.01, 500), allowed_loss(0.01, 2000), allowed_loss(0.01, 100)
    (0.01, 0.01, 0.05)
    """
    return tolerance * max(n_documents, N_GUARD) / n_documents
