"""What the pages, the API and the commands ask for: classify, vote, undo, review, update."""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from itertools import islice
from typing import Any

from sqlalchemy import Row, select

from movieclassifier.classifier import Classifier
from movieclassifier.explanation import Explanation
from movieclassifier.feedback import limits
from movieclassifier.feedback.bases import find_version, line_of, list_versions
from movieclassifier.feedback.database import reading, writing
from movieclassifier.feedback.entities import (
    DUPLICATE,
    WAITING,
    Answer,
    Client,
    Conflict,
    Entry,
    Event,
    FeedbackError,
    FeedbackStats,
    ModelFacts,
    NotFound,
    Page,
    Prediction,
    Version,
    Vote,
)
from movieclassifier.feedback.entities import REVIEW as FOR_REVIEW
from movieclassifier.feedback.log import Appending, appending, now, standing_vote
from movieclassifier.feedback.rows import moment, vote_from
from movieclassifier.feedback.schema import head
from movieclassifier.feedback.serving import ServedModel
from movieclassifier.feedback.settings import REVIEW, Settings
from movieclassifier.feedback.store import FeedbackStore, insert_prediction, new_id, owned_prediction
from movieclassifier.feedback.trained import BUNDLED_NAME, adopt, expect_known, model_name, serve_first
from movieclassifier.feedback.updating import UpdateReport, roll_back, update_base
from movieclassifier.persistence import model_path

# PostgreSQL stores no NUL, and no database stores half of a surrogate pair.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
PREDICTION_ID = re.compile(r"[A-Za-z0-9_-]{22}")
IMPORT = "import"
HOUR = 3600


class Service:
    """The served model and the log behind it.

    Parameters
    ----------
    settings : Settings
    expect_model : bool
        Whether the database must know the model file that was asked for, as a server wants it. A command takes what
        the database serves. The bundled model that is taken where there is no other counts as not asked for.

    Raises
    ------
    OSError, ValueError
        If the model or the database cannot be used, or the database serves another model.

    Attributes
    ----------
    store : FeedbackStore
    served : ServedModel
    trained_version : int or None
        The version that the model file has in the database.
    """

    def __init__(self, settings: Settings, *, expect_model: bool = True):
        self.settings = settings
        self.model_path = model_path(settings.model)
        self.store = FeedbackStore(settings.database_url)
        self.served = ServedModel(self.store.engine, settings.cap)
        self.trained_version: int | None = None
        try:
            serve_first(self.store.engine, self.model_path)
            if expect_model and (settings.model is not None or model_name(self.model_path) != BUNDLED_NAME):
                self.trained_version = expect_known(self.store.engine, self.model_path)
        except BaseException:
            self.close()
            raise
        self._next_cleaning = time.monotonic()
        self._facts: ModelFacts | None = None

    def adopt(self, by: str, note: str = "") -> bool:
        """Serve the model file, as :func:`movieclassifier.feedback.trained.adopt`; return whether it is new."""
        self.trained_version, is_new = adopt(self.store.engine, self.model_path, by, note)
        return is_new

    def close(self) -> None:
        """Close the connections to the database."""
        self.store.close()

    def warm_up(self) -> None:
        """Load what the first answer would load, so that forked workers share it."""
        with self.served.up_to_date():
            self.served.classifier.explain("a good start")
            self.served.rehearse("a good start", self.served.classifier.label_names[0])

    # What a person at the page, or a client of the API, does.

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
        with reading(self.store.engine) as connection:
            for kind in ("predictions", "texts"):
                limits.check(connection, kind, client.address, self.settings.rates[kind])
        with self.served.up_to_date():
            predictions = [self._predict(text, keep, explain) for text in map(clean, texts)]
        with writing(self.store.engine, relaxed=True) as connection:
            self._count(connection, "predictions", client)
            self._count(connection, "texts", client, len(texts))
            for prediction in predictions if keep else ():
                insert_prediction(connection, prediction, client, limits.text_digest(prediction.text))
        self._clean_up()
        return predictions

    def get(self, prediction_id: str, client: Client) -> Prediction:
        """Return a prediction of this client.

        Raises
        ------
        NotFound
            If the id is forged, somebody else's, or expired.
        """
        with self.served.up_to_date() as model:
            held_from, labels = model.held_from, model.classifier.label_names
        return self.store.find(_checked(prediction_id), client.owner, self.settings.lifetime, held_from, labels)

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
        with self._appending() as log:
            prediction = self._owned(log, prediction_id, client)
            standing = standing_vote(log.connection, prediction.id)
            if standing is None:
                return self._cast(log, prediction, label, client)
            if standing.label != label:
                raise Conflict(f"A vote for {standing.label!r} stands; undo it before you vote for {label!r}.")
            self.served.refresh(log.connection)
            return vote_from(standing, self.served.held_from)

    def change(self, prediction_id: str, label: str, client: Client) -> Vote:
        """Replace a vote by one for another label, in one step."""
        with self._appending() as log:
            prediction = self._owned(log, prediction_id, client)
            standing = standing_vote(log.connection, prediction.id)
            if standing is not None and standing.label == label:
                self.served.refresh(log.connection)
                return vote_from(standing, self.served.held_from)
            if standing is not None:
                log.undo(standing, client.address)
            return self._cast(log, prediction, label, client)

    def undo(self, prediction_id: str, client: Client) -> Prediction:
        """Take a vote back; where none stands, nothing changes.

        Raises
        ------
        NotFound
            As :meth:`get`.
        """
        with self._appending() as log:
            prediction = self._owned(log, prediction_id, client)
            standing = standing_vote(log.connection, prediction.id)
            if standing is not None:
                log.undo(standing, client.address)
        return self.get(prediction_id, client)

    def history(self, client: Client, limit: int = 100) -> list[Prediction]:
        """Return the predictions of this client, the newest first."""
        with self.served.up_to_date() as model:
            held_from, labels = model.held_from, model.classifier.label_names
        return self.store.history(client.owner, self.settings.lifetime, held_from, labels, limit)

    def answer(self, text: str) -> Answer:
        """Return what the served model says of a text now; nothing is stored or counted."""
        with self.served.up_to_date() as model:
            return model.answer(clean(text))

    def limit(self, kind: str, client: Client) -> None:
        """Count a try of a client, of a kind of :data:`movieclassifier.feedback.limits.RATES`.

        Raises
        ------
        TooMany
        """
        with writing(self.store.engine, relaxed=True) as connection:
            self._count(connection, kind, client)

    @contextmanager
    def model(self) -> Iterator[Classifier]:
        """Lend the classifier with the weights that are served. It must not be changed."""
        with self.served.up_to_date() as model:
            yield model.classifier

    def facts(self) -> ModelFacts:
        """Return what is served."""
        with self.served.up_to_date() as model:
            # Nothing in it changes without an event.
            if self._facts is None or self._facts.model_version != model.version:
                self._facts = self._find_facts(model)
            return self._facts

    def _find_facts(self, model: ServedModel) -> ModelFacts:
        classifier = model.classifier
        with reading(self.store.engine) as connection:
            applied = len(model.votes_in_weights(connection))
        served = find_version(self.store.engine, model.base_version)
        return ModelFacts(
            served.name,
            served.version,
            model.version,
            classifier.recipe.name,
            classifier.label_names,
            classifier.metadata,
            classifier.metadata.get("metrics"),
            model.weights_sha256(),
            applied,
            model.n_held,
            self.store.n_waiting(),
            model.position,
            served.name == BUNDLED_NAME,
            self.settings.mode,
            model.cap_used,
        )

    def describe(self) -> str:
        """Say in a few lines what is served."""
        facts = self.facts()
        measured = f", accuracy {facts.measured['accuracy']:.4f} when it was trained" if facts.measured else ""
        votes = f"{facts.events_applied} votes learned, {facts.waiting} waiting, {facts.held} held"
        lines = [f"Serving version {facts.version} of {facts.name} (recipe {facts.recipe}{measured}; {votes})."]
        if facts.bundled:
            lines.append("It is the bundled model; train_online.py trains one of your own into pkl_objects/.")
        return "\n".join([*lines, self.unserved_model()]).strip()

    def unserved_model(self) -> str:
        """Say how to serve the model file, where the database knows it but serves another one; else nothing."""
        with reading(self.store.engine) as connection:
            line = line_of(connection, connection.execute(select(head.c.base_version)).scalar_one())
        if self.trained_version is None or self.trained_version in line:
            return ""
        return (
            f"{model_name(self.model_path)} is version {self.trained_version}, and version {line[0]} is served; "
            f"movieclassifier rollback {self.trained_version} serves it again."
        )

    def ready(self) -> str:
        """Return the version of the model, after learning what is new."""
        with self.served.up_to_date() as model:
            return model.version

    def stats(self) -> FeedbackStats:
        """Return counts over the log."""
        return self.store.stats()

    # What the owner does.

    def queue(self, search: str = "", page: int = 1, per_page: int = 25) -> Page[Entry]:
        """Return the votes that wait for a review, the oldest first."""
        return self.entries(search, WAITING, page, per_page)

    def entries(self, search: str = "", status: str | None = None, page: int = 1, per_page: int = 25) -> Page[Entry]:
        """Return votes, the newest first."""
        with self.served.up_to_date() as model:
            held_from = model.held_from
        return self.store.entries(held_from, search=clean(search), status=status, page=page, per_page=per_page)

    def export_rows(self, search: str = "", status: str | None = None) -> Iterator[dict[str, Any]]:
        """Return the votes in the order of the log, as :mod:`movieclassifier.feedback.export` takes them."""
        with self.served.up_to_date() as model:
            held_from = model.held_from
        entries = self.store.iter_entries(held_from, search=clean(search), status=status)
        return (asdict(entry) | {"voted_at": entry.voted_at.isoformat()} for entry in entries)

    def approve(self, positions: Sequence[int], by: str, note: str = "") -> int:
        """Accept votes; return how many were not accepted before."""
        with self._appending() as log:
            return log.approve(positions, by, note)

    def reject(self, positions: Sequence[int], by: str, note: str = "") -> int:
        """Take votes out; return how many were not out before."""
        with self._appending() as log:
            return log.reject(positions, by, note)

    def undo_vote(self, position: int, by: str) -> int:
        """Take back a vote for the person who cast it; return 0 where it was taken back before."""
        with self._appending() as log:
            return log.undo_at(position, by)

    def audit(self, page: int = 1, per_page: int = 50) -> Page[Event]:
        """Return the log, the newest event first."""
        return self.store.audit(page, per_page)

    def versions(self) -> list[Version]:
        """Return the bases, the newest first."""
        return list_versions(self.store.engine)

    def update(self, by: str, **options: Any) -> UpdateReport:
        """Fold the accepted votes into a new base, as :func:`update_base`."""
        return update_base(self.store.engine, by, **options)

    def rollback(self, version: int | None, by: str, note: str = "") -> Version:
        """Serve an earlier base, as :func:`roll_back`."""
        return roll_back(self.store.engine, version, by, note)

    def import_votes(
        self, documents: Iterable[tuple[str, str]], by: str, progress: Callable[[int], object] = lambda n: None
    ) -> tuple[int, int]:
        """Take the owner's own corrections into the log, accepted; those already in it are left out.

        Parameters
        ----------
        documents : iterable of (str, str)
            Texts and labels.
        by : str
        progress : callable, optional
            Called with the number of documents done since the last call.

        Returns
        -------
        n_new, n_known : int
        """
        source, counted = iter(documents), [0, 0]
        while chunk := list(islice(source, 100)):
            cleaned = [(clean(text), label) for text, label in chunk]
            with self.served.up_to_date():
                predictions = [self._predict(text, True, False) for text, _ in cleaned]
            with self._appending() as log:
                for prediction, (_, label) in zip(predictions, cleaned, strict=True):
                    counted[self._import(log, prediction, label, by)] += 1
            progress(len(chunk))
        return counted[1], counted[0]

    def _predict(self, text: str, keep: bool, explain: bool) -> Prediction:
        classifier = self.served.classifier
        y_proba = classifier.predict_proba([text])[0]
        best = int(y_proba.argmax())
        label = classifier.label_names[best]
        explanation: Explanation | None = None
        if explain:
            explanation = classifier.explain(text, classifier.classes_[best].item())
        return Prediction(
            new_id() if keep else None,
            text,
            label,
            self.served.named(y_proba),
            self.served.version,
            explanation,
            label,
            moment(now()),
            classifier.label_names,
        )

    def _cast(self, log: Appending, prediction: Row[Any], label: str, client: Client) -> Vote:
        self.served.refresh(log.connection)
        classifier = self.served.classifier
        if label not in classifier.label_names:
            raise FeedbackError(f"The label must be one of {', '.join(classifier.label_names)}.")
        self._count(log.connection, "votes", client)
        found = self.served.rehearse(prediction.text, label)
        before = self.served.named(found.lesson.before)
        duplicate = DUPLICATE if log.has_vote(prediction.digest) else None
        vote = log.vote(
            prediction,
            label,
            client=client.address,
            waits=FOR_REVIEW if self.settings.mode == REVIEW else duplicate,
            before=before,
            after=before if found.held else self.served.named(found.lesson.after),
            n_known=found.lesson.n_known,
        )
        return vote_from(vote, vote.accepted_at if found.held else None)

    def _import(self, log: Appending, prediction: Prediction, label: str, by: str) -> bool:
        if label not in prediction.labels:
            raise ValueError(f"label must be one of {', '.join(prediction.labels)}; got {label!r}.")
        digest = limits.text_digest(prediction.text)
        if log.has_vote(digest, label):
            return False
        client = Client(IMPORT, by)
        insert_prediction(log.connection, prediction, client, digest)
        row = owned_prediction(log.connection, str(prediction.id), IMPORT, self.settings.lifetime)
        same = prediction.probabilities
        log.vote(row, label, client=by, waits=None, before=same, after=same, n_known=0)
        return True

    def _owned(self, log: Appending, prediction_id: str, client: Client) -> Row[Any]:
        return owned_prediction(log.connection, _checked(prediction_id), client.owner, self.settings.lifetime)

    def _count(self, connection: Any, kind: str, client: Client, n: int = 1) -> None:
        limits.count(connection, kind, client.address, self.settings.rates[kind], n)

    @contextmanager
    def _appending(self) -> Iterator[Appending]:
        # The model's lock before the database's, always: two threads would wait for each other otherwise.
        with self.served.lock:
            start = None
            try:
                with appending(self.store.engine) as log:
                    start = log.position
                    yield log
            except BaseException:
                if start is not None and self.served.position > start:
                    self.served.forget()  # it has learned events that now never happened
                raise

    def _clean_up(self) -> None:
        if time.monotonic() >= self._next_cleaning:
            self._next_cleaning = time.monotonic() + HOUR
            self.store.forget_old_predictions(self.settings.lifetime)


def clean(text: str) -> str:
    r"""Return a text as every database can store it: NUL and halves of surrogate pairs become U+FFFD.

    Line breaks become ``\n``, as a form sends them otherwise than a file does.

    Examples
    --------
    >>> clean("so\r\ngood\x00")
    'so\ngood\ufffd'
    """
    return UNSTORABLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def _checked(prediction_id: str) -> str:
    """Return an id that may exist; anything else need not be looked up, nor could PostgreSQL look up every string."""
    if not PREDICTION_ID.fullmatch(prediction_id):
        raise NotFound("There is no such prediction, or it has expired.")
    return prediction_id
