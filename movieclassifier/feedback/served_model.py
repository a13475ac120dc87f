"""The served model of a worker: a pure function of a base, the accepted votes in their order, and the bounds.

Every worker holds its own copy. Before it answers, it looks at the head of the log and learns the votes that are new.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock, RLock

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine

from movieclassifier.features.rows import Rows
from movieclassifier.feedback.ballots import Batch, TextRows, is_packed, text_rows, unpack_rows
from movieclassifier.feedback.bounds import UNBOUNDED, Bounds
from movieclassifier.feedback.evidence import Evidence
from movieclassifier.feedback.guard_scores import GuardScores
from movieclassifier.feedback.learner import Learner
from movieclassifier.feedback.log.appending import Accepted, folded_votes, now
from movieclassifier.feedback.log.bases import ancestry, guard_reference, head_of, load_base
from movieclassifier.feedback.log.database import snapshot
from movieclassifier.feedback.log.entities import (
    ACCEPTED,
    CORRECT,
    INCORRECT,
    NEW_LABEL,
    Answer,
    Prediction,
    Probabilities,
)
from movieclassifier.feedback.log.raw import NewVote, Raw, read_new_votes
from movieclassifier.feedback.log.replay import (
    Foundation,
    iter_batches,
    read_changes,
    read_plan,
    with_other_labels,
)
from movieclassifier.feedback.log.row_conversion import Held, moment
from movieclassifier.feedback.log.stored import read_position
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.decisions import predicted_positions, probabilities
from movieclassifier.models.explanation import Side

# So many new votes are learned at a request; more are read in batches.
MAX_NEW = 64


def new_id() -> str:
    """Return an identifier that cannot be guessed: 128 random bits."""
    return secrets.token_urlsafe(16)


@dataclass(frozen=True)
class Rehearsal:
    """The effect that learning a vote would have now.

    Attributes
    ----------
    before, after : dict of str to float
        Probabilities of the text.
    n_known : int
        Columns of the text that the model has a weight for; with none, nothing can be learned.
    held : str or None
        Why the vote would be held.
    """

    before: Probabilities
    after: Probabilities
    n_known: int
    held: str | None


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
        Held while votes are learned. Who holds it may read the database, and never waits for a turn to write.
    """

    def __init__(self, engine: Engine, bounds: Bounds | None = None):
        self.position = -1
        self.foundation: Foundation | None = None
        self.lock, self._swap = RLock(), Lock()
        self._engine, self._bounds = engine, bounds or Bounds()
        self._classifier: Classifier
        self._learner: Learner
        self._inside: frozenset[int] = frozenset()
        self._new_labels: dict[int, int] = {}  # accepted votes for labels that are no class, with their acceptance
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
            batches = self._batches_of(read_new_votes(raw, since, position - since), since, position)
            if batches is None:
                return False
            try:
                self._learner.learn(batches)
            except BaseException:
                self.forget()
                raise
            self._publish(position)
            return True

    def _batches_of(self, rows: Sequence[NewVote], since: int, position: int) -> list[Batch] | None:
        """Return new votes as numbers; None where an event is anything else, or damaged, which is not told here."""
        ngrams, labels = self._classifier.recipe.ngrams, self._classifier.label_names
        if [row.position for row in rows] != list(range(since + 1, position + 1)):
            return None
        batches = []
        for row in rows:
            is_vote = row.kind in (CORRECT, INCORRECT) and row.vote_position == row.position
            is_whole = row.label in labels and isinstance(row.client, str) and isinstance(row.features, bytes)
            if not is_vote or not is_whole or not is_packed(row.features, ngrams):
                return None
            if row.status == ACCEPTED:
                try:
                    numbers = unpack_rows([row.features or b""], ngrams)
                except ValueError:
                    return None
                numbered = ([row.position], [row.position], [labels.index(str(row.label))])
                batches.append(Batch(*numbered, [str(row.client)], [bool(row.trusted)], numbers))
        return batches

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
        with self.lock:
            learner = self._learner if without is None else self._learner.copy()
            if without is not None:
                learner.remove([without])
            kept = len(learner.ballots)
            learner.learn(after)
            n = len(learner.ballots)
            before = learner.values_of(rows)
            learner.learn([Batch(vote=[-1], at=[-1], target=[target], client=[client], trusted=[trusted], rows=rows)])
            held, values, n_known = learner.reason(n), learner.values(n), learner.ballots.n_known(n)
            if without is None:
                learner.forget(kept)
        return Rehearsal(self._probabilities(before), self._probabilities(values), n_known, held)

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
            values = classifier.weights.decide(rows)
            best = int(predicted_positions(values)[0])
            row = best if len(values[0]) > 1 else 0
            weights = classifier.coef_[row, rows.columns] if explain else None
            version = self.version
        evidence = None
        if weights is not None:
            sign = -1 if len(values[0]) == 1 and best == 0 else 1
            side = Side(classifier.classes_[best].item(), sign, float(classifier.intercept_[row]))
            evidence = Evidence(side, classifier.recipe.ngrams, weights)
        label = classifier.label_names[best]
        return Prediction(
            id=new_id() if keep else None,
            text=text,
            label=label,
            probabilities=self._probabilities(values[0]),
            model_version=version,
            explain=lambda: evidence.explain(text, rows) if evidence else None,
            explained_label=label,
            created_at=moment(now()),
            labels=classifier.label_names,
            n_known=int(classifier.n_known(rows)[0]),
            evidence=evidence.pack() if evidence and keep else None,
        )

    def named(self, y_proba: NDArray[np.floating]) -> Probabilities:
        """Return probabilities by the names of the labels."""
        return dict(zip(self.classifier.label_names, y_proba.tolist(), strict=True))

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
        """Return the accuracy of the served weights on the guard set; None where the model has none."""
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
        return self.named(probabilities(values[None], self.classifier.temperature_)[0])

    def _lay(self, connection: Connection, foundation: Foundation) -> None:
        """Start from a different foundation."""
        if foundation == self.foundation:
            return
        classifier, _ = load_base(connection, foundation.start)
        self._classifier = classifier
        if foundation.replayed:
            replayed = Learner(classifier, UNBOUNDED)
            replayed.learn(self._ballots(connection, list(foundation.replayed)))
            replayed.put(classifier.coef_)
        # The bounds count from here: what is below them has passed the guard.
        self._learner = Learner(classifier, self._bounds)
        self._watch(connection, foundation.served)
        self._digest = None
        folded = {vote for vote, _ in folded_votes(connection, foundation.served)}
        self._inside = frozenset(folded | {vote for vote, _ in foundation.replayed})
        self.foundation = foundation

    def _watch(self, connection: Connection, served: int) -> None:
        """Let the guard set of the trained model hold votes that cost too much."""
        root = ancestry(connection, served)[-1]
        trained, arrays = load_base(connection, root)
        reference = guard_reference(connection, served, root)
        if reference is None or "guard_y" not in arrays or self._bounds.tolerance >= 1:
            return
        learner = self._learner
        floor = reference - self._bounds.tolerance
        learner.watch(
            GuardScores(
                learner.space,
                learner.moved.weights,
                self._classifier.intercept_,
                arrays=arrays,
                columns=trained.columns,
                floor=floor,
            )
        )

    def _learn(self, connection: Connection, wanted: list[Accepted]) -> None:
        others = with_other_labels(connection, wanted, self._classifier.label_names)
        self._new_labels |= {accepted.vote: accepted.at for accepted in wanted if accepted.vote in others}
        self._learner.learn(self._ballots(connection, [vote for vote in wanted if vote.vote not in others]))

    def _ballots(self, connection: Connection, wanted: list[Accepted]) -> Iterator[Batch]:
        classifier = self._classifier
        targets = {name: number for number, name in enumerate(classifier.label_names)}
        return iter_batches(connection, wanted, classifier.recipe.ngrams, targets)
