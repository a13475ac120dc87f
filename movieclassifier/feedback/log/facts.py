"""Facts of the served model: its base, and counts over the log."""

from dataclasses import dataclass
from datetime import date, datetime

from movieclassifier.models.metadata import Metrics, Provenance, is_sample


@dataclass(frozen=True)
class Version:
    """A base that the served model starts from.

    Attributes
    ----------
    version : int
    kind : {"trained", "update", "retrained"}
        Written by training, or by folding corrections into a different base.
    parent : int or None
        The base that it was folded from.
    name : str
        Where the trained model came from.
    weights_sha256 : str
    n_folded : int
        Corrections that are part of its weights.
    guard_accuracy : float or None
        Accuracy on the guard set; None where the model has none.
    created_at : datetime
    by, note : str
    served : bool
    """

    version: int
    kind: str
    parent: int | None
    name: str
    weights_sha256: str
    n_folded: int
    guard_accuracy: float | None
    created_at: datetime
    by: str
    note: str
    served: bool


@dataclass(frozen=True)
class ClientVotes:
    """The votes of one client.

    Attributes
    ----------
    client : str
        The keyed hash of its address, or the name of the owner who imported them.
    n_votes : int
        Votes that stand.
    n_held, n_waiting : int
        Those of them that are held, and that wait for a review.
    share : float
        The squared steps of its votes as a share of the squared cap.
    last : datetime
        The time of its last vote.
    """

    client: str
    n_votes: int
    n_held: int
    n_waiting: int
    share: float
    last: datetime


@dataclass(frozen=True)
class FeedbackStats:
    """Counts over the log.

    Attributes
    ----------
    n_predictions, n_votes, n_correct, n_incorrect : int
        Votes are those that stand.
    by_day : list of (date, int, int)
        Correct and incorrect votes per day, UTC.
    by_status : dict of str to int
        The accepted ones, applied or held, are "accepted".
    curve : list of (int, float)
        The share of correct answers among the first n votes, for growing n.
    """

    n_predictions: int
    n_votes: int
    n_correct: int
    n_incorrect: int
    by_day: list[tuple[date, int, int]]
    by_status: dict[str, int]
    curve: list[tuple[int, float]]

    @property
    def accuracy(self) -> float | None:
        """The share of answers that people found correct."""
        return self.n_correct / self.n_votes if self.n_votes else None


@dataclass(frozen=True)
class ModelFacts:
    """What is served.

    Attributes
    ----------
    name : str
        The file that training wrote.
    version : int
        Of the base.
    model_version : str
        Of the base and the position in the log.
    recipe : str
    labels : tuple of str
    metadata : dict
        Where the trained model came from.
    measured : dict or None
        Its metrics on documents that it was not trained on, before any vote.
    weights_sha256 : str
        Of the weights that this process serves.
    events_applied : int
        Votes in these weights, those of the base included.
    on_top : int
        Those of them that the base does not hold.
    held, waiting : int
        Accepted votes beyond the cap; votes that wait for a review.
    log_position : int
    bundled : bool
        Whether it is the model that ships with the package.
    mode : {"instant", "review"}
    held_since : datetime or None
        The time of the first vote that is held.
    cap_used : float
        How far votes moved the weights since the last update, as a share of what is allowed.
    """

    name: str
    version: int
    model_version: str
    recipe: str
    labels: tuple[str, ...]
    metadata: Provenance
    measured: Metrics | None
    weights_sha256: str
    events_applied: int
    on_top: int
    held: int
    waiting: int
    log_position: int
    bundled: bool
    mode: str
    cap_used: float
    held_since: datetime | None = None

    @property
    def is_sample(self) -> bool:
        """Whether it was trained on the few sample reviews of the package only; its figures say little then."""
        return is_sample(self.metadata)
