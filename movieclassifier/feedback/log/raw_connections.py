"""Connections of the database's own driver, for the statements of the hot paths.

SQLAlchemy would cost ten times as much. Acts that are rare, and those of the owner, go through SQLAlchemy.
"""

import os
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cached_property, lru_cache
from threading import Lock, get_ident
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from movieclassifier.feedback.log.database import BUSY_TIMEOUT
from movieclassifier.feedback.log.errors import Misread, Unavailable, unavailable

T = TypeVar("T")


class Raw:
    """A connection of a driver, with ``?`` for values with every driver.

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
            if type(error) is errors.DatabaseError:  # the file is damaged, or not a database
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

    Everything that is not in the database file yet is at the beginning of the log that SQLite writes ahead.

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
