"""The door of the owner: which model is served, which votes it learned, review, update, rollback."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from movieclassifier.feedback.log.appending import appending
from movieclassifier.feedback.log.bases import ancestry, list_versions, served_version
from movieclassifier.feedback.log.counting import count_clients, standing_votes_of
from movieclassifier.feedback.log.database import snapshot
from movieclassifier.feedback.log.entities import WAITING, Entry, Event, Page
from movieclassifier.feedback.log.errors import NotFound
from movieclassifier.feedback.log.facts import ClientVotes, Version
from movieclassifier.feedback.log.texts import clean
from movieclassifier.feedback.model_files import adopt, model_name
from movieclassifier.feedback.served_log import ServedLog
from movieclassifier.feedback.update_reports import RollbackReport, UpdateReport
from movieclassifier.feedback.updating import roll_back, set_aside_by_rollback, update_base


class Owner:
    """The acts that only the owner of the model may do.

    Parameters
    ----------
    log : ServedLog

    Attributes
    ----------
    log : ServedLog
    """

    def __init__(self, log: ServedLog):
        self.log = log

    def adopt(self, by: str, note: str = "") -> bool:
        """Serve the model file, as :func:`movieclassifier.feedback.model_files.adopt`; return whether it is new."""
        self.log.trained_version, is_new = adopt(self.log.store.engine, self.log.model_path, by, note)
        return is_new

    def describe(self) -> str:
        """Say in a few lines what is served."""
        facts = self.log.facts()
        measured = f", accuracy {facts.measured['accuracy']:.4f} when it was trained" if facts.measured else ""
        counts = f"votes: {facts.events_applied} learned, {facts.waiting} waiting, {facts.held} held"
        lines = [f"Serving version {facts.version} of {facts.name} (recipe {facts.recipe}{measured}; {counts})."]
        if facts.is_sample:
            lines.append("It was trained on the sample reviews only, to try things out; its figures say little.")
        if facts.bundled:
            lines.append("It is the bundled model; `movieclassifier train CORPUS` trains one of your own.")
        return "\n".join([*lines, self.unserved_model()]).strip()

    def unserved_model(self) -> str:
        """Say how to serve the model file, where the database knows it but serves a different one; else nothing."""
        with snapshot(self.log.store.engine) as connection:
            line = ancestry(connection, served_version(connection))
        if self.log.trained_version is None or self.log.trained_version in line:
            return ""
        file, version = model_name(self.log.model_path), self.log.trained_version
        return (
            f"{file} is version {version}, and version {line[0]} is served; "
            f"movieclassifier rollback {version} serves it again."
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
        with self.log.served.up_to_date() as model:
            held = dict(model.held)
        return self.log.store.entries(
            held,
            search=clean(search),
            status=status,
            page=page,
            per_page=per_page,
            oldest_first=oldest_first,
        )

    def entry(self, position: int) -> Entry | None:
        """Return a vote by its position in the log; None where there is none."""
        with self.log.served.up_to_date() as model:
            held = dict(model.held)
        return self.log.store.entry(position, held)

    def export_rows(self, search: str = "", status: str | None = None) -> Iterator[dict[str, Any]]:
        """Return the votes in the order of the log, as :mod:`movieclassifier.feedback.log.export` takes them."""
        with self.log.served.up_to_date() as model:
            held = dict(model.held)
        entries = self.log.store.iter_entries(held, search=clean(search), status=status)
        return (asdict(entry) | {"voted_at": entry.voted_at.isoformat()} for entry in entries)

    def approve(self, positions: Sequence[int], by: str, note: str = "") -> int:
        """Accept votes; return how many were not accepted before."""
        with appending(self.log.store.engine) as transaction:
            return transaction.approve(positions, by, note)

    def reject(self, positions: Sequence[int], by: str, note: str = "") -> int:
        """Take votes out; return how many were not out before."""
        with appending(self.log.store.engine) as transaction:
            return transaction.reject(positions, by, note)

    def clients(self) -> list[ClientVotes]:
        """Return who voted; those whose votes moved the model most come first."""
        with self.log.served.up_to_date() as model:
            held, shares = dict(model.held), model.shares()
        with snapshot(self.log.store.engine) as connection:
            return count_clients(connection, held, shares)

    def votes_of(self, client: str, since: datetime | None = None) -> list[int]:
        """Return the positions of the votes of a client that stand, from a time on."""
        first = None if since is None else int(since.timestamp() * 1000)
        with snapshot(self.log.store.engine) as connection:
            return standing_votes_of(connection, client, first)

    def reject_client(self, client: str, since: datetime | None, by: str, note: str = "") -> int:
        """Take out all votes of a client that stand, from a time on; return their number.

        Parameters
        ----------
        client : str
            As :meth:`clients` names it.
        since : datetime or None
            None is the beginning of the log.
        by : str
        note : str

        Raises
        ------
        NotFound
            If the log has no vote of this client.
        """
        if not any(row.client == client for row in self.clients()):
            raise NotFound(
                f"the log has no vote of the client {client!r} that stands; movieclassifier feedback clients."
            )
        return self.reject(self.votes_of(client, since), by, note)

    def undo_votes(self, positions: Sequence[int], by: str) -> int:
        """Take votes back for the people who cast them; return how many were not taken back before."""
        with appending(self.log.store.engine) as transaction:
            return transaction.undo_at(positions, by)

    def audit(self, page: int = 1, per_page: int = 50) -> Page[Event]:
        """Return the log, the newest event first."""
        return self.log.store.audit(page, per_page)

    def versions(self) -> list[Version]:
        """Return the bases, the newest first."""
        return list_versions(self.log.store.engine)

    def update(
        self, by: str, *, tolerance: float | None = None, without_guard: bool = False, note: str = ""
    ) -> UpdateReport:
        """Fold the accepted votes into a new base, as :func:`update_base`."""
        return update_base(self.log.store.engine, by, tolerance=tolerance, without_guard=without_guard, note=note)

    def rollback(self, version: int | None, by: str, note: str = "") -> RollbackReport:
        """Serve an earlier base, as :func:`roll_back`."""
        return roll_back(self.log.store.engine, version, by, note)

    def set_aside_by_rollback(self, version: int) -> int:
        """Return how many accepted votes would wait for a review again after a rollback."""
        return set_aside_by_rollback(self.log.store.engine, version)
