"""An answer of a different machine: the page, a redirect, or the fault that its status means."""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass, field

from movieclassifier.live.addresses import Target
from movieclassifier.live.bodies import read_body
from movieclassifier.live.faults import SourceFault
from movieclassifier.live.schedule import retry_after

MAX_HEADER_BYTES = 65_536
REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True)
class Validators:
    """The validators that a server wants to be asked with, as they were received.

    Attributes
    ----------
    etag, modified : str
        Of ``ETag`` and ``Last-Modified``; "" if the header was missing.
    """

    etag: str = ""
    modified: str = ""


@dataclass(frozen=True)
class FetchedPage:
    """An answer.

    Attributes
    ----------
    url : str
        Where it came from, after redirects.
    body : bytes
    headers : dict of str to str
        Names in lower case.
    validators : Validators
        For the next time.
    moved_to : str
        Where the source says it is for good; "" where it did not move.
    is_new : bool
        False where the server says that nothing has changed.
    """

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    validators: Validators = field(default_factory=Validators)
    moved_to: str = ""
    is_new: bool = True

    @property
    def charset(self) -> str:
        """The encoding that the header declares, or ""."""
        return next(
            (
                part.split("=", 1)[1].strip(" \"'")
                for part in self.headers.get("content-type", "").split(";")[1:]
                if part.strip().lower().startswith("charset=")
            ),
            "",
        )


def read_answer(
    target: Target, response: http.client.HTTPResponse, limit: int, was_conditional: bool
) -> tuple[FetchedPage | None, int, str]:
    """Return a page and its status, or the status and the place of a redirect.

    Raises
    ------
    SourceFault
        If it is neither, or larger than `limit` bytes.
    """
    headers = {name.lower(): value for name, value in response.getheaders()}
    if sum(len(name) + len(value) for name, value in headers.items()) > MAX_HEADER_BYTES:
        raise SourceFault("too large", f"{target.host} sent headers of more than {MAX_HEADER_BYTES:,} bytes.")
    status = response.status
    if status in REDIRECTS and headers.get("location"):
        return None, status, headers["location"]
    validators = Validators(headers.get("etag", "")[:500], headers.get("last-modified", "")[:100])
    if status == 304 and was_conditional:
        return FetchedPage(target.url, b"", headers, validators, is_new=False), status, ""
    if status != 200:
        raise status_fault(target.host, status, headers)
    body = read_body(response, limit, target.host)
    if not body.strip():
        raise SourceFault("empty", f"{target.host} answered with nothing.")
    return FetchedPage(target.url, body, headers, validators), status, ""


def status_fault(host: str, status: int, headers: Mapping[str, str]) -> SourceFault:
    """Return what an HTTP status means, and what helps."""
    wait = retry_after(headers.get("retry-after"))
    sentences = {
        304: ("odd", f"{host} says that nothing has changed, which nobody asked it."),
        401: ("login", f"{host} wants a login."),
        403: ("refused", f"{host} refuses the reader (403): it wants a login, or keeps programs out."),
        404: ("missing", f"{host} has no such page (404); look whether its feed has a different address."),
        410: ("gone", f"{host} says that this feed is gone for good (410)."),
        429: ("busy", f"{host} asks for fewer requests (429)."),
        451: ("refused", f"{host} may not show this page here (451)."),
        503: ("busy", f"{host} is busy or under repair (503)."),
    }
    kind, sentence = sentences.get(status, ("fault", f"{host} answered with status {status}."))
    return SourceFault(kind, sentence, wait, status)
