"""The served model of a worker: a pure function of a base, the accepted votes in their order, and the cap.

Every worker holds its own copy. Before it answers, it looks at the head of the log and learns what it has not seen.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, func, select

from movieclassifier.feedback.learner import DEFAULT_CAP, Learner, Rehearsal
from movieclassifier.feedback.log.appending import Accepted, folded_votes, now
from movieclassifier.feedback.log.bases import load_base
from movieclassifier.feedback.log.database import snapshot
from movieclassifier.feedback.log.entities import REJECT, ROLLBACK, SERVE, UNDO, Answer, Prediction, Probabilities
from movieclassifier.feedback.log.replay import Foundation, accepted_votes, iter_lessons, read_plan
from movieclassifier.feedback.log.rows import moment
from movieclassifier.feedback.log.schema import events, head
from movieclassifier.models.classifier import Classifier


def new_id() -> str:
    """Return an identifier that cannot be guessed: 128 random bits."""
    return secrets.token_urlsafe(16)


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
            with snapshot(self._engine) as connection:
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
            self._extend(connection, self._live + accepted_votes(connection, self.position))
            return
        foundation, live = read_plan(connection, version)
        self._lay(connection, foundation)
        self._extend(connection, live)

    def rehearse(self, text: str, label: str) -> Rehearsal:
        """Tell what a vote accepted now would do."""
        with self.lock:
            found = self._learner.rehearse(text, label)
            return Rehearsal(found.lesson, found.held or self.held_from is not None)

    def answer(self, text: str) -> Answer:
        """Return what the model says of a text."""
        probabilities = self.named(self.classifier.predict_proba([text])[0])
        return Answer(max(probabilities, key=probabilities.__getitem__), probabilities)

    def predict(self, text: str, *, keep: bool = True, explain: bool = True) -> Prediction:
        """Classify a text; nothing is stored, but a prediction that will be kept has an id."""
        classifier = self.classifier
        rows = classifier.rows([text])
        y_proba = classifier.predict_proba(rows)[0]
        best = int(y_proba.argmax())
        label = classifier.label_names[best]
        return Prediction(
            new_id() if keep else None,
            text,
            label,
            self.named(y_proba),
            self.version,
            classifier.explain(text, classifier.classes_[best].item(), rows) if explain else None,
            label,
            moment(now()),
            classifier.label_names,
        )

    def named(self, y_proba: NDArray[np.floating]) -> Probabilities:
        """Return probabilities by the names of the labels."""
        return dict(zip(self.classifier.label_names, y_proba.tolist(), strict=True))

    @property
    def classifier(self) -> Classifier:
        """The classifier with the weights that are served. Read only."""
        return self._learner.classifier

    @property
    def version(self) -> str:
        """Base and position, such as "2+17": with the cap they determine the weights."""
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
        classifier.weights.cover()
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
