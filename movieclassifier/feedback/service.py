"""What a person at the page or a client of the API asks for: classify, vote, undo."""

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import Connection, Row

from movieclassifier.feedback.log import limits
from movieclassifier.feedback.log.appending import Appending, standing_vote
from movieclassifier.feedback.log.database import snapshot, transaction
from movieclassifier.feedback.log.entities import DUPLICATE, Answer, Client, Prediction, Vote
from movieclassifier.feedback.log.entities import REVIEW as FOR_REVIEW
from movieclassifier.feedback.log.errors import Conflict, FeedbackError, NotFound
from movieclassifier.feedback.log.facts import FeedbackStats, ModelFacts
from movieclassifier.feedback.log.rows import vote_from
from movieclassifier.feedback.log.store import insert_prediction, owned_prediction
from movieclassifier.feedback.log.texts import clean, text_digest
from movieclassifier.feedback.served_log import ServedLog
from movieclassifier.feedback.settings import REVIEW
from movieclassifier.models.classifier import Classifier

PREDICTION_ID = re.compile(r"[A-Za-z0-9_-]{22}")
HOUR = 3600


class Service:
    """What everybody may ask for.

    Parameters
    ----------
    log : ServedLog

    Attributes
    ----------
    log : ServedLog
    settings : Settings
    """

    def __init__(self, log: ServedLog):
        self.log, self.settings = log, log.settings
        self._next_cleaning = time.monotonic()

    def close(self) -> None:
        """Close the connections to the database."""
        self.log.close()

    def model(self) -> AbstractContextManager[Classifier]:
        """Lend the classifier with the weights that are served. It must not be changed."""
        return self.log.model()

    def facts(self) -> ModelFacts:
        """Return the facts of the served model."""
        return self.log.facts()

    def votable_labels(self) -> tuple[str, ...]:
        """Return the labels that may be voted for: the model's, and those that a retraining may make classes."""
        return self._votable(self.facts().labels)

    def _votable(self, labels: tuple[str, ...]) -> tuple[str, ...]:
        return (*labels, *(name for name in self.settings.new_labels_of(labels) if name not in labels))

    def warm_up(self) -> None:
        """Load what the first answer would load, so that forked workers share it."""
        with self.log.served.up_to_date():
            self.log.served.classifier.explain("a good start")
            self.log.served.rehearse("a good start", self.log.served.classifier.label_names[0], "")

    def classify(self, text: str, client: Client, keep: bool = True) -> Prediction:
        """Classify a text, and store the answer unless it is not to be kept.

        Raises
        ------
        TooMany
            If the client asks too often.
        """
        return self.classify_many([text], client, keep=keep)[0]

    def classify_many(
        self, texts: Sequence[str], client: Client, *, keep: bool = True, explain: bool = True
    ) -> list[Prediction]:
        """Classify texts in one request; explaining them takes most of the time."""
        amounts = {"predictions": 1, "texts": len(texts)}
        with snapshot(self.log.store.engine) as connection:
            for kind, n in amounts.items():
                limits.check(connection, kind, client.address, self.settings.rates[kind], n)
        with self.log.served.up_to_date():
            predictions = [self.log.served.predict(text, keep=keep, explain=explain) for text in map(clean, texts)]
        with transaction(self.log.store.engine, relaxed=True) as connection:
            for kind, n in amounts.items():
                self._count(connection, kind, client, n)
            for prediction in predictions if keep else ():
                insert_prediction(connection, prediction, client, text_digest(prediction.text))
        self._clean_up()
        return predictions

    def get(self, prediction_id: str, client: Client) -> Prediction:
        """Return a prediction of this client.

        Raises
        ------
        NotFound
            If the id is forged, somebody else's, or expired.
        """
        with self.log.served.up_to_date() as model:
            held, labels = model.held, model.classifier.label_names
        return self.log.store.find(_checked(prediction_id), client.owner, self.settings.lifetime, held, labels)

    def vote(self, prediction_id: str, label: str, client: Client) -> Vote:
        """Say which label is right; the same vote again counts once and returns the same.

        Raises
        ------
        NotFound
            As :meth:`get`.
        Conflict
            If a vote for another label stands.
        FeedbackError
            If the label is none of the model's.
        TooMany
        """
        with self._voting(prediction_id, client) as (log, prediction):
            self._check_label(log, label)
            standing = standing_vote(log.connection, prediction.id)
            if standing is None:
                self._count(log.connection, "votes", client)
                return self._cast(log, prediction, label, client)
            if standing.label != label:
                raise Conflict(f"A vote for {standing.label!r} stands; undo it before you vote for {label!r}.")
            return vote_from(standing, self.log.served.held)

    def change(self, prediction_id: str, label: str, client: Client) -> Vote:
        """Replace a vote by one for another label, in one step."""
        with self._voting(prediction_id, client) as (log, prediction):
            self._check_label(log, label)
            standing = standing_vote(log.connection, prediction.id)
            if standing is not None and standing.label == label:
                return vote_from(standing, self.log.served.held)
            # Before anything is undone: what the model learns of a change that is refused then, it has to forget.
            self._count(log.connection, "votes", client)
            if standing is not None:
                log.undo(standing, client.address)
                self.log.served.refresh(log.connection)
            return self._cast(log, prediction, label, client)

    def undo(self, prediction_id: str, client: Client) -> Prediction:
        """Take a vote back; where none stands, nothing changes.

        Raises
        ------
        NotFound
            As :meth:`get`.
        """
        with self._voting(prediction_id, client) as (log, prediction):
            standing = standing_vote(log.connection, prediction.id)
            if standing is not None:
                log.undo(standing, client.address)
        return self.get(prediction_id, client)

    def history(self, client: Client, limit: int = 100) -> list[Prediction]:
        """Return the predictions of this client, the newest first."""
        with self.log.served.up_to_date() as model:
            held, labels = model.held, model.classifier.label_names
        return self.log.store.history(client.owner, self.settings.lifetime, held, labels, limit)

    def answer(self, text: str) -> Answer:
        """Return what the served model says of a text now; nothing is stored or counted."""
        with self.log.served.up_to_date() as model:
            return model.answer(clean(text))

    def limit(self, kind: str, client: Client) -> None:
        """Count a try of a client, of a kind of :data:`movieclassifier.feedback.log.limits.RATES`.

        Raises
        ------
        TooMany
        """
        with transaction(self.log.store.engine, relaxed=True) as connection:
            self._count(connection, kind, client)

    def expect_base(self) -> None:
        """Load the base, unless this process has done so: a process that has one needs no database for it.

        Raises
        ------
        Damaged
            If the base in the database cannot be used.
        """
        if self.log.served.foundation is None:
            self.ready()

    def ready(self) -> str:
        """Return the version of the model, after learning what is new."""
        with self.log.served.up_to_date() as model:
            return model.version

    def stats(self) -> FeedbackStats:
        """Return counts over the log."""
        return self.log.store.stats()

    def _cast(self, log: Appending, prediction: Row[Any], label: str, client: Client) -> Vote:
        found = self.log.served.rehearse(prediction.text, label, client.address)
        duplicate = DUPLICATE if log.has_vote(prediction.digest) else None
        vote = log.vote(
            prediction,
            label,
            client=client.address,
            waits=FOR_REVIEW if self.settings.mode == REVIEW else duplicate,
            before=found.before,
            after=found.after,
            n_known=found.n_known,
            features=found.features,
        )
        return vote_from(vote, {vote.position: found.held} if found.held else {})

    @contextmanager
    def _voting(self, prediction_id: str, client: Client) -> Iterator[tuple[Appending, Row[Any]]]:
        """Open a transaction that appends, with a prediction that the client may vote on."""
        with snapshot(self.log.store.engine) as connection:  # a forged id must not keep others from writing
            self._owned(connection, prediction_id, client)
        with self.log.appending() as log:
            yield log, self._owned(log.connection, prediction_id, client)

    def _owned(self, connection: Connection, prediction_id: str, client: Client) -> Row[Any]:
        return owned_prediction(connection, _checked(prediction_id), client.owner, self.settings.lifetime)

    def _check_label(self, log: Appending, label: str) -> None:
        self.log.served.refresh(log.connection)
        labels = self._votable(self.log.served.classifier.label_names)
        if label not in labels:
            raise FeedbackError(f"The label must be one of {', '.join(labels)}.")

    def _count(self, connection: Connection, kind: str, client: Client, n: int = 1) -> None:
        limits.count(connection, kind, client.address, self.settings.rates[kind], n)

    def _clean_up(self) -> None:
        if time.monotonic() >= self._next_cleaning:
            self._next_cleaning = time.monotonic() + HOUR
            self.log.store.forget_old_predictions(self.settings.lifetime)


def _checked(prediction_id: str) -> str:
    """Return an id that may exist; anything else need not be looked up, nor could PostgreSQL look up every string."""
    if not PREDICTION_ID.fullmatch(prediction_id):
        raise NotFound("There is no such prediction, or it has expired.")
    return prediction_id
