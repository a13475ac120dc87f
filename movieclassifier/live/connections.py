"""HTTP connections to an address that was checked, within a deadline that no slow server can stretch."""

import http.client
import io
import socket
import ssl
import time
from typing import Any

from movieclassifier.live.addresses import Target

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0


class DeadlineSocket:
    """A socket whose reads end by a deadline, however few bytes each of them brings.

    Parameters
    ----------
    connected : socket
    deadline : float
        As ``time.monotonic`` tells it.
    """

    def __init__(self, connected: socket.socket, deadline: float):
        self.connected, self._deadline = connected, deadline
        self._is_read = False

    def set_timeout(self) -> None:
        """Wait for a while at most, and never beyond the deadline."""
        self.connected.settimeout(min(READ_SECONDS, seconds_left(self._deadline)))

    def sendall(self, data: Any) -> None:
        """Send a request."""
        self.set_timeout()
        self.connected.sendall(data)

    def makefile(self, *_: Any, **__: Any) -> io.BufferedReader:
        """Return what http.client reads an answer from; it closes the socket, which is then no longer this one's."""
        self._is_read = True
        return io.BufferedReader(_Reading(self))

    def close(self) -> None:
        """Close the socket, unless an answer is being read from it."""
        if not self._is_read:
            self.connected.close()


class _Reading(io.RawIOBase):
    """The bytes that a socket sends."""

    def __init__(self, source: DeadlineSocket):
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._source.set_timeout()
        return self._source.connected.recv_into(buffer)

    def close(self) -> None:
        self._source.connected.close()
        super().close()


class PinnedConnection(http.client.HTTPConnection):
    """A connection to one address, which was checked; the name is what the server is told and has to prove.

    Parameters
    ----------
    target : Target
    address : str
    deadline : float
    """

    def __init__(self, target: Target, address: str, deadline: float, context: ssl.SSLContext | None = None):
        super().__init__(target.host, target.port)
        self._target, self._address, self._deadline, self._context = target, address, deadline, context

    def connect(self) -> None:
        """Connect to the address, with TLS where the URL says so."""
        seconds = min(CONNECT_SECONDS, seconds_left(self._deadline))
        connected = socket.create_connection((self._address, self._target.port), seconds)
        try:
            if self._target.scheme == "https":
                context = self._context or ssl.create_default_context()
                connected = context.wrap_socket(connected, server_hostname=self._target.host)
        except BaseException:
            connected.close()
            raise
        self.sock = DeadlineSocket(connected, self._deadline)


def seconds_left(deadline: float) -> float:
    """Return the seconds until a deadline.

    Raises
    ------
    TimeoutError
        If it has passed.
    """
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the whole request took too long")
    return left
