"""The requests of people at the page and of clients of the API: classify, vote, undo."""

import re
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from movieclassifier.feedback.log import limits
from movieclassifier.feedback.log.appending import appending, standing_vote
from movieclassifier.feedback.log.database import transaction
from movieclassifier.feedback.log.entities import ACCEPTED, Answer, Client, Prediction, Vote
from movieclassifier.feedback.log.errors import NotFound, TooMany
from movieclassifier.feedback.log.facts import FeedbackStats, ModelFacts
from movieclassifier.feedback.log.kept_predictions import owned_prediction, prediction_row
from movieclassifier.feedback.log.raw_connections import Raw, raw_of
from movieclassifier.feedback.log.raw_statements import PredictionRow
from movieclassifier.feedback.log.room import expect_room
from movieclassifier.feedback.log.row_conversion import vote_from
from movieclassifier.feedback.log.texts import clean
from movieclassifier.feedback.packed_rows import pack_row
from movieclassifier.feedback.served_log import ServedLog
from movieclassifier.feedback.transactions import (
    CastVote,
    WritePredictions,
    check_label,
    check_limits,
    votable_labels,
    why_it_waits,
)
from movieclassifier.models.classifier import Classifier

PREDICTION_ID = re.compile(r"[A-Za-z0-9_-]{22}")
HOUR = 3600
MAX_REFUSED = 10_000


class Service:
    """The requests that everybody may make.

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
        self._refused: set[str] = set()

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
        return votable_labels(self.facts().labels, self.settings)

    def warm_up(self) -> None:
        """Load what the first answer would load, so that forked workers share it."""
        [prediction] = self.log.predict(["a good start"])
        prediction.explain()
        served = self.log.served
        served.rehearse(self.log.served.row(prediction.text), served.classifier.label_names[0], "")

    def classify(self, text: str, client: Client, keep: bool = True) -> Prediction:
        """Classify a text, and store the answer unless it is not to be kept.

        Raises
        ------
        TooMany
            If the client asks too often.
        NoRoom
            If the disk of the server is nearly full.
        """
        return self.classify_many([text], client, keep=keep)[0]

    def classify_many(
        self, texts: Sequence[str], client: Client, *, keep: bool = True, explain: bool = True
    ) -> list[Prediction]:
        """Classify texts in one request; what an explanation needs is kept unless `explain` is false."""
        amounts, rates = {"predictions": 1, "texts": len(texts)}, self.settings.rates
        if keep:
            amounts["kilobytes"] = sum(len(text) for text in texts) // 1000 + 1
            expect_room(self.log.store.engine)
        if len(texts) > 1 or client.address in self._refused:
            self.log.store.raw.read(lambda raw: check_limits(raw, client, amounts, rates))
            self._refused.discard(client.address)
        predictions = self.log.predict([clean(text) for text in texts], keep=keep, explain=explain)
        rows = [prediction_row(prediction, client) for prediction in predictions] if keep else []
        try:
            self.log.writer.write(WritePredictions(rows, client, amounts, rates))
        except TooMany:
            self._remember_refusal(client)
            raise
        self._clean_up()
        return predictions

    def get(self, prediction_id: str, client: Client) -> Prediction:
        """Return a prediction of this client.

        Raises
        ------
        NotFound
            If the id is forged, somebody else's, or expired.
        """
        view = self.log.view()
        return self.log.store.find(_checked(prediction_id), client.owner, self.settings.lifetime, view)

    def vote(self, prediction_id: str, label: str, client: Client) -> Vote:
        """Say which label is right; the same vote again counts once and returns it, with its status of now.

        Raises
        ------
        NotFound
            As :meth:`get`.
        Conflict
            If a vote for a different label stands.
        FeedbackError
            If the label is not one of the model's.
        TooMany
        """
        # Before the queue: a forged id must not keep anybody from writing, and a text is hashed outside of locks.
        find = self._finder(prediction_id, client)
        prediction = self.log.store.raw.read(find)
        check_label(self.log.fresh(), label, self.settings)
        served, classifier = self.log.served, self.log.served.classifier
        rows = served.row(prediction.text)
        work = CastVote(
            find=find,
            rows=rows,
            label=label,
            client=client,
            served=served,
            refresh=self.log.fresh,
            settings=self.settings,
            hashed_by=classifier,
            hash=served.row,
        )
        return self.log.writer.write(work)

    def change(self, prediction_id: str, label: str, client: Client) -> Vote:
        """Replace a vote by one for a different label, in one step."""
        find = self._finder(prediction_id, client)
        text = self.log.store.raw.read(find).text
        with self.log.appending() as log:
            raw = raw_of(log.connection)
            prediction, served = find(raw), self.log.served
            check_label(served, label, self.settings)
            standing = standing_vote(log.connection, prediction.id)
            if standing is not None and standing.label == label:
                return vote_from(standing, served.held)
            # Before anything is undone: nothing is written of a change that is refused.
            limits.count(log.connection, "votes", client.address, self.settings.rates["votes"])
            gone = standing.position if standing is not None and standing.status == ACCEPTED else None
            rows = self.log.served.row(text)
            found = served.rehearse(rows, label, client.address, without=gone)
            if standing is not None:
                log.undo(standing, client.address)
            waits = why_it_waits(raw, prediction.digest, self.settings)
            vote = log.vote(
                prediction,
                label,
                client=client.address,
                waits=waits,
                before=found.before,
                after=found.after,
                n_known=found.n_known,
                features=pack_row(rows, served.classifier.recipe.ngrams),
            )
            return vote_from(vote, {vote.position: found.held} if found.held else {})

    def undo(self, prediction_id: str, client: Client) -> Prediction:
        """Take a vote back; where none stands, nothing changes.

        Raises
        ------
        NotFound
            As :meth:`get`.
        """
        find = self._finder(prediction_id, client)
        self.log.store.raw.read(find)
        with appending(self.log.store.engine) as log:
            standing = standing_vote(log.connection, find(raw_of(log.connection)).id)
            if standing is not None:
                log.undo(standing, client.address)
        return self.get(prediction_id, client)

    def history(self, client: Client, limit: int = 100) -> list[Prediction]:
        """Return the predictions of this client, the newest first."""
        return self.log.store.history(client.owner, self.settings.lifetime, self.log.view(), limit)

    def answer(self, text: str) -> Answer:
        """Return what the served model says of a text now; nothing is stored or counted."""
        [prediction] = self.log.predict([clean(text)], keep=False, explain=False)
        return Answer(prediction.label, prediction.probabilities)

    def limit(self, kind: str, client: Client) -> None:
        """Count a try of a client, of a kind of :data:`movieclassifier.feedback.log.limits.RATES`.

        Raises
        ------
        TooMany
        """
        with transaction(self.log.store.engine, relaxed=True) as connection:
            limits.count(connection, kind, client.address, self.settings.rates[kind])

    def expect_base(self) -> None:
        """Load the base, unless this process has done so: a process that has one needs no database for it.

        Raises
        ------
        Damaged
            If the base in the database cannot be used.
        """
        if self.log.served.foundation is None:
            self.log.fresh()

    def ready(self) -> str:
        """Return the version of the model, after learning what is new.

        Raises
        ------
        NoRoom
            If the disk of the server is nearly full.
        """
        expect_room(self.log.store.engine)
        with self.log.served.up_to_date() as model:
            return model.version

    def stats(self) -> FeedbackStats:
        """Return counts over the log."""
        return self.log.store.stats()

    def _finder(self, prediction_id: str, client: Client) -> Callable[[Raw], PredictionRow]:
        """Return what finds a prediction that the client may vote on."""
        checked, lifetime = _checked(prediction_id), self.settings.lifetime
        return lambda raw: owned_prediction(raw, checked, client.owner, lifetime)

    def _remember_refusal(self, client: Client) -> None:
        """Let a client that is beyond a limit cost no more answers; one text is answered before the log is asked."""
        if len(self._refused) >= MAX_REFUSED:
            self._refused.clear()
        self._refused.add(client.address)

    def _clean_up(self) -> None:
        if time.monotonic() >= self._next_cleaning:
            self._next_cleaning = time.monotonic() + HOUR
            self.log.store.forget_old_predictions()


def _checked(prediction_id: str) -> str:
    """Return an id that may exist; anything else need not be looked up, nor could PostgreSQL look up every string."""
    if not PREDICTION_ID.fullmatch(prediction_id):
        raise NotFound("There is no such prediction, or it has expired.")
    return prediction_id
