"""The copy of a model that a worker holds: it learns the votes of the log that are new.

It is a pure function of a base, the accepted votes in their order, and the bounds.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Lock, RLock
from typing import Self

from sqlalchemy import Connection, Engine

from movieclassifier.feedback.ballots import Batch
from movieclassifier.feedback.bounds import Bounds
from movieclassifier.feedback.built_base import build_base, read_ballots
from movieclassifier.feedback.learner import Learner
from movieclassifier.feedback.log.appending import Accepted
from movieclassifier.feedback.log.bases import head_of
from movieclassifier.feedback.log.database import snapshot
from movieclassifier.feedback.log.raw_connections import Raw
from movieclassifier.feedback.log.raw_statements import read_new_votes
from movieclassifier.feedback.log.replay import Foundation, read_changes, read_plan, with_other_labels
from movieclassifier.feedback.log.stored import read_position
from movieclassifier.feedback.new_votes import new_ballots
from movieclassifier.models.classifier import Classifier

# So many new votes are learned at a request; more are read in batches.
MAX_NEW = 64


class LogFollower:
    """A classifier and its learner, which are brought to the head of the log.

    Parameters
    ----------
    engine : Engine
    bounds : Bounds
        How far votes may move it.

    Attributes
    ----------
    position : int
        The last event that it has seen; -1 before the first look.
    foundation : Foundation or None
    lock : RLock
        Held while votes are learned. Its holder may read the database, but must not wait for a turn to write.
    """

    def __init__(self, engine: Engine, bounds: Bounds | None = None):
        self.position = -1
        self.foundation: Foundation | None = None
        self.lock, self._swap = RLock(), Lock()
        self._engine, self._bounds = engine, bounds or Bounds()
        self._classifier: Classifier
        self._learner: Learner
        self._inside: frozenset[int] = frozenset()
        # Accepted votes for labels that are not classes yet, with the events that accepted them.
        self._new_labels: dict[int, int] = {}
        self._digest: str | None = None

    @contextmanager
    def up_to_date(self) -> Iterator[Self]:
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
            position, version = head_of(connection)
            if read_position(position) == self.position:
                return
            if version is None:
                raise ValueError("the database holds no model yet; it gets one from movieclassifier serve.")
            try:
                self._follow(connection, position, version)
            except BaseException:
                self.forget()
                raise

    def catch_up(self, raw: Raw, position: int) -> bool:
        """Learn new votes up to a position in one plain statement; return whether nothing but votes was new.

        Parameters
        ----------
        raw : Raw
            A connection, or that of a transaction which holds the head.
        position : int
            That of the head.
        """
        with self.lock:
            since = self.position
            if self.foundation is None or not 0 <= since < position <= since + MAX_NEW:
                return since == position
            rows = read_new_votes(raw, since, position - since)
            batches = new_ballots(rows, since, position, self._classifier)
            if batches is None:
                return False
            try:
                self._learner.learn(batches)
            except BaseException:
                self.forget()
                raise
            self._publish(position)
            return True

    def forget(self) -> None:
        """Start anew at the next look."""
        self.position, self.foundation = -1, None

    def _follow(self, connection: Connection, position: int, version: int) -> None:
        changes = None
        if self.foundation is not None and position > self.position:
            changes = read_changes(connection, self.position)
        if changes is None or not self._inside.isdisjoint(changes.removed):
            foundation, live = read_plan(connection, version)
            self._lay(connection, foundation)
            self._learner.forget(0)
            self._new_labels = {}
            self._learn(connection, live)
        else:
            self._learner.remove(changes.removed)
            for vote in changes.removed:
                self._new_labels.pop(vote, None)
            self._learn(connection, changes.added)
        self._publish(position)

    def _publish(self, position: int) -> None:
        """Put what was learned into the served weights; nobody waits for anything meanwhile."""
        with self._swap:
            if self._learner.put(self._classifier.coef_):
                self._digest = None
            self.position = position

    def follow(self, start: int, position: int, learned: Sequence[Batch]) -> None:
        """Learn votes that this process has just committed, unless they were read from the log already."""
        with self.lock:
            if self.position == start:
                try:
                    self._learner.learn(learned)
                except BaseException:
                    self.forget()
                    raise
                self._publish(position)

    def _lay(self, connection: Connection, foundation: Foundation) -> None:
        """Start from a different foundation."""
        if foundation == self.foundation:
            return
        built = build_base(connection, foundation, self._bounds)
        self._classifier, self._learner, self._inside = built.classifier, built.learner, built.inside
        self._digest = None
        self.foundation = foundation

    def _learn(self, connection: Connection, wanted: list[Accepted]) -> None:
        others = with_other_labels(connection, wanted, self._classifier.label_names)
        self._new_labels |= {accepted.vote: accepted.at for accepted in wanted if accepted.vote in others}
        known = [accepted for accepted in wanted if accepted.vote not in others]
        self._learner.learn(read_ballots(connection, known, self._classifier))
