"""The entries of the log: predictions, votes, events."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from movieclassifier.models.explanation import Explanation

T = TypeVar("T")

CORRECT, INCORRECT, UNDO, APPROVE, REJECT = "correct", "incorrect", "undo", "approve", "reject"
SERVE, ROLLBACK = "serve", "rollback"

# The states of a vote …
ACCEPTED, WAITING, REJECTED, UNDONE = "accepted", "waiting", "rejected", "undone"
# … and what people see: of the accepted ones, the served model holds those that its bounds do not admit.
APPLIED, HELD = "applied", "held"
STATUSES = (WAITING, APPLIED, HELD, REJECTED, UNDONE)

# How a base came about: by training, by folding votes into an earlier one, or by training on corpus and votes.
TRAINED, UPDATE, RETRAINED = "trained", "update", "retrained"

# Positions and versions up to this one fit into the columns of every database.
MAX_NUMBER = 10**9

REVIEW, DUPLICATE, ROLLED_BACK = "review", "duplicate", "rolled back"
# Why an accepted vote is held: the cap, its size, the share of its client, or the guard.
CAP, VOTE_SHARE, CLIENT_SHARE, GUARD = "cap", "size", "client", "guard"
# … or that its label is no class of the model yet; only a retraining makes it one.
NEW_LABEL = "new label"

Probabilities = dict[str, float]


@dataclass(frozen=True)
class Client:
    """Who asks.

    Attributes
    ----------
    owner : str
        Whose prediction it becomes: a random token per browser session, or ``"api"``.
    address : str
        A keyed hash of the network address; equal addresses have equal hashes, and nothing else can be told from it.
    """

    owner: str
    address: str


@dataclass(frozen=True)
class Answer:
    """An answer of the served model that is not stored."""

    label: str
    probabilities: Probabilities


@dataclass(frozen=True)
class Vote:
    """A person's verdict on a prediction, and its effect.

    Attributes
    ----------
    position : int
        Its place in the log.
    label : str
        The right label, as the person says.
    verdict : {"correct", "incorrect"}
    status : {"applied", "held", "waiting", "rejected", "undone"}
        What it is now: part of the served weights; accepted, but held until the next guarded update; waiting for a
        review; or out.
    reason : {None, "review", "duplicate", "rolled back", "cap", "size", "client", "guard", "new label"}
        Why it waits or is held.
    before, after : dict of str to float
        Probabilities of the text just before and just after this vote was learned; equal where it was not.
    n_known : int
        Features of the text that the model knows; with none, nothing can be learned.
    voted_at : datetime
    at_once : bool
        Whether nobody had to approve it. For a vote that waited, `before` and `after` are older than its learning.
    """

    position: int
    label: str
    verdict: str
    status: str
    reason: str | None
    before: Probabilities
    after: Probabilities
    n_known: int
    voted_at: datetime
    at_once: bool = True

    @property
    def before_label(self) -> str:
        """The answer before the vote."""
        return max(self.before, key=self.before.__getitem__)

    @property
    def after_label(self) -> str:
        """The answer after the vote."""
        return max(self.after, key=self.after.__getitem__)


@dataclass(frozen=True)
class Prediction:
    """The model's answer on a text, as it was stored when it was made.

    Attributes
    ----------
    id : str or None
        Issued by the server and not guessable; None for a text that is not kept.
    text, label : str
    probabilities : dict of str to float
        In the order of the model's classes.
    model_version : str
        The version of the base and the position in the log, such as ``"2+17"``: with the cap they determine the
        weights.
    explain : callable
        Makes :attr:`explanation`.
    explained_label : str
        The label that positive contributions speak for.
    created_at : datetime
    labels : tuple of str
        All labels of the model.
    vote : Vote or None
        The vote that stands.
    undone : bool
        Whether there was one that was undone, and none since.
    n_known : int or None
        N-grams of the text that the model had a weight for; below 1 the label means nothing, and
        :func:`movieclassifier.models.unknown.describe_unknown` says so. None where no explanation was stored.
    evidence : bytes or None
        The packed weights that the explanation is made of.
    """

    id: str | None
    text: str
    label: str
    probabilities: Probabilities
    model_version: str
    explain: "Callable[[], Explanation | None]" = field(compare=False, repr=False)
    explained_label: str
    created_at: datetime
    labels: tuple[str, ...]
    vote: Vote | None = None
    undone: bool = False
    n_known: int | None = None
    evidence: bytes | None = None

    @cached_property
    def explanation(self) -> "Explanation | None":
        """The explanation, as of that moment; it lacks the n-grams that contributed nothing."""
        return self.explain()


@dataclass(frozen=True)
class Entry:
    """A vote as the owner of the model sees it."""

    position: int
    prediction_id: str
    text: str
    predicted: str
    probability: float
    label: str
    verdict: str
    status: str
    reason: str | None
    client: str
    model_version: str
    voted_at: datetime


@dataclass(frozen=True)
class Event:
    """A line of the log.

    Attributes
    ----------
    position : int
        1, 2, 3 … without a gap: the total order.
    kind : {"correct", "incorrect", "undo", "approve", "reject", "serve", "rollback"}
        "serve" and "rollback" say which base is served from here on.
    vote_position : int or None
        The vote that it is about.
    prediction_id, label : str or None
    status : {None, "accepted", "waiting", "rejected", "undone"}
        Of the vote, after this event.
    version : int or None
        The base of "serve" and "rollback".
    by : str
        A keyed hash of the client's address, or the name of the owner who did it.
    at : datetime
    note : str
    """

    position: int
    kind: str
    vote_position: int | None
    prediction_id: str | None
    label: str | None
    status: str | None
    version: int | None
    by: str
    at: datetime
    note: str


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some of many."""

    items: list[T]
    page: int
    per_page: int
    total: int

    @property
    def n_pages(self) -> int:
        """The number of pages, at least one."""
        return max(1, -(-self.total // self.per_page))
