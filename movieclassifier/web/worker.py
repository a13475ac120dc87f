"""gunicorn's worker with threads, which slow clients cannot hold up.

gunicorn gives a thread to a connection as soon as its first byte comes, and the thread waits for the rest: as many slow
clients as threads stop a worker. Here the event loop takes requests in, and a thread begins when one is complete.
"""

import json
import socket
import struct
import time
from collections import Counter
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.http import get_parser
from gunicorn.workers.gthread import TConn, ThreadWorker

from movieclassifier.web.arriving import Arriving
from movieclassifier.web.config import API_MAX_BYTES

RECEIVE = 64 * 2**10
# All requests of a worker that are not complete yet, in bytes.
MAX_ARRIVING = 64 * 2**20
# Connections of one address that have sent no complete request; beyond them the oldest is closed.
MAX_WAITING = 200
# A page fits into the socket's buffer, so no thread waits for a client that does not read.
SEND_BUFFER, SEND_SECONDS = 256 * 2**10, 30


class Worker(ThreadWorker):  # type: ignore[misc,unused-ignore]  # gunicorn has no types
    """A worker whose threads never wait for a client."""

    def __init__(self, *arguments: Any, **more: Any):
        super().__init__(*arguments, **more)
        self._arriving: dict[TConn, Arriving] = {}  # in the order of their coming
        self._waiting: Counter[str] = Counter()

    def accept(self, listener: socket.socket) -> None:
        """Accept a connection, and wait for its first request without a thread."""
        try:
            client, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self.nr_conns += 1
        with suppress(OSError):
            client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SEND_SECONDS, 0))
        connection = TConn(self.cfg, client, address, listener.getsockname())
        connection.parser = get_parser(self.cfg, client, address)
        connection.data_ready = True
        self._expect(connection)

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """Take in the next request of a connection that was kept."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._expect(conn)
        self._receive(conn, client)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Close what is too slow, and at the end all connections that browsers keep open without a request."""
        if not self.alive:
            timeout = min(timeout, 0.5)
            for connection in self.keepalived_conns:
                connection.timeout = 0
            for connection in [conn for conn, arriving in self._arriving.items() if not arriving.data]:
                self._drop(connection)
        super().wait_for_and_dispatch_events(timeout)
        now = time.monotonic()
        for connection in [conn for conn, arriving in self._arriving.items() if arriving.deadline < now]:
            self._drop(connection, "408 Request Timeout" if self._arriving[connection].data else None)

    def _expect(self, connection: TConn) -> None:
        address = _address(connection)
        if self._waiting[address] >= MAX_WAITING:
            self._drop(next(other for other in self._arriving if _address(other) == address))
        self._arriving[connection] = Arriving(API_MAX_BYTES)
        self._waiting[address] += 1
        self.poller.register(connection.sock, EVENT_READ, partial(self._receive, connection))

    def _receive(self, connection: TConn, client: socket.socket) -> None:
        arriving = self._arriving.get(connection)
        if arriving is None:  # dropped by an event of the same turn
            return
        try:
            received = client.recv(RECEIVE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            received = b""
        if not received:
            self._drop(connection)
        elif arriving.feed(received):
            if arriving.refusal:
                self._drop(connection, arriving.refusal)
            else:
                self._hand_over(connection)
        elif sum(len(other.data) for other in self._arriving.values()) > MAX_ARRIVING:
            self._drop(connection, "503 Service Unavailable")
        elif arriving.wants_continue():
            with suppress(OSError):
                client.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _hand_over(self, connection: TConn) -> None:
        """Let a thread answer a complete request."""
        arriving = self._forget(connection)
        connection.parser.unreader.unread(bytes(arriving.data))
        self.enqueue_req(connection)

    def _drop(self, connection: TConn, status: str | None = None) -> None:
        """Close a connection, after a word why if it has sent any."""
        arriving = self._forget(connection)
        self.nr_conns -= 1
        if status:
            with suppress(OSError):
                connection.sock.send(_refusal(status, arriving.is_of_a_program()))
        connection.close()

    def _forget(self, connection: TConn) -> Arriving:
        self.poller.unregister(connection.sock)
        address = _address(connection)
        self._waiting[address] -= 1
        if not self._waiting[address]:
            del self._waiting[address]
        return self._arriving.pop(connection)


def _refusal(status: str, to_a_program: bool) -> bytes:
    """Return an answer that says no more than a status; a program gets a problem document, as from the API itself."""
    kind, content = "text/plain", f"{status}\n".encode()
    if to_a_program:
        number, _, title = status.partition(" ")
        document = {"type": "about:blank", "title": title, "status": int(number), "detail": f"{title}."}
        kind, content = "application/problem+json", json.dumps(document).encode()
    head = f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


def _address(connection: TConn) -> str:
    """Return the address of the other side; all of a Unix socket are one."""
    client = connection.client
    return str(client[0]) if isinstance(client, tuple) else ""
