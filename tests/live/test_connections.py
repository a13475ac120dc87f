"""Connections end by a deadline, at the address that was checked."""

import socket
import ssl
import time
from pathlib import Path

import pytest

from movieclassifier.live.connections import DeadlineSocket, seconds_left
from movieclassifier.live.faults import SourceFault
from movieclassifier.live.fetching import Fetcher
from tests.support import news_server as ns


def test_slow_headers_end_at_the_deadline(fetcher_of):
    with ns.serving({"/": ns.slow_headers}) as server, pytest.raises(SourceFault, match="took too long"):
        fetcher_of(server, seconds=0.5).get(server.url + "/")


def test_certificate_has_to_be_valid(fetcher_of):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).parents[1] / "support" / "other_example.pem")
    with ns.serving({"/": b"secret"}) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        with pytest.raises(SourceFault, match=r"The certificate of 127\.0\.0\.1 is not valid"):
            fetcher_of(server).get(f"https://{server.place}/")
    with ns.serving({"/": b"no tls"}) as server, pytest.raises(SourceFault, match="does not speak TLS"):
        fetcher_of(server).get(f"https://{server.place}/")


def test_name_is_resolved_once_and_the_address_that_was_checked_is_called(monkeypatch):
    """The second answer of a server that rebinds its name is never asked for."""
    answers, called = [["93.184.216.34"], ["127.0.0.1"]], []

    def connect(address, timeout):
        called.append(address)
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr("socket.create_connection", connect)
    fetcher = Fetcher(resolver=lambda host, port: answers.pop(0), pause=0)
    with pytest.raises(SourceFault, match=r"rebind\.example cannot be reached \(Connection refused\)"):
        fetcher.get("http://rebind.example/")
    assert called == [("93.184.216.34", 80)]
    assert answers == [["127.0.0.1"]]


def test_reading_ends_at_the_deadline_however_few_bytes_come():
    here, there = socket.socketpair()
    with here, there:
        reader = DeadlineSocket(here, time.monotonic() + 0.2).makefile()
        there.sendall(b"a")
        assert reader.read1(1) == b"a"
        with pytest.raises(TimeoutError):
            reader.read1(1)
        reader.close()
        assert here.fileno() == -1


def test_socket_that_nobody_reads_is_closed():
    here, there = socket.socketpair()
    with there:
        DeadlineSocket(here, time.monotonic() + 9).close()
        assert here.fileno() == -1
        assert there.recv(1) == b""


def test_seconds_left_are_never_none():
    assert 0 < seconds_left(time.monotonic() + 5) <= 5
    with pytest.raises(TimeoutError, match="the whole request took too long"):
        seconds_left(time.monotonic() - 1)
