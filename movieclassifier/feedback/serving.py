"""The served model of a worker: a pure function of a base and the accepted votes, in their order.

Every worker holds its own copy. Before it answers, it looks at the head of the log and learns what it has not seen.
Each step remembers the weights that it changed, so a vote that is taken out costs the replay of those after it only,
and gives the same bits as a replay from the base: the steps are taken back to their exact weights, the last first.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import RLock

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, func, select

from movieclassifier.classifier import Classifier, Lesson
from movieclassifier.feedback.bases import load_base
from movieclassifier.feedback.database import reading
from movieclassifier.feedback.entities import ACCEPTED, REJECT, ROLLBACK, SERVE, UNDO, Answer, Probabilities
from movieclassifier.feedback.log import Accepted, chunked, folded_votes
from movieclassifier.feedback.schema import bases, events, head, predictions, votes
from movieclassifier.hashing import hash_texts

# How far votes may move the weights between two guarded updates: the distance from the base, as a share of its norm.
# benchmarks/correction_cost.py prints what that admits and what it costs.
DEFAULT_CAP = 0.1
# So many votes after an update are learned whatever their size: a model of a few hundred texts moves far with each.
FREE_VOTES = 5


@dataclass(frozen=True)
class Step:
    """A vote that was learned, and all it takes to take it back.

    Attributes
    ----------
    vote : int
        Its position in the log.
    columns : ndarray of shape (n,)
    old_weights : ndarray of shape (n_rows, n)
    old_distance2 : float
        The squared distance from the base before it.
    """

    vote: int
    columns: NDArray[np.integer]
    old_weights: NDArray[np.floating]
    old_distance2: float


@dataclass(frozen=True)
class Rehearsal:
    """What learning a vote would do now."""

    lesson: Lesson
    held: bool


class Learner:
    """A classifier that learns up to a cap, and can take back what it learned.

    Parameters
    ----------
    classifier : Classifier
        The base; it is changed in place.
    cap : float
        See :data:`DEFAULT_CAP`.

    Attributes
    ----------
    steps : list of Step
    distance2 : float
        Squared distance of the weights from the base.
    """

    def __init__(self, classifier: Classifier, cap: float):
        self.classifier = classifier
        self.steps: list[Step] = []
        self.distance2 = 0.0
        self._names = dict(zip(classifier.label_names, classifier.classes_.tolist(), strict=True))
        # Only the columns with a weight: the base again would double the memory of every worker.
        self._base = classifier.coef_[:, classifier.columns]
        self._cap2 = cap**2 * float(np.sum(self._base.astype(float) ** 2))

    @property
    def cap_used(self) -> float:
        """The distance from the base as a share of the cap."""
        return float(np.sqrt(self.distance2 / self._cap2)) if self._cap2 else float(self.distance2 > 0)

    def rehearse(self, text: str, label: str) -> Rehearsal:
        """Tell what learning would do, and leave the weights as they are."""
        step, lesson = self._take(0, text, label)
        held = self._is_too_far()
        self._take_back(step)
        return Rehearsal(lesson, held)

    def learn(self, vote: int, text: str, label: str) -> bool:
        """Learn a vote; return False, with nothing changed, where it would move the weights beyond the cap."""
        step, _ = self._take(vote, text, label)
        if self._is_too_far():
            self._take_back(step)
            return False
        self.steps.append(step)
        return True

    def take_back_to(self, n_steps: int) -> None:
        """Take back all but the first steps."""
        while len(self.steps) > n_steps:
            self._take_back(self.steps.pop())

    def _is_too_far(self) -> bool:
        return self.distance2 > self._cap2 and len(self.steps) >= FREE_VOTES

    def _take(self, vote: int, text: str, label: str) -> tuple[Step, Lesson]:
        columns = hash_texts([text], self.classifier.recipe)[1]
        step = Step(vote, columns, self.classifier.coef_[:, columns], self.distance2)
        lesson = self.classifier.learn(text, self._names[label])
        if lesson.changed:
            base = self._base_weights(columns)
            new = np.sum((self.classifier.coef_[:, columns].astype(float) - base) ** 2)
            old = np.sum((step.old_weights.astype(float) - base) ** 2)
            self.distance2 += float(new - old)
        return step, lesson

    def _take_back(self, step: Step) -> None:
        self.classifier.coef_[:, step.columns] = step.old_weights
        self.distance2 = step.old_distance2

    def _base_weights(self, columns: NDArray[np.integer]) -> NDArray[np.float64]:
        known = self.classifier.columns
        if not len(known):
            return np.zeros((len(self._base), len(columns)))
        places = np.minimum(np.searchsorted(known, columns), len(known) - 1)
        return np.where(known[places] == columns, self._base[:, places], 0).astype(float)


@dataclass(frozen=True)
class Foundation:
    """What the votes are learned on top of: a stored base, and the votes that a later base held and still stand.

    Where no vote of the served base was taken out since, that is the served base and no vote.
    """

    served: int
    start: int
    replayed: tuple[Accepted, ...]


class ServedModel:
    """The model that a worker serves.

    Parameters
    ----------
    engine : Engine
    cap : float
        See :data:`DEFAULT_CAP`.

    Attributes
    ----------
    position : int
        The last event that it has seen; -1 before the first look.
    foundation : Foundation or None
    lock : RLock
        Taken before any lock of the database, never after.
    n_applied : int
        Votes in the weights beyond the foundation.
    held_from : int or None
        Votes accepted by this event or a later one wait for the next update: the first of them would move the
        weights beyond the cap.
    """

    def __init__(self, engine: Engine, cap: float = DEFAULT_CAP):
        self.position = -1
        self.foundation: Foundation | None = None
        self._engine, self._cap = engine, cap
        self.lock = RLock()
        self._learner: Learner
        self._live: list[Accepted] = []
        self._digest: str | None = None

    @contextmanager
    def up_to_date(self) -> Iterator["ServedModel"]:
        """Learn what is new, and keep it from changing while the block runs."""
        with self.lock:
            with reading(self._engine) as connection:
                self.refresh(connection)
            yield self

    def refresh(self, connection: Connection) -> None:
        """Learn what is new, as a transaction sees it.

        Raises
        ------
        ValueError
            If there is no base to serve.
        """
        with self.lock:
            position, version = connection.execute(select(head.c.position, head.c.base_version)).one()
            if position == self.position:
                return
            if version is None:
                raise ValueError("the database holds no model yet; it gets one from movieclassifier serve.")
            try:
                self._follow(connection, position, version)
            except BaseException:
                self.forget()
                raise
            self.position = position

    def forget(self) -> None:
        """Start anew at the next look."""
        self.position, self.foundation = -1, None

    def _follow(self, connection: Connection, position: int, version: int) -> None:
        if self.foundation is not None and position > self.position and self._only_grew(connection):
            self._extend(connection, self._live + _accepted(connection, self.position))
            return
        foundation, live = _read_plan(connection, version)
        self._lay(connection, foundation)
        self._extend(connection, live)

    def rehearse(self, text: str, label: str) -> Rehearsal:
        """Tell what a vote accepted now would do."""
        with self.lock:
            found = self._learner.rehearse(text, label)
            return Rehearsal(found.lesson, found.held or self.held_from is not None)

    def answer(self, text: str) -> Answer:
        """Return what the model says of a text."""
        y_proba = self.classifier.predict_proba([text])[0]
        columns = hash_texts([text], self.classifier.recipe)[1]
        n_known = (
            np.isin(columns, self.classifier.columns).sum() if self.classifier.recipe.log_count_ratio else len(columns)
        )
        probabilities = self.named(y_proba)
        return Answer(max(probabilities, key=probabilities.__getitem__), probabilities, int(n_known))

    def named(self, y_proba: NDArray[np.floating]) -> Probabilities:
        """Return probabilities by the names of the labels."""
        return dict(zip(self.classifier.label_names, y_proba.tolist(), strict=True))

    @property
    def classifier(self) -> Classifier:
        """The classifier with the weights that are served. Read only."""
        return self._learner.classifier

    @property
    def version(self) -> str:
        """Base and position, such as "2+17": they determine the weights."""
        return f"{self.base_version}+{self.position}"

    @property
    def base_version(self) -> int:
        """The base that is served."""
        return self.foundation.served if self.foundation else 0

    @property
    def n_applied(self) -> int:
        """Votes that were learned on top of the base."""
        return len(self._learner.steps)

    @property
    def n_held(self) -> int:
        """Accepted votes that are held."""
        return len(self._live) - self.n_applied

    @property
    def held_from(self) -> int | None:
        """The event from which on accepted votes are held; None where none is."""
        return self._live[self.n_applied].at if self.n_held else None

    @property
    def cap_used(self) -> float:
        """The distance from the base as a share of the cap."""
        return self._learner.cap_used

    def votes_in_weights(self, connection: Connection) -> list[Accepted]:
        """Return all votes in the weights, those of the base included, in the order of learning."""
        if self.foundation is None:
            return []
        folded = folded_votes(connection, self.foundation.start)
        return [*folded, *self.foundation.replayed, *self._live[: self.n_applied]]

    def weights_sha256(self) -> str:
        """Return the digest of the weights."""
        with self.lock:
            if self._digest is None:
                self._digest = self.classifier.weights_sha256()
            return self._digest

    def _only_grew(self, connection: Connection) -> bool:
        """Tell whether nothing but new votes and approvals came since the last look."""
        others = select(func.count()).where(
            events.c.position > self.position, events.c.kind.in_([UNDO, REJECT, SERVE, ROLLBACK])
        )
        return connection.scalar(others) == 0

    def _lay(self, connection: Connection, foundation: Foundation) -> None:
        """Start from another foundation."""
        if foundation == self.foundation:
            return
        classifier, _ = load_base(connection, foundation.start)
        learner = Learner(classifier, float("inf"))
        for vote, text, label in iter_lessons(connection, [accepted.vote for accepted in foundation.replayed]):
            learner.learn(vote, text, label)
        cover_weights(classifier)
        # The cap counts from here: what is below it has passed the guard.
        self._learner = Learner(classifier, self._cap)
        self._live, self._digest = [], None
        self.foundation = foundation

    def _extend(self, connection: Connection, live: list[Accepted]) -> None:
        """Take back the steps from the first that is wanted no more, and learn those that are missing."""
        common = 0
        while common < min(len(live), self.n_applied) and live[common] == self._live[common]:
            common += 1
        closed = common == self.n_applied < min(len(self._live), len(live)) and live[common] == self._live[common]
        self._live = live
        if closed:  # the first that is held is held still, and all behind it with it
            return
        self._learner.take_back_to(common)
        self._digest = None
        for vote, text, label in iter_lessons(connection, [accepted.vote for accepted in live[common:]]):
            if not self._learner.learn(vote, text, label):
                break


def _accepted(connection: Connection, since: int) -> list[Accepted]:
    """Return the accepted votes in the order of learning."""
    chosen = (votes.c.status == ACCEPTED) & (votes.c.accepted_at > since)
    rows = connection.execute(select(votes.c.position, votes.c.accepted_at).where(chosen).order_by(votes.c.accepted_at))
    return [Accepted(*row) for row in rows]


def _read_plan(connection: Connection, version: int) -> tuple[Foundation, list[Accepted]]:
    """Return what the log says should be served: the foundation, and the votes to learn on top of it."""
    accepted = _accepted(connection, 0)
    folded = folded_votes(connection, version)
    stands = set(accepted)
    wanted = [vote for vote in folded if vote in stands]
    start: int | None = version
    while start is not None:
        held = folded_votes(connection, start)
        if held == wanted[: len(held)]:
            break
        start = connection.scalar(select(bases.c.parent).where(bases.c.version == start))
    else:  # a trained base holds no votes, and every line of parents ends in one
        raise ValueError(f"version {version} has no trained model among its ancestors: the database is damaged.")
    inside = set(folded)
    live = [vote for vote in accepted if vote not in inside]
    return Foundation(version, start, tuple(wanted[len(held) :])), live


def iter_lessons(connection: Connection, positions: Sequence[int]) -> Iterator[tuple[int, str, str]]:
    """Yield the position, the text and the label of votes, in the order given, a few at a time from the database."""
    for chunk in chunked(positions):
        rows = connection.execute(
            select(votes.c.position, predictions.c.text, votes.c.label)
            .join(predictions, predictions.c.id == votes.c.prediction_id)
            .where(votes.c.position.in_(chunk))
        )
        found = {position: (position, text, label) for position, text, label in rows}
        for position in chunk:
            yield found[position]


def cover_weights(classifier: Classifier) -> None:
    """Let ``columns`` name every column with a weight: without a ratio, votes give weights to new ones."""
    if not classifier.recipe.log_count_ratio:
        weighted = np.flatnonzero(classifier.coef_.any(axis=0))
        classifier.columns = np.union1d(classifier.columns, weighted).astype(np.int32)
