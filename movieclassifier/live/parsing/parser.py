"""Parsing in a process of its own, which is killed where it takes too long and replaced where it dies."""

import json
import os
import select
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import IO, Any

from movieclassifier.live.faults import SourceFault
from movieclassifier.live.parsing.child import LENGTH, can_limit, write_frame

WALL_SECONDS = 15.0
JOBS_PER_CHILD = 200
MAX_ANSWER = 128 * 2**20
WINDOWS = (
    "Feeds and pages are read in a process with limits on memory and time, which Windows cannot set; "
    "read them in WSL or in a container."
)
# Neither the database's URL nor any key is among them.
PASSED_ON = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "HOME", "TMPDIR", "SYSTEMROOT", "COVERAGE_PROCESS_START")


class Parser:
    """The front of the process that parses; it takes one job at a time from all threads.

    Parameters
    ----------
    seconds : float
        Wall time of a job.

    Attributes
    ----------
    n_killed : int
        Processes that had to be killed.
    """

    def __init__(self, seconds: float = WALL_SECONDS):
        self._seconds = seconds
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._n_jobs = 0
        self.n_killed = 0

    def feed(self, body: bytes, url: str = "", charset: str = "") -> dict[str, Any]:
        """Return what a feed holds, as :func:`movieclassifier.live.parsing.feeds.read_feed` does."""
        return self._do("feed", body, url, charset)

    def page(self, body: bytes, url: str = "", charset: str = "") -> dict[str, Any]:
        """Return the article of a page, as :func:`movieclassifier.live.parsing.articles.read_article` does."""
        return self._do("page", body, url, charset)

    def opml(self, body: bytes) -> dict[str, Any]:
        """Return the feeds of a list, as :func:`movieclassifier.live.parsing.opml.read_opml` does."""
        return self._do("opml", body, "", "")

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    @property
    def pid(self) -> int | None:
        """The process's number; None where none is running."""
        return self._child.pid if self._child else None

    def _do(self, job: str, body: bytes, url: str, charset: str) -> dict[str, Any]:
        head = json.dumps({"do": job, "url": url, "charset": charset}).encode()
        with self._lock:
            if self._child is None or self._child.poll() is not None or self._n_jobs >= JOBS_PER_CHILD:
                self._end()
                self._child = self._start()
                self._n_jobs = 0
            self._n_jobs += 1
            try:
                answer = json.loads(self._exchange(self._child, head, body))
            except (OSError, EOFError, ValueError) as error:
                self.n_killed += 1
                self._end(kill=True)
                took_long = isinstance(error, TimeoutError)
                what = "takes too long to read" if took_long else "takes more time or memory to read than is allowed"
                raise SourceFault("too large", f"It {what}.") from error
        if "fault" in answer:
            raise SourceFault(*answer["fault"])
        found: dict[str, Any] = answer["found"]
        return found

    def _start(self) -> "subprocess.Popen[bytes]":
        if not can_limit():
            raise SourceFault("not possible", WINDOWS)
        environ = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        return subprocess.Popen(
            [sys.executable, "-m", "movieclassifier.live.parsing.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environ,
            start_new_session=True,  # Ctrl-C is for the parent, which closes the pipe
        )

    def _exchange(self, child: "subprocess.Popen[bytes]", head: bytes, body: bytes) -> bytes:
        deadline = time.monotonic() + self._seconds
        timer = threading.Timer(self._seconds, child.kill)  # so that a write cannot wait for ever either
        timer.start()
        try:
            write_frame(_pipe(child.stdin), head)
            write_frame(_pipe(child.stdin), body)
            length = LENGTH.unpack(_read(child, LENGTH.size, deadline))[0]
            if length > MAX_ANSWER:
                raise EOFError
            return _read(child, length, deadline)
        finally:
            timer.cancel()

    def _end(self, kill: bool = False) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if kill:
            child.kill()
        for pipe in (child.stdin, child.stdout):
            with suppress(OSError):  # nobody reads the rest
                _pipe(pipe).close()
        try:
            child.wait(2)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    """Return a pipe that was asked for when the process was started."""
    if pipe is None:
        raise EOFError
    return pipe


def _read(child: "subprocess.Popen[bytes]", n: int, deadline: float) -> bytes:
    """Return so many bytes, by a deadline."""
    descriptor = _pipe(child.stdout).fileno()
    pieces: list[bytes] = []
    while n:
        if not select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))[0]:
            raise TimeoutError
        piece = os.read(descriptor, min(n, 2**20))
        if not piece:
            raise TimeoutError if time.monotonic() >= deadline else EOFError
        pieces.append(piece)
        n -= len(piece)
    return b"".join(pieces)
