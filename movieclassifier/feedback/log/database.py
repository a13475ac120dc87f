"""Connections: SQLite in WAL mode by default, any other database through its URL."""

import errno
import os
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    IntegrityError,
    InterfaceError,
    MultipleResultsFound,
    NoResultFound,
    NoSuchModuleError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from movieclassifier.feedback.log.errors import Misread, unavailable
from movieclassifier.feedback.log.turns import turn

_CLOSING = "closing"
# Seconds that a writer waits for its turn before it gives up.
BUSY_TIMEOUT = 20


def database_url(url: str) -> URL:
    """Return the URL as SQLAlchemy wants it; ``postgres://``, as Heroku writes it, means psycopg.

    Raises
    ------
    ValueError
        If it cannot be parsed.

    Examples
    --------
    >>> database_url("postgres://ada@db/reviews").drivername
    'postgresql+psycopg'
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ValueError(
            "DATABASE_URL must be a URL such as sqlite:///instance/feedback.db or postgresql://user@host/name."
        ) from error
    if parsed.drivername in ("postgres", "postgresql"):
        return parsed.set(drivername="postgresql+psycopg")
    return parsed


def expect_database(url: str) -> None:
    """Refuse the URL of an SQLite file that is not there; :func:`connect` would make it.

    Raises
    ------
    FileNotFoundError
        If it is not there.
    ValueError
        If the URL cannot be parsed.
    """
    parsed = database_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database and not Path(parsed.database).exists():
        raise FileNotFoundError(
            errno.ENOENT,
            "there is no such database; name it with --database or DATABASE_URL (movieclassifier serve makes one)",
            str(Path(parsed.database).absolute()),
        )


def connect(url: str) -> Engine:
    """Return an engine for a database; the folder of an SQLite file is made where it is missing.

    Raises
    ------
    ValueError
        If the URL is wrong or its driver is not installed.
    OSError
        If the folder cannot be made.
    """
    parsed = database_url(url)
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise ValueError(f"DATABASE_URL must begin with sqlite: or postgresql:; got {parsed.get_backend_name()}:.")
    is_sqlite = parsed.get_backend_name() == "sqlite"
    if is_sqlite:
        if not parsed.database or parsed.database == ":memory:":
            raise ValueError("DATABASE_URL must name a file: a database in memory would forget, and is not shared.")
        Path(parsed.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # people's texts
    options: dict[str, Any] = {"connect_args": {"timeout": BUSY_TIMEOUT}} if is_sqlite else {"pool_pre_ping": True}
    try:
        engine = create_engine(parsed, **options)
    except (NoSuchModuleError, ImportError) as error:
        raise ValueError(
            f"DATABASE_URL: the driver of {parsed.drivername} is not installed ({error}); "
            "pip install 'movieclassifier[postgresql]' for PostgreSQL."
        ) from error
    _close_with_its_pool(engine)
    (_set_up_sqlite if is_sqlite else _set_up_postgresql)(engine)
    _close_before_fork(weakref.ref(engine))
    return engine


def _close_before_fork(reference: "weakref.ref[Engine]") -> None:
    """Let no forked worker inherit a connection: SQLite forbids even to close one there.

    References
    ----------
    https://www.sqlite.org/howtocorrupt.html, section 2.6
    """

    def close() -> None:
        engine = reference()
        if engine is not None:
            engine.dispose()

    if hasattr(os, "register_at_fork"):  # on Windows nothing forks
        os.register_at_fork(before=close)


def _close_with_its_pool(engine: Engine) -> None:
    """Close the connections that a pool leaves behind; from Python 3.13 on, one that was never closed is a warning.

    They outlive it when nobody has disposed of the engine, or when they were lent at that moment.
    """

    @event.listens_for(engine, "connect")
    def watch(connection: Any, record: ConnectionPoolEntry) -> None:
        record.info[_CLOSING] = closing = weakref.finalize(record, connection.close)
        closing.atexit = False  # a forked process would close what belongs to its parent

    @event.listens_for(engine, "close")
    @event.listens_for(engine, "detach")
    def forget(_: Any, record: ConnectionPoolEntry) -> None:
        if closing := record.info.pop(_CLOSING, None):
            closing.detach()


def _set_up_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # BEGIN is ours, see below
        connection.execute("PRAGMA journal_mode = WAL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("reads"):
            connection.exec_driver_sql("BEGIN")
            return
        # A vote is on the disk when it is thanked for (FULL). Losing the last predictions to a power cut, and to
        # nothing less, breaks no promise; a vote on one writes it out with itself.
        connection.exec_driver_sql(f"PRAGMA synchronous = {'NORMAL' if options.get('relaxed') else 'FULL'}")
        # IMMEDIATE: a transaction that first reads and then writes could fail in the middle otherwise.
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _set_up_postgresql(engine: Engine) -> None:
    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("reads"):
            # One snapshot for all statements, as SQLite gives.
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            return
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{BUSY_TIMEOUT}s'")
        if options.get("relaxed"):
            connection.exec_driver_sql("SET LOCAL synchronous_commit = off")


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Open a transaction whose statements all see the same snapshot.

    Raises
    ------
    Damaged
        If the database holds what this program did not write there.
    Unavailable
        If it does not answer.
    """
    with _available(engine), engine.connect().execution_options(reads=True) as connection, connection.begin():
        yield connection


@contextmanager
def transaction(engine: Engine, *, relaxed: bool = False) -> Iterator[Connection]:
    """Open a transaction that writes.

    Parameters
    ----------
    engine : Engine
    relaxed : bool
        Whether a power cut, but no killed process, may lose it.

    Raises
    ------
    Damaged
        If the database holds what this program did not write there.
    Unavailable
        If it does not answer, or is locked for longer than :data:`BUSY_TIMEOUT`.
    """
    options = {"relaxed": relaxed}
    with (
        _available(engine),
        turn(engine),
        engine.connect().execution_options(**options) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def _available(engine: Engine) -> Iterator[None]:
    name = engine.url.render_as_string()
    try:
        yield
    except Misread as error:
        raise error.named(name) from error
    except (NoResultFound, MultipleResultsFound) as error:
        raise Misread("no row, or several, where it had one").named(name) from error
    except IntegrityError as error:
        raise Misread(f"rows that contradict each other ({error.orig})").named(name) from error
    except (DatabaseError, InterfaceError, PoolTimeout) as error:
        if isinstance(error, DatabaseError) and type(error) not in (DatabaseError, OperationalError):
            raise  # a statement that is wrong, which is a bug
        raise unavailable(getattr(error, "orig", None) or error) from error
