"""Group commit: the first writer writes for all who wait.

A request queues its work and takes the lock of the process. The one that holds it takes the turn to write, does the
work of all who are queued in one transaction, and commits. Nothing is answered before its commit, so a killed process
loses nothing that was acknowledged. The disk is waited for after the turn is given on, before the answer.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Engine

from movieclassifier.feedback.log.errors import FeedbackError, Unavailable
from movieclassifier.feedback.log.raw_connections import Raw, RawConnections, begin, sync
from movieclassifier.feedback.log.raw_statements import read_head
from movieclassifier.feedback.log.turns import turn

T = TypeVar("T", covariant=True)
WRITER = "writer"


class Work(Protocol[T]):
    """Something to write. It refuses with a FeedbackError before it writes anything."""

    @property
    def durable(self) -> bool:
        """Whether a power cut must not lose it; then it may append to the log, too."""

    def do(self, raw: Raw, group: "WriteGroup") -> T:
        """Write it."""


@dataclass
class WriteGroup:
    """A transaction that several requests share.

    Attributes
    ----------
    start, position : int
        The position of the last event before the group, and of the last one so far.
    base_version : int or None
    learned : list
        What the served model learns once it is committed.
    is_simple : bool
        Whether that is all that the served model has to do about it.
    """

    start: int = -1
    position: int = -1
    base_version: int | None = None
    learned: list[Any] = field(default_factory=list)
    is_simple: bool = True


@dataclass
class _Waiting(Generic[T]):
    work: Work[T]
    done: bool = False
    result: Any = None
    error: BaseException | None = None
    commit: int = 0


class GroupCommit:
    """The writer of a process.

    Parameters
    ----------
    engine : Engine
    connections : RawConnections
    committed : callable
        Called with each group that appended to the log, after its commit.
    """

    def __init__(self, engine: Engine, connections: RawConnections, committed: Callable[[WriteGroup], None]):
        self._engine, self._connections, self._committed = engine, connections, committed
        self._lock, self._gate = Lock(), Lock()
        self._queue: list[_Waiting[Any]] = []
        self._begun = False
        self._syncing = Lock()
        self._n_commits = self._n_synced = 0
        self._file: str | None = None

    def write(self, work: Work[T]) -> T:
        """Do some work, in one transaction with the work of those who wait, and return its result once it is committed.

        Raises
        ------
        FeedbackError
            If the work refuses.
        Unavailable
            If the database does not answer.
        """
        waiting = _Waiting(work)
        with self._gate:
            self._queue.append(waiting)
        with self._lock:
            if not waiting.done:
                self._lead()
        if waiting.error is not None:
            raise waiting.error
        if work.durable:
            self._sync(waiting.commit)
        result: T = waiting.result
        return result

    def _sync(self, commit: int) -> None:
        """Wait until the disk has a commit; the first to come waits for all commits until then."""
        with self._syncing:
            if self._file is not None and self._n_synced < commit:
                n_commits = self._n_commits
                sync(self._file)
                self._n_synced = n_commits

    def _lead(self) -> None:
        with turn(self._engine):
            with self._gate:
                queue, self._queue = self._queue, []
            if self._attempt(queue) or len(queue) == 1:
                return
            for waiting in queue:  # one of them broke the transaction of all
                self._attempt([waiting])

    def _attempt(self, queue: list[_Waiting[Any]]) -> bool:
        """Do queued work in one transaction; return whether it was committed."""
        for waiting in queue:
            waiting.error = None
        self._begun = False
        try:
            try:
                with self._connections.using(WRITER) as raw:
                    group = self._transact(raw, queue)
            except Unavailable:
                if self._begun or self._engine.dialect.name == "sqlite":
                    raise
                with self._connections.using(WRITER) as raw:  # the server had closed the connection
                    group = self._transact(raw, queue)
        except BaseException as error:
            for waiting in queue:
                waiting.done, waiting.error = True, error
            if not isinstance(error, Exception):
                raise
            return False
        if group.position > group.start:
            self._committed(group)
        self._n_commits += 1
        for waiting in queue:
            waiting.done, waiting.commit = True, self._n_commits
        return True

    def _transact(self, raw: Raw, queue: list[_Waiting[Any]]) -> WriteGroup:
        durable = any(waiting.work.durable for waiting in queue)
        begin(raw, durable=durable)
        self._begun, self._file = True, raw.file
        try:
            group = WriteGroup()
            if durable:
                group.start, group.base_version = read_head(raw, lock=True)
                group.position = group.start
            for waiting in queue:
                try:
                    waiting.result = waiting.work.do(raw, group)
                except FeedbackError as refusal:
                    waiting.error = refusal
            raw.execute("COMMIT")
        except BaseException:
            with suppress(Exception):  # the connection may be lost, and the transaction with it
                raw.execute("ROLLBACK")
            raise
        return group
