"""What the owner asks for: which model is served, which votes it learned, review, update, rollback."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from sqlalchemy import select

from movieclassifier.feedback.log.appending import Appending, appending
from movieclassifier.feedback.log.bases import BUNDLED_NAME, find_version, line_of, list_versions
from movieclassifier.feedback.log.database import reading
from movieclassifier.feedback.log.entities import WAITING, Entry, Event, Page
from movieclassifier.feedback.log.facts import ModelFacts, Version
from movieclassifier.feedback.log.schema import head
from movieclassifier.feedback.log.store import FeedbackStore
from movieclassifier.feedback.log.texts import clean
from movieclassifier.feedback.model_files import adopt, expect_known, model_name, serve_first
from movieclassifier.feedback.served_model import ServedModel
from movieclassifier.feedback.settings import Settings
from movieclassifier.feedback.updating import (
    RollbackReport,
    UpdateReport,
    roll_back,
    set_aside_by_rollback,
    update_base,
)
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.persistence import model_path


class ReviewedLog:
    """The log and the model that it serves, as their owner sees them.

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
        self._facts: ModelFacts | None = None

    def adopt(self, by: str, note: str = "") -> bool:
        """Serve the model file, as :func:`movieclassifier.feedback.model_files.adopt`; return whether it is new."""
        self.trained_version, is_new = adopt(self.store.engine, self.model_path, by, note)
        return is_new

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
            model.n_applied,
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
        votes = f"votes: {facts.events_applied} learned, {facts.waiting} waiting, {facts.held} held"
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

    def queue(self, search: str = "", page: int = 1, per_page: int = 25) -> Page[Entry]:
        """Return the votes that wait for a review, the oldest first."""
        return self.entries(search, WAITING, page, per_page, oldest_first=True)

    def entries(
        self,
        search: str = "",
        status: str | None = None,
        page: int = 1,
        per_page: int = 25,
        *,
        oldest_first: bool = False,
    ) -> Page[Entry]:
        """Return votes, the newest first unless `oldest_first`."""
        with self.served.up_to_date() as model:
            held_from = model.held_from
        return self.store.entries(
            held_from,
            search=clean(search),
            status=status,
            page=page,
            per_page=per_page,
            oldest_first=oldest_first,
        )

    def export_rows(self, search: str = "", status: str | None = None) -> Iterator[dict[str, Any]]:
        """Return the votes in the order of the log, as :mod:`movieclassifier.feedback.log.export` takes them."""
        with self.served.up_to_date() as model:
            held_from = model.held_from
        entries = self.store.iter_entries(held_from, search=clean(search), status=status)
        return (asdict(entry) | {"voted_at": entry.voted_at.isoformat()} for entry in entries)

    def approve(self, positions: Sequence[int], by: str, note: str = "") -> int:
        """Accept votes; return how many were not accepted before."""
        with self.appending() as log:
            return log.approve(positions, by, note)

    def reject(self, positions: Sequence[int], by: str, note: str = "") -> int:
        """Take votes out; return how many were not out before."""
        with self.appending() as log:
            return log.reject(positions, by, note)

    def undo_votes(self, positions: Sequence[int], by: str) -> int:
        """Take votes back for the people who cast them; return how many were not taken back before."""
        with self.appending() as log:
            return log.undo_at(positions, by)

    def audit(self, page: int = 1, per_page: int = 50) -> Page[Event]:
        """Return the log, the newest event first."""
        return self.store.audit(page, per_page)

    def versions(self) -> list[Version]:
        """Return the bases, the newest first."""
        return list_versions(self.store.engine)

    def update(self, by: str, **options: Any) -> UpdateReport:
        """Fold the accepted votes into a new base, as :func:`update_base`."""
        return update_base(self.store.engine, by, **options)

    def rollback(self, version: int | None, by: str, note: str = "") -> RollbackReport:
        """Serve an earlier base, as :func:`roll_back`."""
        return roll_back(self.store.engine, version, by, note)

    def set_aside_by_rollback(self, version: int) -> int:
        """Return how many accepted votes would wait for a review again after a rollback."""
        return set_aside_by_rollback(self.store.engine, version)

    @contextmanager
    def appending(self) -> Iterator[Appending]:
        """Open a transaction that appends to the log, with the model kept from changing."""
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
