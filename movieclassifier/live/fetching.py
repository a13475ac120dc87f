"""One GET, bounded in time, size, addresses and redirects."""

import http.client
import ssl
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from urllib.parse import urljoin

from movieclassifier import __version__
from movieclassifier.live.addresses import Resolver, Target, checked_address, parse_url, resolve
from movieclassifier.live.connections import PinnedConnection
from movieclassifier.live.faults import SourceFault
from movieclassifier.live.fetched_pages import FetchedPage, Validators, read_answer

FEED_BYTES, PAGE_BYTES, JSON_BYTES, ROBOTS_BYTES = 8 * 2**20, 3 * 2**20, 2 * 2**20, 100_000
REQUEST_SECONDS = 20.0
MAX_REDIRECTS = 5
AGENT = f"movieclassifier/{__version__}"
FOR_GOOD = (301, 308)


@dataclass(frozen=True)
class _Request:
    """The request that is sent to every address."""

    validators: Validators | None
    limit: int
    accept: str
    headers: Mapping[str, str]
    body: bytes | None

    def fields(self, agent: str) -> dict[str, str]:
        fields = {"User-Agent": agent, "Accept": self.accept, "Accept-Encoding": "gzip, deflate", "Connection": "close"}
        if self.validators and self.validators.etag:
            fields["If-None-Match"] = self.validators.etag
        if self.validators and self.validators.modified:
            fields["If-Modified-Since"] = self.validators.modified
        if self.body is not None:
            fields["Content-Type"] = "application/json"
        return fields | dict(self.headers)


class Fetcher:
    """Asks other machines.

    Parameters
    ----------
    allowed : collection of str
        ``host:port`` of places with any address and port, such as a server of one's own network.
    contact : str
        A URL or address that the servers that are asked can read, in the User-Agent.
    pause : float
        Seconds between two requests to one host.
    seconds : float
        For one request with all its redirects.
    resolver : function
    context : SSLContext, optional
    """

    def __init__(
        self,
        allowed: Collection[str] = (),
        *,
        contact: str = "",
        pause: float = 1.0,
        seconds: float = REQUEST_SECONDS,
        resolver: Resolver = resolve,
        context: ssl.SSLContext | None = None,
    ):
        self.allowed = frozenset(allowed)
        self.agent = f"{AGENT} (+{contact})" if contact else AGENT
        self.n_requests = 0
        self._pause, self._seconds, self._resolver, self._context = pause, seconds, resolver, context
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()

    def get(
        self,
        url: str,
        validators: Validators | None = None,
        *,
        limit: int = FEED_BYTES,
        accept: str = "*/*",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> FetchedPage:
        """Return what a URL holds.

        Parameters
        ----------
        url : str
        validators : Validators, optional
            Of the last answer; then the server may say that nothing has changed.
        limit : int
            Bytes of the body, after decompression.
        accept : str
        headers : mapping, optional
            More headers, such as a login; they are not sent on to a different host.
        body : bytes, optional
            JSON that is posted; then the answer may be no redirect.

        Raises
        ------
        SourceFault
        """
        deadline = time.monotonic() + self._seconds
        target, seen, for_good = parse_url(url, self.allowed), set[str](), True
        first = target
        request = _Request(validators, limit, accept, headers or {}, body)
        for _ in range(MAX_REDIRECTS + 1):
            seen.add(target.url)
            if target.origin != first.origin:
                request = replace(request, headers={})
            page, status, location = self._ask(target, request, deadline)
            if page is not None:
                moved = page.url if for_good and page.url != first.url else ""
                return replace(page, moved_to=moved)
            if body is not None:
                raise SourceFault("redirected", f"{target.host} sends a login on to a different address.")
            for_good = for_good and status in FOR_GOOD
            target = self._next(target, location)
            if target.url in seen:
                raise SourceFault("redirected", f"{target.host} sends the reader round in a circle.")
        raise SourceFault("redirected", f"{first.host} sends the reader on more than {MAX_REDIRECTS} times.")

    def _next(self, target: Target, location: str) -> Target:
        try:
            further = parse_url(urljoin(target.url, location.strip()), self.allowed)
        except ValueError as error:
            raise SourceFault("redirected", f"{target.host} sends the reader to no address.") from error
        if target.scheme == "https" and further.scheme == "http":
            raise SourceFault("refused", f"{target.host} sends the reader from https to http.")
        return further

    def _ask(self, target: Target, request: "_Request", deadline: float) -> tuple[FetchedPage | None, int, str]:
        """Return the answer of one request, or the status and the place of a redirect."""
        with self._turn(target.host, deadline), _in_words(target.host):
            address = checked_address(target, self.allowed, self._resolver)
            connection = PinnedConnection(target, address, deadline, self._context)
            try:
                self.n_requests += 1
                method = "GET" if request.body is None else "POST"
                connection.request(method, target.path, request.body, request.fields(self.agent))
                with connection.getresponse() as response:
                    return read_answer(target, response, request.limit, bool(request.validators))
            finally:
                connection.close()

    @contextmanager
    def _turn(self, host: str, deadline: float) -> Iterator[None]:
        """Let one request at a time go to a host, with a pause between two."""
        with self._lock:
            place = self._hosts.setdefault(host, _Host())
        if not place.lock.acquire(timeout=max(0.0, deadline - time.monotonic())):
            raise SourceFault("busy", f"{host} is being asked for something else; try again in a minute.")
        try:
            time.sleep(max(0.0, place.last + self._pause - time.monotonic()))
            yield
        finally:
            place.last = time.monotonic()
            place.lock.release()


class _Host:
    """When a host was asked last, and whether it is being asked."""

    def __init__(self) -> None:
        self.lock, self.last = threading.Lock(), float("-inf")


@contextmanager
def _in_words(host: str) -> Iterator[None]:
    """Turn what a connection may raise into a fault of the source."""
    try:
        yield
    except SourceFault:
        raise
    except ssl.SSLCertVerificationError as error:
        raise SourceFault("certificate", f"The certificate of {host} is not valid ({error.verify_message}).") from error
    except ssl.SSLError as error:
        raise SourceFault("unreachable", f"{host} does not speak TLS as expected ({error.reason}).") from error
    except TimeoutError as error:
        raise SourceFault("slow", f"{host} took too long to answer.") from error
    except http.client.IncompleteRead as error:
        raise SourceFault("cut off", f"{host} broke off in the middle of its answer.") from error
    except (http.client.HTTPException, ValueError) as error:
        what = type(error).__name__
        raise SourceFault("not http", f"{host} does not speak HTTP as expected ({what}).") from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SourceFault("unreachable", f"{host} cannot be reached ({reason}).") from error
