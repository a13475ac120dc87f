"""The log and the model that is served from it: the one store behind :class:`Service` and :class:`Owner`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from movieclassifier.feedback.log.appending import Appending, appending, time_of_event
from movieclassifier.feedback.log.bases import find_version
from movieclassifier.feedback.log.database import snapshot
from movieclassifier.feedback.log.entities import Prediction
from movieclassifier.feedback.log.facts import ModelFacts
from movieclassifier.feedback.log.grouping import GroupCommit, WriteGroup
from movieclassifier.feedback.log.raw_statements import read_head
from movieclassifier.feedback.log.row_conversion import View
from movieclassifier.feedback.log.store import FeedbackStore
from movieclassifier.feedback.model_files import expect_known, model_name, serve_first
from movieclassifier.feedback.served_model import ServedModel
from movieclassifier.feedback.settings import Settings
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.persistence import BUNDLED, model_path


class ServedLog:
    """The log and the model that is served from it.

    Parameters
    ----------
    settings : Settings
    expect_model : bool
        Whether the database must know the model file that was asked for, as a server wants it. A command takes the
        model that the database serves. The bundled model that is taken where no model is set counts as not asked for.

    Raises
    ------
    OSError, ValueError
        If the model or the database cannot be used, or the database serves a different model.

    Attributes
    ----------
    settings : Settings
    model_path : Path
    store : FeedbackStore
    served : ServedModel
    writer : GroupCommit
        Writes predictions and votes for all threads.
    trained_version : int or None
        The version that the model file has in the database.
    """

    def __init__(self, settings: Settings, *, expect_model: bool = True):
        self.settings = settings
        self.model_path = model_path(settings.model)
        self.store = FeedbackStore(settings.database_url)
        self.served = ServedModel(self.store.engine, settings.bounds)
        self.writer = GroupCommit(self.store.engine, self.store.raw, self._committed)
        self.trained_version: int | None = None
        try:
            serve_first(self.store.engine, self.model_path)
            if expect_model and (settings.model is not None or model_name(self.model_path) != BUNDLED):
                self.trained_version = expect_known(self.store.engine, self.model_path)
        except BaseException:
            self.close()
            raise
        self._facts: ModelFacts | None = None

    def close(self) -> None:
        """Close the connections to the database."""
        self.store.close()

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
        with snapshot(self.store.engine) as connection:
            applied = len(model.votes_in_weights(connection))
            first = min(model.held, default=None)
            held_since = time_of_event(connection, first) if first else None
        served = find_version(self.store.engine, model.base_version)
        return ModelFacts(
            name=served.name,
            version=served.version,
            model_version=model.version,
            recipe=classifier.recipe.name,
            labels=classifier.label_names,
            metadata=classifier.metadata,
            measured=classifier.metadata.get("metrics"),
            weights_sha256=model.weights_sha256(),
            events_applied=applied,
            on_top=model.n_applied,
            held=model.n_held,
            waiting=self.store.n_waiting(),
            log_position=model.position,
            bundled=served.name == BUNDLED,
            mode=self.settings.mode,
            cap_used=model.cap_used,
            held_since=held_since,
        )

    def _committed(self, group: WriteGroup) -> None:
        if group.is_simple:
            self.served.follow(group.start, group.position, group.learned)

    def fresh(self) -> ServedModel:
        """Return the served model after it has learned everything that is in the log now."""
        position = self.store.raw.read(read_head)[0]
        if position != self.served.position and not self.store.raw.read(
            lambda raw: self.served.catch_up(raw, position)
        ):
            with self.served.up_to_date():
                pass
        return self.served

    def view(self) -> View:
        """Return what the served model adds to rows of the database."""
        served = self.fresh()
        return View(served.held, served.classifier.label_names, served.classifier.recipe.ngrams)

    def predict(self, texts: Sequence[str], *, keep: bool = True, explain: bool = True) -> list[Prediction]:
        """Classify texts; nothing is stored."""
        while True:
            classifier = self.fresh().classifier
            hashed = [classifier.rows([text]) for text in texts]
            predictions = [
                self.served.predict(text, rows, keep=keep, explain=explain)
                for text, rows in zip(texts, hashed, strict=True)
            ]
            if self.served.classifier is classifier:  # else a different base was served meanwhile
                return predictions

    @contextmanager
    def appending(self) -> Iterator[Appending]:
        """Open a transaction that appends to the log, with the served model up to date."""
        with appending(self.store.engine) as log:
            self.served.refresh(log.connection)
            yield log
