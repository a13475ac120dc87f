"""The served model of a worker: a pure function of a base, the accepted votes in their order, and the bounds.

Every worker holds its own copy. Before it answers, it looks at the head of the log and learns the votes that are new.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock, RLock

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine

from movieclassifier.features.rows import Rows
from movieclassifier.feedback.ballots import Batch
from movieclassifier.feedback.bounds import Bounds
from movieclassifier.feedback.built_base import build_base, read_ballots
from movieclassifier.feedback.fresh_predictions import Decision, make_prediction, named_probabilities
from movieclassifier.feedback.learner import Learner
from movieclassifier.feedback.log.appending import Accepted, folded_votes
from movieclassifier.feedback.log.bases import head_of
from movieclassifier.feedback.log.database import snapshot
from movieclassifier.feedback.log.entities import (
    NEW_LABEL,
    Answer,
    Prediction,
    Probabilities,
)
from movieclassifier.feedback.log.raw_connections import Raw
from movieclassifier.feedback.log.raw_statements import read_new_votes
from movieclassifier.feedback.log.replay import (
    Foundation,
    read_changes,
    read_plan,
    with_other_labels,
)
from movieclassifier.feedback.log.row_conversion import Held
from movieclassifier.feedback.log.stored import read_position
from movieclassifier.feedback.new_votes import new_ballots
from movieclassifier.feedback.packed_rows import TextRows, text_rows
from movieclassifier.feedback.rehearsal import Rehearsal, rehearse
from movieclassifier.models.classifier import Classifier

# So many new votes are learned at a request; more are read in batches.
MAX_NEW = 64


class ServedModel:
    """The model that a worker serves.

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
        self._new_labels: dict[
            int, int
        ] = {}  # accepted votes for labels that are not classes yet, with the events that accepted them
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

    def rehearse(
        self,
        rows: TextRows,
        label: str,
        client: str,
        *,
        trusted: bool = False,
        after: Sequence[Batch] = (),
        without: int | None = None,
    ) -> Rehearsal:
        """Tell what a vote accepted now would do, and leave the weights as they are.

        Parameters
        ----------
        rows : TextRows
            The row of the text.
        label : str
        client : str
        trusted : bool
            Whether the owner decides, as with an approval.
        after : sequence of Batch
            Votes that are learned before it, and are not in the log yet.
        without : int, optional
            A vote that is taken out before it.
        """
        if label not in self._classifier.label_names:
            return self._rehearse_new(rows)
        target = self._classifier.label_names.index(label)
        ballot = Batch(vote=[-1], at=[-1], target=[target], client=[client], trusted=[trusted], rows=rows)
        with self.lock:
            return rehearse(self._learner, ballot, self._probabilities, after=after, without=without)

    def _rehearse_new(self, rows: TextRows) -> Rehearsal:
        """Return the effect of a vote for a label that is not yet a class: nothing before a retraining."""
        with self.lock:
            same = self._probabilities(self._learner.values_of(rows))
        weights = self._classifier.coef_[:, rows.columns]
        return Rehearsal(same, same, int(np.count_nonzero(weights.any(axis=0))), NEW_LABEL)

    def row(self, text: str) -> TextRows:
        """Hash a text with the settings of the served model."""
        return text_rows(self._classifier.rows([text]), self._classifier.recipe.ngrams)

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

    def answer(self, rows: Rows) -> Answer:
        """Return what the model says of a text."""
        with self._swap:
            values = self._classifier.weights.decide(rows)
        found = self._probabilities(values[0])
        return Answer(max(found, key=found.__getitem__), found)

    def predict(self, text: str, rows: Rows, *, keep: bool = True, explain: bool = True) -> Prediction:
        """Classify a text; nothing is stored, but a prediction that will be kept has an id.

        Parameters
        ----------
        text : str
        rows : Rows
            The row of the text.
        keep, explain : bool
        """
        classifier = self._classifier
        with self._swap:
            decision = Decision.of(classifier, rows, self.version, explain=explain)
        return make_prediction(classifier, text, rows, decision, keep=keep)

    @property
    def classifier(self) -> Classifier:
        """The classifier with the weights that are served. Read only."""
        return self._classifier

    @property
    def version(self) -> str:
        """Base and position, such as "2+17": with the bounds they determine the weights."""
        return f"{self.base_version}+{self.position}"

    @property
    def base_version(self) -> int:
        """The base that is served."""
        return self.foundation.served if self.foundation else 0

    @property
    def held(self) -> Held:
        """Why accepted votes are held, by the position of the event that accepted them; it changes with the model."""
        if not self._new_labels:
            return self._learner.held
        return self._learner.held | dict.fromkeys(self._new_labels.values(), NEW_LABEL)

    @property
    def n_applied(self) -> int:
        """The number of votes that were learned on top of the base."""
        return self._learner.n_applied

    @property
    def n_held(self) -> int:
        """The number of accepted votes that are held."""
        return len(self.held)

    @property
    def cap_used(self) -> float:
        """The distance from the base as a share of the cap."""
        return self._learner.cap_used

    def shares(self) -> Mapping[str, float]:
        """Return how much of the cap each client has used, as a share of its square."""
        return self._learner.shares()

    def guard_accuracy(self) -> float | None:
        """Return the accuracy of the served weights on the guard set; None if the model has no guard set."""
        return self._learner.guard.accuracy if self._learner.guard else None

    def votes_in_weights(self, connection: Connection) -> list[Accepted]:
        """Return all votes in the weights, those of the base included, in the order of learning."""
        if self.foundation is None:
            return []
        folded = folded_votes(connection, self.foundation.start)
        applied = [accepted for accepted in self._alive() if accepted.at not in self.held]
        return [*folded, *self.foundation.replayed, *applied]

    def weights_sha256(self) -> str:
        """Return the digest of the weights."""
        with self.lock:
            if self._digest is None:
                self._digest = self.classifier.weights_sha256()
            return self._digest

    def _alive(self) -> list[Accepted]:
        ballots = self._learner.ballots
        alive = np.flatnonzero(ballots.alive[: len(ballots)])
        return [Accepted(*pair) for pair in zip(ballots.vote[alive].tolist(), ballots.at[alive].tolist(), strict=True)]

    def _probabilities(self, values: NDArray[np.float64]) -> Probabilities:
        return named_probabilities(self._classifier, values)

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
