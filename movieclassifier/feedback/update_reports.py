"""Reports on an update and on a rollback, in sentences for the owner."""

from dataclasses import dataclass

from movieclassifier.feedback.log.facts import Version


@dataclass(frozen=True)
class UpdateReport:
    """The result of an update.

    Attributes
    ----------
    version : Version
        The new base.
    n_new : int
        Votes that it holds and its parent did not.
    accuracy, reference : float or None
        On the guard set: of the new base, and the best of its parent and the trained model; None without a guard set.
    """

    version: Version
    n_new: int
    accuracy: float | None
    reference: float | None

    def __str__(self) -> str:
        votes = f"{self.n_new} new {'vote' if self.n_new == 1 else 'votes'}, {self.version.n_folded} in all"
        guard = "unchecked" if self.accuracy is None else f"accuracy {self.accuracy:.4f} on the guard set"
        before = "" if self.reference is None else f", {self.reference:.4f} before"
        return f"Version {self.version.version} is served: {votes}; {guard}{before}."


@dataclass(frozen=True)
class RollbackReport:
    """The result of a rollback.

    Attributes
    ----------
    version : Version
        The base that is served again.
    n_aside : int
        Accepted votes that it does not hold, which wait for a review again.
    """

    version: Version
    n_aside: int

    def __str__(self) -> str:
        if not self.n_aside:
            return f"Version {self.version.version} is served; it holds all accepted votes."
        votes = (
            "1 accepted vote that it does not hold waits"
            if self.n_aside == 1
            else (f"{self.n_aside:,} accepted votes that it does not hold wait")
        )
        return f"Version {self.version.version} is served; {votes} for a review again."
