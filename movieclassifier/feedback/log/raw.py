"""The statements of the hot paths, on connections of the database's own driver.

SQLAlchemy would cost ten times as much. Acts that are rare, and those of the owner, go through it all the same.
"""

import os
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cached_property, lru_cache
from threading import Lock, get_ident
from typing import Any, NamedTuple, TypeVar, get_args, get_type_hints

from sqlalchemy import Connection, Engine

from movieclassifier.feedback.log.database import BUSY_TIMEOUT
from movieclassifier.feedback.log.entities import UNDONE
from movieclassifier.feedback.log.errors import Misread, Unavailable, unavailable
from movieclassifier.feedback.log.stored import read_position

T = TypeVar("T")


class PredictionRow(NamedTuple):
    """A stored prediction."""

    id: str
    owner: str
    text: str
    digest: str
    label: str
    probabilities: str
    model_version: str
    explanation: bytes | None
    created_at: int


class VoteRow(NamedTuple):
    """A vote as the log has it."""

    position: int
    prediction_id: str
    attempt: int
    digest: str
    label: str
    verdict: str
    status: str
    reason: str | None
    reviewed: bool
    accepted_at: int | None
    before: str
    after: str
    n_known: int
    client: str
    voted_at: int


def _types(row: Any) -> tuple[tuple[type, ...], ...]:
    """Return which types each field of a row may have; SQLite keeps a bool as a number."""
    found = [get_args(hint) or (hint,) for hint in get_type_hints(row).values()]
    return tuple((*types, int) if bool in types else types for types in found)


COUNT_TYPES = (str,), (int,), (int,)
PREDICTION_TYPES, VOTE_TYPES = _types(PredictionRow), _types(VoteRow)


class NewVote(NamedTuple):
    """An event, and what learning needs of the vote that it is about."""

    position: int
    kind: str
    status: str | None
    vote_position: int | None
    label: str | None
    client: str | None
    trusted: bool | None
    features: bytes | None


PREDICTION = ", ".join(PredictionRow._fields)
VOTE = ", ".join(f'"{name}"' for name in VoteRow._fields)


class Raw:
    """A connection of a driver, with ``?`` for values whatever the driver wants.

    Parameters
    ----------
    driver : sqlite3.Connection or psycopg.Connection
    dialect : {"sqlite", "postgresql"}

    Attributes
    ----------
    is_relaxed : bool
        Whether SQLite has been told not to sync at each commit.
    """

    def __init__(self, driver: Any, dialect: str):
        self.driver, self.dialect = driver, dialect
        self._is_sqlite = dialect == "sqlite"
        self.is_relaxed = False

    def execute(self, statement: str, values: Sequence[Any] = ()) -> Any:
        """Run a statement and return its cursor."""
        if self._is_sqlite:
            return self.driver.execute(statement, values)
        return self.driver.execute(_for_psycopg(statement), values or None)

    def pipelined(self) -> AbstractContextManager[Any]:
        """Return a block whose statements are sent without waiting for the answer to each; it asks for no rows."""
        pipeline: AbstractContextManager[Any] = nullcontext() if self._is_sqlite else self.driver.pipeline()
        return pipeline

    @cached_property
    def file(self) -> str | None:
        """The path of an SQLite database."""
        return str(self.execute("PRAGMA database_list").fetchone()[2]) if self._is_sqlite else None

    def execute_many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement for many rows."""
        if self._is_sqlite:
            self.driver.executemany(statement, rows)
        else:
            with self.driver.cursor() as cursor:
                cursor.executemany(_for_psycopg(statement), rows)


@lru_cache(maxsize=256)
def _for_psycopg(statement: str) -> str:
    return statement.replace("?", "%s")


class RawConnections:
    """Connections of the driver: each thread keeps one to read with, and the process one to write with.

    Parameters
    ----------
    engine : Engine
    """

    def __init__(self, engine: Engine):
        self._engine = engine
        self._lock = Lock()
        self._open: dict[int | str, Raw] = {}
        _close_before_fork(weakref.ref(self))

    @contextmanager
    def using(self, key: int | str | None = None) -> Iterator[Raw]:
        """Lend the connection of this thread, or the one that has a name; statements commit by themselves.

        Raises
        ------
        Unavailable
            If the database does not answer.
        """
        key = get_ident() if key is None else key
        errors = self._engine.dialect.loaded_dbapi
        try:
            yield self._open.get(key) or self._connect(key)
        except Misread as error:
            raise error.named(self._engine.url.render_as_string()) from error
        except errors.IntegrityError as error:
            self._drop(key)
            name = self._engine.url.render_as_string()
            raise Misread(f"rows that contradict each other ({error})").named(name) from error
        except (errors.OperationalError, errors.InterfaceError, OSError) as error:
            if isinstance(error, Unavailable):
                raise
            self._drop(key)
            raise unavailable(error) from error
        except errors.DatabaseError as error:
            self._drop(key)
            if type(error) is errors.DatabaseError:  # the file is no database, or damaged
                raise unavailable(error) from error
            raise

    def read(self, ask: Callable[[Raw], T]) -> T:
        """Ask on the connection of this thread; once more where the server had closed it.

        Raises
        ------
        Unavailable
            If the database does not answer.
        """
        try:
            with self.using() as raw:
                return ask(raw)
        except Unavailable:
            if self._engine.dialect.name == "sqlite":
                raise
        with self.using() as raw:
            return ask(raw)

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for raw in self._open.values():
                raw.driver.close()
            self._open.clear()

    def _connect(self, key: int | str) -> Raw:
        fairy = self._engine.raw_connection()
        driver = fairy.driver_connection
        fairy.detach()
        if self._engine.dialect.name == "postgresql":
            driver.autocommit = True  # type: ignore[union-attr]
        raw = Raw(driver, self._engine.dialect.name)
        with self._lock:
            self._open[key] = raw
        return raw

    def _drop(self, key: int | str) -> None:
        with self._lock:
            raw = self._open.pop(key, None)
        if raw is not None:
            raw.driver.close()


def _close_before_fork(reference: "weakref.ref[RawConnections]") -> None:
    def close() -> None:
        connections = reference()
        if connections is not None:
            connections.close()

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=close)


def raw_of(connection: Connection) -> Raw:
    """Return the driver's connection under one of SQLAlchemy's, to take part in its transaction."""
    return Raw(connection.connection.driver_connection, connection.dialect.name)


def begin(raw: Raw, *, durable: bool) -> None:
    """Begin a transaction that writes; a power cut, but no killed process, may lose one that is not durable.

    In SQLite a transaction is durable only after :func:`sync`.
    """
    if raw.dialect == "sqlite":
        if not raw.is_relaxed:
            raw.execute("PRAGMA synchronous = NORMAL")
            raw.is_relaxed = True
        raw.execute("BEGIN IMMEDIATE")
    else:
        relaxed = "" if durable else "; SET LOCAL synchronous_commit = off"
        raw.execute(f"BEGIN; SET LOCAL lock_timeout = '{BUSY_TIMEOUT}s'{relaxed}")


def sync(database: str) -> None:
    """Write what was committed to an SQLite file to the disk, as ``synchronous = FULL`` does inside of the lock.

    All that is not in the database file yet stands at the beginning of the log that SQLite writes ahead.

    Raises
    ------
    Unavailable
        If the disk does not take it.

    References
    ----------
    https://www.sqlite.org/wal.html, "Performance Considerations": a checkpoint syncs the log before it reuses it.
    """
    try:
        log = os.open(f"{database}-wal", os.O_RDWR | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:  # the last connection has moved it into the database, and synced that
        return
    try:
        getattr(os, "fdatasync", os.fsync)(log)
    except OSError as error:
        raise unavailable(error) from error
    finally:
        os.close(log)


def read_head(raw: Raw, *, lock: bool = False) -> tuple[int, int | None]:
    """Return the position of the last event and the base that is served."""
    suffix = " FOR UPDATE" if lock and raw.dialect == "postgresql" else ""
    statement = f"SELECT position, base_version FROM mc_head{suffix}"  # noqa: S608
    row = raw.execute(statement).fetchone()
    if row is None or type(row[1]) not in (int, type(None)):
        raise Misread("no number of the base that it serves")
    return read_position(row[0]), row[1]


def read_new_votes(raw: Raw, since: int, n: int) -> list[NewVote]:
    """Return the first few events after a position, each with the vote that it is about."""
    statement = (
        "SELECT e.position, e.kind, e.status, e.vote_position, v.label, v.client, v.trusted, v.features "
        "FROM mc_events e LEFT JOIN mc_votes v ON v.position = e.vote_position "
        "WHERE e.position > ? ORDER BY e.position LIMIT ?"
    )
    return [NewVote(*row) for row in raw.execute(statement, (since, n)).fetchall()]


def read_prediction(raw: Raw, prediction_id: str, owner: str) -> PredictionRow | None:
    """Return a prediction of an owner."""
    statement = f"SELECT {PREDICTION} FROM mc_predictions WHERE id = ? AND owner = ?"  # noqa: S608
    row = raw.execute(statement, (prediction_id, owner)).fetchone()
    return None if row is None else PredictionRow(*_checked(row, PREDICTION_TYPES))


def read_last_vote(raw: Raw, prediction_id: str) -> VoteRow | None:
    """Return the last vote on a prediction."""
    statement = f"SELECT {VOTE} FROM mc_votes WHERE prediction_id = ? ORDER BY attempt DESC LIMIT 1"  # noqa: S608
    row = raw.execute(statement, (prediction_id,)).fetchone()
    return None if row is None else VoteRow(*_checked(row, VOTE_TYPES))


def has_vote(raw: Raw, digest: str) -> bool:
    """Tell whether a text has a vote that stands, or one on which the owner has decided."""
    true = "1" if raw.dialect == "sqlite" else "TRUE"
    statement = f"SELECT 1 FROM mc_votes WHERE digest = ? AND (status <> '{UNDONE}' OR reviewed = {true}) LIMIT 1"  # noqa: S608
    return raw.execute(statement, (digest,)).fetchone() is not None


def read_counts(raw: Raw, client: str, windows: Mapping[str, int]) -> dict[str, int]:
    """Return how often a client tried things in their present windows of time, by the kinds of things."""
    marks = ", ".join("?" * len(windows))
    statement = (
        f'SELECT kind, "window", n FROM mc_counts WHERE client = ? AND kind IN ({marks}) AND "window" IN ({marks})'  # noqa: S608
    )
    found = raw.execute(statement, (client, *windows, *windows.values())).fetchall()
    return {kind: n for kind, window, n in (_checked(row, COUNT_TYPES) for row in found) if windows[kind] == window}


def add_counts(raw: Raw, client: str, windows: Mapping[str, int], amounts: Mapping[str, int]) -> None:
    """Count tries of a client."""
    rows = ", ".join(["(?, ?, ?, ?)"] * len(amounts))
    raw.execute(
        f'INSERT INTO mc_counts (kind, client, "window", n) VALUES {rows} '  # noqa: S608
        'ON CONFLICT (kind, client, "window") DO UPDATE SET n = mc_counts.n + excluded.n',
        [value for kind, n in amounts.items() for value in (kind, client, windows[kind], n)],
    )


def forget_counts(raw: Raw, kind: str, window: int) -> None:
    """Forget the counts of earlier windows."""
    raw.execute('DELETE FROM mc_counts WHERE kind = ? AND "window" < ?', (kind, window))


def insert_predictions(raw: Raw, rows: Sequence[PredictionRow]) -> None:
    """Store predictions."""
    raw.execute_many(f"INSERT INTO mc_predictions ({PREDICTION}) VALUES ({_marks(PredictionRow)})", rows)  # noqa: S608


def insert_vote(raw: Raw, vote: VoteRow, features: bytes) -> None:
    """Append a vote, its event and the new head of the log."""
    raw.execute(
        "INSERT INTO mc_events (position, kind, vote_position, prediction_id, label, status, version, "
        '"by", "at", note) VALUES (?, ?, ?, ?, ?, ?, NULL, ?, ?, \'\')',
        (
            vote.position,
            vote.verdict,
            vote.position,
            vote.prediction_id,
            vote.label,
            vote.status,
            vote.client,
            vote.voted_at,
        ),
    )
    raw.execute(
        f"INSERT INTO mc_votes ({VOTE}, features, trusted) VALUES ({_marks(VoteRow)}, ?, ?)",  # noqa: S608
        (*vote, features, False),
    )
    raw.execute("UPDATE mc_head SET position = ?", (vote.position,))


def _checked(row: Sequence[Any], types: Sequence[tuple[type, ...]]) -> Sequence[Any]:
    """Return a row whose fields have their types."""
    for value, allowed in zip(row, types, strict=True):
        if type(value) not in allowed:
            raise Misread(f"{value!r:.40} in place of {' or '.join(kind.__name__ for kind in allowed)}")
    return row


def _marks(row: Any) -> str:
    return ", ".join("?" * len(row._fields))
