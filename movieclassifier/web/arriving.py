"""A request that arrives byte by byte, and when it is complete."""

import re
import time

HEADERS_SECONDS, BODY_SECONDS = 10, 30
MAX_HEADERS = 64 * 2**10
MAX_LINE = 8190  # bytes of the request line, the most that gunicorn takes
END = b"\r\n\r\n"
LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,12})[ \t]*\r$", re.I | re.M)
CHUNKED = re.compile(rb"^transfer-encoding:[^\r]*\bchunked[ \t]*\r$", re.I | re.M)
EXPECT = re.compile(rb"^expect:[ \t]*100-continue[ \t]*\r\n", re.I | re.M)
CHUNK = re.compile(rb"([0-9a-f]{1,8})(?:;[^\r\n]*)?\r\n", re.I)


class Arriving:
    """The bytes of a request so far.

    Parameters
    ----------
    max_body : int
        Bytes of the longest body that is taken in.

    Attributes
    ----------
    data : bytearray
    deadline : float
        When it has to be complete, as :func:`time.monotonic` counts: 10 seconds for the headers, 30 more for the body.
    refusal : str or None
        A status line, where no more is to be read.
    """

    def __init__(self, max_body: int):
        self.data = bytearray()
        self.deadline = time.monotonic() + HEADERS_SECONDS
        self.refusal: str | None = None
        self._max_body = max_body
        self._body = 0  # where it begins
        self._end = 0  # where it ends, or the next chunk begins
        self._chunked = False

    def feed(self, received: bytes) -> bool:
        """Add bytes; return whether the request is complete or refused."""
        self.data += received
        if not self._body and not self._read_headers():
            return self.refusal is not None
        if self.refusal is not None:
            return True
        if self._chunked:
            return self._read_chunks()
        return len(self.data) >= self._end

    def is_of_a_program(self) -> bool:
        """Tell whether it asks the API, as far as its first line tells."""
        return b" /api/" in self.data[:20]

    def wants_continue(self) -> bool:
        """Tell whether the client waits for ``100 Continue``, once; the header is taken out."""
        if not self._body or len(self.data) > self._body:
            return False
        headers, n = EXPECT.subn(b"", bytes(self.data))
        taken = len(self.data) - len(headers)
        if n:
            self.data[:] = headers
            self._body, self._end = self._body - taken, self._end - taken
        return bool(n)

    def _read_headers(self) -> bool:
        """Find the end of the headers, and how the body ends."""
        place = self.data.find(END)
        if place < 0 or place > MAX_HEADERS:
            if len(self.data) > MAX_HEADERS:
                self.refusal = "431 Request Header Fields Too Large"
            return False
        self._body = self._end = place + len(END)
        self.deadline = time.monotonic() + BODY_SECONDS
        headers = bytes(self.data[: place + 2])
        if headers.find(b"\r\n") > MAX_LINE:
            self.refusal = "414 URI Too Long"
            return True
        self._chunked = CHUNKED.search(headers) is not None
        length = LENGTH.search(headers)
        if length and not self._chunked:
            self._end += int(length.group(1))
            self._check_size()
        return True

    def _read_chunks(self) -> bool:
        """Go on from chunk to chunk; a malformed one is for the parser to refuse."""
        while self.refusal is None and self._end < len(self.data):
            line = CHUNK.match(self.data, self._end)
            if line is None:
                return b"\n" in self.data[self._end :] or len(self.data) - self._end > 100
            size = int(line.group(1), 16)
            if not size:
                return self.data.find(END, line.end() - 2) >= 0
            self._end = line.end() + size + 2
            self._check_size()
        return self.refusal is not None

    def _check_size(self) -> None:
        if self._end - self._body > self._max_body:
            self.refusal = "413 Content Too Large"
