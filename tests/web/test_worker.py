"""Slow clients against a real server."""

import http.client
import json
import socket
import time
from contextlib import ExitStack, closing

import pytest

from tests.commands.test_serve import SERVE, free_port, get, serving
from tests.support.patience import PATIENCE

SLOW_HEADERS = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
SLOW_BODY = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\nreview="


@pytest.fixture(scope="module")
def port(tmp_path_factory, small_model):
    """The port of a server of one worker with four threads."""
    port = free_port()
    folder = tmp_path_factory.mktemp("server")
    with serving([*SERVE, "--port", str(port), "--workers", "1"], folder, small_model, port):
        yield port


def connect(port, data=b""):
    client = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    client.sendall(data)
    return client


@pytest.mark.parametrize(
    "beginning", [b"", SLOW_HEADERS, SLOW_BODY, SLOW_BODY[:-30] + b"Transfer-Encoding: chunked\r\n\r\n5\r\n"]
)
def test_fifty_slow_connections_leave_the_site_answering(port, beginning):
    with ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(closing(connect(port, beginning)))
        started = time.monotonic()
        assert get(port, "/about")[0] == 200
        assert get(port, "/healthz")[0] == 200
        assert time.monotonic() - started < 9  # the slow ones are given up after ten


def test_headers_that_take_more_than_ten_seconds_are_given_up(port):
    with closing(connect(port, SLOW_HEADERS)) as client:
        started, answer = time.monotonic(), b""
        client.settimeout(0.5)
        while time.monotonic() - started < PATIENCE and not answer:
            try:
                client.sendall(b"x")
                answer = client.recv(1000)
            except TimeoutError:
                continue
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - started > 9


def test_a_request_in_many_pieces_is_answered(port):
    body = json.dumps({"text": "A wonderful film, and superb acting."}).encode()
    head = f"POST /api/v1/predictions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    with closing(connect(port)) as client:
        for byte in head.encode() + body:
            client.sendall(bytes([byte]))
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 201 ")
    assert b'"label":"positive"' in answer.replace(b" ", b"")


def test_a_connection_is_kept_for_further_requests_of_any_kind(port):
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as client:
        for text in ("A wonderful film.", "x" * 19_000, "Dull."):
            client.request(
                "POST", "/api/v1/predictions", json.dumps({"text": text}), {"Content-Type": "application/json"}
            )
            response = client.getresponse()
            assert (response.status, json.loads(response.read())["id"] != "") == (201, True)
        client.request(
            "POST",
            "/api/v1/predictions",
            iter([b'{"text":', b'"A dull film."}']),
            {"Content-Type": "application/json"},
            encode_chunked=True,
        )
        assert client.getresponse().status == 201


def test_a_client_that_asks_before_it_sends_is_told_to(port):
    head = b"POST /api/v1/predictions HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: 16\r\nConnection: close\r\n\r\n"
    with closing(connect(port, head)) as client:
        assert client.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b'{"text": "fine"}')
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 201 ")


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000, b"431"),
        (b"POST /api/v1/predictions HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", b"413"),
        (b"nonsense\r\n\r\n", b"400"),
    ],
)
def test_what_is_too_large_or_no_request_is_refused_at_once(port, data, status):
    with closing(connect(port, data)) as client:
        assert client.recv(1000).split()[1] == status


def test_of_very_many_waiting_connections_the_oldest_is_closed(port):
    with ExitStack() as stack:
        clients = [stack.enter_context(closing(connect(port, SLOW_HEADERS))) for _ in range(210)]
        assert get(port, "/healthz")[0] == 200
        clients[0].settimeout(5)
        assert clients[0].recv(10) == b""
        clients[-1].sendall(b"\r\n\r\n")
        assert clients[-1].recv(10).startswith(b"HTTP/1.1")
