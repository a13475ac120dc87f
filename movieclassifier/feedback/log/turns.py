"""Turns at writing to an SQLite file: a queue, where SQLite itself would let writers sleep and try again.

The threads of a process take turns at a lock, the processes at a lock on a file in the folder of the database.
The kernel wakes the next one at once, and releases the lock of a process that was killed.
"""

import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Lock, RLock

from sqlalchemy import Engine

try:
    import fcntl
except ImportError:  # Windows: SQLite's own lock has to do
    fcntl = None  # type: ignore[assignment]

SUFFIX = "-queue"


class Turns:
    """Turns at one file; one object per file and process.

    Parameters
    ----------
    path : Path
        The file that processes lock.
    """

    def __init__(self, path: Path):
        self._path = path
        self._lock = RLock()
        self._descriptor: int | None = None
        self._depth = 0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the turn, and keep it while the block runs."""
        with self._lock:
            self._enter()
            try:
                yield
            finally:
                self._leave()

    def forget(self) -> None:
        """Start anew in a forked process: a lock on a file that parent and child share would be the same lock."""
        self._lock = RLock()
        self._depth = 0
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _enter(self) -> None:
        self._depth += 1
        if self._depth == 1 and fcntl is not None:
            if self._descriptor is None:
                self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def _leave(self) -> None:
        self._depth -= 1
        if self._depth == 0 and fcntl is not None and self._descriptor is not None:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)


_ALL: dict[str, Turns] = {}
_OF_ENGINE: "weakref.WeakKeyDictionary[Engine, Turns | None]" = weakref.WeakKeyDictionary()
_LOCK = Lock()


@contextmanager
def turn(engine: Engine) -> Iterator[None]:
    """Wait for the turn to write; a server of its own, such as PostgreSQL, has a queue already."""
    turns = _turns(engine)
    with turns.turn() if turns is not None else nullcontext():
        yield


def _turns(engine: Engine) -> Turns | None:
    with _LOCK:
        if engine not in _OF_ENGINE:
            name = engine.url.database if engine.dialect.name == "sqlite" else None
            key = None if name is None else os.path.realpath(name)
            _OF_ENGINE[engine] = None if key is None else _ALL.setdefault(key, Turns(Path(f"{key}{SUFFIX}")))
        return _OF_ENGINE[engine]


def _forget() -> None:
    global _LOCK
    _LOCK = Lock()
    for turns in _ALL.values():
        turns.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
