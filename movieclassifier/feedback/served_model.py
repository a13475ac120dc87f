"""The served model of a worker: a pure function of a base, the accepted votes in their order, and the bounds.

Every worker holds its own copy. Before it answers, it looks at the head of the log and learns the votes that are new.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from movieclassifier.features.rows import Rows
from movieclassifier.feedback.ballots import Batch
from movieclassifier.feedback.fresh_predictions import Decision, make_prediction, named_probabilities
from movieclassifier.feedback.log.appending import Accepted, folded_votes
from movieclassifier.feedback.log.entities import (
    NEW_LABEL,
    Answer,
    Prediction,
    Probabilities,
)
from movieclassifier.feedback.log.row_conversion import Held
from movieclassifier.feedback.log_follower import LogFollower
from movieclassifier.feedback.packed_rows import TextRows, text_rows
from movieclassifier.feedback.rehearsal import Rehearsal, rehearse
from movieclassifier.models.classifier import Classifier


class ServedModel(LogFollower):
    """The model that a worker serves: it answers, and tells what a vote would do."""

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
