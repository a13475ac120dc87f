"""The result of a retraining, as its owner reads it."""

from dataclasses import dataclass

from movieclassifier.feedback.log.facts import Version
from movieclassifier.feedback.retraining_material import MIN_NEW_LABEL


@dataclass(frozen=True)
class RetrainReport:
    """The result of a retraining.

    Attributes
    ----------
    version : Version
        The new base.
    n_votes, n_new : int
        Votes that it was trained on; those of them that the base before did not hold.
    new_labels : tuple of str
        Labels that are classes now and were not.
    waiting : dict of str to int
        Votes for labels that still have too few, by label.
    on_holdout : tuple of (float, float)
        Accuracy on the holdout of the corpus: of the new base, and of the one before.
    on_votes : tuple of (float, float) or None
        Accuracy on the last fifth of the new votes: of a model that was trained without them, and of the base before;
        None where they were too few.
    """

    version: Version
    n_votes: int
    n_new: int
    new_labels: tuple[str, ...]
    waiting: dict[str, int]
    on_holdout: tuple[float, float]
    on_votes: tuple[float, float] | None

    def __str__(self) -> str:
        lines = [
            f"Version {self.version.version} is served: trained on the corpus and {self.n_votes} votes, "
            f"{self.n_new} of them new; accuracy {self.on_holdout[0]:.4f} on the holdout, "
            f"{self.on_holdout[1]:.4f} before."
        ]
        if self.on_votes:
            lines.append(
                f"On the last votes, trained without them: {self.on_votes[0]:.4f}, {self.on_votes[1]:.4f} before."
            )
        if self.new_labels:
            lines.append(f"New labels: {', '.join(self.new_labels)}.")
        for label, n in self.waiting.items():
            lines.append(f"{label!r} has {n} votes; it becomes a label with {MIN_NEW_LABEL}.")
        return "\n".join(lines)
