"""Fetch one gzip file over HTTP: go on where it stopped, try again after a fault, give up in time."""

import itertools
import logging
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from ssl import SSLCertVerificationError

from six.moves.http_client import HTTPException, HTTPResponse, InvalidURL
from six.moves.urllib.error import HTTPError, URLError
from six.moves.urllib.request import Request, urlopen

from movieclassifier.corpora.aclimdb.partial_file import Note, begin, forget, n_bytes_of, read_note
from movieclassifier.system.atomic import name_full_disk
from movieclassifier.system.printable import as_printable
from movieclassifier.system.progress import Progress
from movieclassifier.system.waiting import telling_of_wait

log = logging.getLogger(__name__)

CHUNK_BYTES = 1 << 16
SLOWEST = 1_000  # bytes per second; a slower server counts as one that has stopped
LONGEST_WAIT = 60.0  # seconds, even if the server asks for more
ENOUGH_PROGRESS = 1_000_000  # bytes; an attempt that brought as many does not count as failed
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})  # HTTP statuses that a further attempt may cure
PARTIAL_CONTENT, RANGE_NOT_SATISFIABLE = 206, 416
GZIP_MAGIC = b"\x1f\x8b"


class SourceUnreachable(OSError):
    """The source did not give the file: no network, no such page, a fault that stayed."""

    exit_status = 3


class _TryAgain(Exception):
    """A fault that may pass; `wait` is the least number of seconds before the next attempt."""

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.wait = wait


def fetch(
    url: str,
    path: Path,
    *,
    n_bytes: int | None = None,
    max_bytes: int = 1 << 40,
    timeout: float = 20.0,
    n_retries: int = 3,
    backoff: float = 1.0,
    show: bool | None = None,
) -> None:
    """Download the gzip file at `url` to `path`, and go on where an earlier call stopped.

    The bytes that have come stay in `path` if this fails or is interrupted, with a note beside it (the same name with
    `.json` behind it); the next call asks the server for the rest only. Until this
    function has returned, `path` is a partial file.

    Parameters
    ----------
    url : str
        An http or https address.
    path : Path
        Where the bytes go.
    n_bytes : int, optional
        How many bytes the file must have.
    max_bytes : int
        Where to stop if the server does not say how much it sends, or says too much.
    timeout : float, default=20.0
        Seconds without an answer, or with less than 1 kB/s, that count as a fault.
    n_retries : int, default=3
        How many faults in a row are borne.
    backoff : float, default=1.0
        Seconds before the second attempt; doubled for each one after.
    show : bool, optional
        Whether to show progress and faults that are borne; see :class:`movieclassifier.system.progress.Progress`.

    Raises
    ------
    SourceUnreachable
        Where the server cannot be reached, or has no gzip file at `url`.
    ValueError
        Where the file there cannot be the right one.
    OSError
        Where `path` cannot be written; no attempt is repeated for that.

    References
    ----------
    Range requests: https://www.rfc-editor.org/rfc/rfc9110#name-range-requests
    """
    download = _Download(url=url, path=path, n_bytes=n_bytes, max_bytes=max_bytes, timeout=timeout, show=show)
    n_failed = 0
    n_most = n_bytes_of(path)
    while True:
        try:
            download.attempt()
            return
        except _TryAgain as fault:
            # Measured against the most there ever was: a server without ranges may cut off here and there for ever.
            n_failed = 1 if n_bytes_of(path) - n_most >= ENOUGH_PROGRESS else n_failed + 1
            n_most = max(n_most, n_bytes_of(path))
            if n_failed > n_retries:
                raise SourceUnreachable(f"{url}: {fault}; gave up after {n_failed} attempts") from fault
            wait = min(max(backoff * 2 ** (n_failed - 1), fault.wait), LONGEST_WAIT)
            # Part of the progress, which is never silent for long: where nobody wants it, only the end is told.
            level = logging.INFO if show is False else logging.WARNING
            log.log(level, "%s: %s; trying again in %g s", url, as_printable(str(fault)), wait)
        with telling_of_wait(f"{url}: waiting before the next attempt", show):
            time.sleep(wait)


@dataclass(frozen=True)
class _Download:
    url: str
    path: Path
    n_bytes: int | None
    max_bytes: int
    timeout: float
    show: bool | None

    def attempt(self) -> None:
        """Ask for the missing bytes and write them."""
        note = read_note(self.path)
        known = note.url == self.url and (note.n_bytes or note.validator)
        start = n_bytes_of(self.path) if known else 0
        if start and start == note.n_bytes:
            return
        with self._open(start, note.validator) as response:
            if response.status == PARTIAL_CONTENT:
                head, total = b"", self._total_of_range(response, start, note)
            else:
                # No ranges here, or a different version of the file: the bytes that have come are useless.
                head, total, start = self._gzip_head(response), _content_length(response), 0
            self._check_total(total)
            if not start:
                begin(self.path, Note(self.url, total, _validator(response)))
            self._write(response, head, start, total)

    def _open(self, start: int, validator: str | None) -> HTTPResponse:
        # identity: the bytes of the file are wanted, not a compressed form of them.
        headers = {"User-Agent": "movieclassifier", "Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
            if validator:
                headers["If-Range"] = validator
        try:
            with telling_of_wait(f"{self.url}: waiting for the server", self.show):
                return urlopen(Request(self.url, headers=headers), timeout=self.timeout)  # noqa: S310
        except HTTPError as error:
            with error:
                raise self._fault_of_status(error) from error
        except URLError as error:
            if isinstance(error.reason, SSLCertVerificationError):
                raise SourceUnreachable(f"{self.url}: {error.reason}") from error
            raise _TryAgain(_reason(error.reason)) from error
        except InvalidURL as error:
            raise ValueError(f"{self.url} is not an address: {error}") from error
        except (OSError, HTTPException) as error:
            raise _TryAgain(_reason(error)) from error

    def _fault_of_status(self, error: HTTPError) -> Exception:
        if error.code == RANGE_NOT_SATISFIABLE:
            forget(self.path)
            return _TryAgain("the file there is no longer the one that was begun; starting over")
        if error.code not in PASSING:
            return SourceUnreachable(f"{self.url}: the server answered {error.code} {error.reason}")
        wait = error.headers.get("Retry-After", "")
        return _TryAgain(f"the server answered {error.code} {error.reason}", float(wait) if wait.isdecimal() else 0.0)

    def _total_of_range(self, response: HTTPResponse, start: int, note: Note) -> int | None:
        """Check that the answer begins at byte `start`; return the size of the whole file."""
        got = response.headers.get("Content-Range", "")
        match = re.fullmatch(r"bytes (\d{1,19})-\d+/(\d{1,19}|\*)", got)
        total = int(match[2]) if match and match[2] != "*" else note.n_bytes
        if not match or int(match[1]) != start or (note.n_bytes or total) != total:
            forget(self.path)
            raise _TryAgain(f"asked for the bytes from {start} on, the server sent {got!r}; starting over")
        return total

    def _gzip_head(self, response: HTTPResponse) -> bytes:
        with _faults_of_network():
            head: bytes = response.read(len(GZIP_MAGIC))
        if len(head) < len(GZIP_MAGIC) and len(head) != _content_length(response):
            raise _TryAgain("the connection ended before the first bytes")
        if head != GZIP_MAGIC:
            kind = response.headers.get("Content-Type", "an unnamed type")
            raise SourceUnreachable(
                f"{self.url}: the server sent no gzip file but {kind}; is there a proxy or a login page on the way?"
            )
        return head

    def _check_total(self, total: int | None) -> None:
        if total is not None and self.n_bytes is not None and total != self.n_bytes:
            raise ValueError(f"{self.url}: expected a file of {self.n_bytes:,} bytes, the server has one of {total:,}")
        if total is not None and total > self.max_bytes:
            raise ValueError(f"{self.url}: expected at most {self.max_bytes:,} bytes, the server has {total:,}")

    def _write(self, response: HTTPResponse, head: bytes, start: int, total: int | None) -> None:
        title = f"Downloading {self.url}" + (f" from byte {start:,} on" if start else "")
        left = None if total is None else total - start
        n_have = start
        with (
            name_full_disk(self.path),
            open(self.path, "ab" if start else "wb") as file,
            Progress(left, title, unit="MB", scale=1_000_000, show=self.show) as progress,
        ):
            for chunk in itertools.chain([head], self._iter_chunks(response)):
                n_have += len(chunk)
                if n_have > self.max_bytes:
                    raise ValueError(f"{self.url}: expected at most {self.max_bytes:,} bytes, the server sends more")
                file.write(chunk)
                progress.update(len(chunk))
            file.flush()
            os.fsync(file.fileno())
        if total is not None and n_have != total:
            raise _TryAgain(f"the connection ended after {n_have:,} of {total:,} bytes")

    def _iter_chunks(self, response: HTTPResponse) -> Iterator[bytes]:
        """Yield bytes as they arrive; too slow a transfer is a fault, as a silent one is."""
        n_bytes, since = 0, time.monotonic()
        while True:
            with _faults_of_network():
                chunk = response.read1(CHUNK_BYTES)
            if not chunk:
                return
            yield chunk
            n_bytes += len(chunk)
            seconds = time.monotonic() - since
            if seconds >= self.timeout:
                if n_bytes < SLOWEST * seconds:
                    raise _TryAgain(f"only {n_bytes:,} bytes came in {seconds:.0f} s")
                n_bytes, since = 0, time.monotonic()


@contextmanager
def _faults_of_network() -> Iterator[None]:
    try:
        yield
    except (OSError, HTTPException) as error:
        raise _TryAgain(_reason(error)) from error


def _reason(error: Exception | str) -> str:
    return "no answer in time" if isinstance(error, TimeoutError) else str(error) or type(error).__name__


def _content_length(response: HTTPResponse) -> int | None:
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isdecimal() and len(length) < 20 else None


def _validator(response: HTTPResponse) -> str | None:
    etag: str = response.headers.get("ETag", "")
    # A weak tag stands for the same meaning, not for the same bytes, and If-Range may not carry it.
    date: str | None = response.headers.get("Last-Modified")
    return etag if etag.startswith('"') else date
