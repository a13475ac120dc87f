"""Slow clients against the real worker, on real sockets."""

import http.client
import json
import socket
import struct
import time
from contextlib import ExitStack, closing
from types import SimpleNamespace

import pytest

from movieclassifier.web import arriving, create_app, worker
from tests.commands.test_serve import get
from tests.support.in_thread import working
from tests.support.patience import PATIENCE, wait_until

SLOW_HEADERS = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
SLOW_BODY = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\nreview="


@pytest.fixture(scope="module")
def port(tmp_path_factory, small_model):
    """The port of a worker with four threads."""
    url = f"sqlite:///{tmp_path_factory.mktemp('worker')}/f.db"
    app = create_app({"SECRET_KEY": "test", "DATABASE_URL": url, "MODEL": str(small_model)})
    with working(app) as (port, _):
        yield port
    app.extensions["movieclassifier"].close()


def connect(port, data=b""):
    client = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    client.sendall(data)
    return client


@pytest.mark.parametrize(
    "beginning", [b"", SLOW_HEADERS, SLOW_BODY, SLOW_BODY[:-30] + b"Transfer-Encoding: chunked\r\n\r\n5\r\n"]
)
def test_fifty_slow_connections_leave_the_site_answering(port, beginning, monkeypatch):
    for name in ("HEADERS_SECONDS", "BODY_SECONDS"):
        monkeypatch.setattr(arriving, name, 2 * PATIENCE)  # the slow ones are not given up before the site answers
    with ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(closing(connect(port, beginning)))
        assert get(port, "/about")[0] == 200
        assert get(port, "/healthz")[0] == 200


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
        (b"GET /history?" + b"x" * 8190 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", b"414"),
        (b"nonsense\r\n\r\n", b"400"),
    ],
)
def test_what_is_too_large_or_no_request_is_refused_at_once(port, data, status):
    with closing(connect(port, data)) as client:
        assert client.recv(1000).split()[1] == status


def test_a_program_whose_address_is_too_long_gets_a_problem_document(port):
    line = b"GET /api/v1/live/items?source=" + b"x" * 8190 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with closing(connect(port, line)) as client, closing(http.client.HTTPResponse(client)) as response:
        response.begin()
        assert (response.status, response.headers["Content-Type"]) == (414, "application/problem+json")
        assert json.loads(response.read()) == {
            "type": "about:blank", "title": "URI Too Long", "status": 414, "detail": "URI Too Long."
        }  # fmt: skip


def test_of_very_many_waiting_connections_the_oldest_is_closed(port):
    with ExitStack() as stack:
        clients = [stack.enter_context(closing(connect(port, SLOW_HEADERS))) for _ in range(210)]
        assert get(port, "/healthz")[0] == 200
        clients[0].settimeout(PATIENCE)
        assert clients[0].recv(10) == b""
        clients[-1].sendall(b"\r\n\r\n")
        assert clients[-1].recv(10).startswith(b"HTTP/1.1")


def plain(environ, start_response):
    """Answer with nothing but the method."""
    start_response("200 OK", [("Content-Length", str(len(environ["REQUEST_METHOD"])))])
    return [environ["REQUEST_METHOD"].encode()]


def test_a_worker_that_ends_answers_what_is_complete_and_closes_what_is_kept():
    with working(plain) as (port, _):
        # The waiting one comes first: once the other has its answer, both are accepted.
        waiting, kept = connect(port), connect(port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        answer = b""
        while not answer.endswith(b"GET"):
            answer += kept.recv(1000)
    for client in (kept, waiting):
        with closing(client):
            assert client.recv(10) == b""


def test_all_that_arrives_together_has_a_limit(monkeypatch):
    monkeypatch.setattr(worker, "MAX_ARRIVING", 1000)
    with working(plain) as (port, _), closing(connect(port, SLOW_HEADERS + b"x" * 2000)) as client:
        assert client.recv(1000).startswith(b"HTTP/1.1 503 ")


def test_a_connection_that_is_reset_is_forgotten():
    with working(plain) as (port, served):
        client = connect(port, SLOW_HEADERS)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        wait_until(lambda: served._arriving)
        client.close()
        wait_until(lambda: not served._arriving)
        assert served.nr_conns == 0


def test_all_clients_of_a_socket_of_the_system_are_one():
    assert worker._address(SimpleNamespace(client=b"")) == ""
    assert worker._address(SimpleNamespace(client=("192.0.2.7", 5))) == "192.0.2.7"
