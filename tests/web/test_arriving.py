import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.web.arriving import BODY_SECONDS, HEADERS_SECONDS, MAX_HEADERS, Arriving

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3;x=y\r\nabc\r\n0\r\n\r\n"
TRAILERS = b"POST / HTTP/1.1\r\ntransfer-encoding: gzip, chunked\r\n\r\nA\r\n0123456789\r\n0\r\nX: y\r\n\r\n"
REQUESTS = [GET, POST, CHUNKED, TRAILERS]


@given(st.sampled_from(REQUESTS), st.lists(st.integers(1, 40), min_size=1, max_size=200))
def test_a_request_is_complete_with_its_last_byte_however_it_is_cut(request, sizes):
    arriving, place = Arriving(1000), 0
    for size in [*sizes, *[1] * len(request)]:
        if place >= len(request):
            break
        complete = arriving.feed(request[place : place + size])
        place += size
        assert complete == (place >= len(request))
    assert bytes(arriving.data) == request
    assert arriving.refusal is None


def test_the_body_has_a_deadline_of_its_own(monkeypatch):
    monkeypatch.setattr("time.monotonic", lambda: 100.0)
    arriving = Arriving(1000)
    arriving.feed(POST[:20])
    assert arriving.deadline == 100 + HEADERS_SECONDS
    arriving.feed(POST[20:-1])
    assert arriving.deadline == 100 + BODY_SECONDS


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"GET / HTTP/1.1\r\nX: " + b"x" * MAX_HEADERS, "431 Request Header Fields Too Large"),
        (b"GET /" + b"x" * 8190 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", "414 URI Too Long"),
        (b"POST / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n", "413 Content Too Large"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n", "413 Content Too Large"),
    ],
)
def test_more_than_is_taken_is_refused(data, refusal):
    arriving = Arriving(1000)
    assert arriving.feed(data)
    assert arriving.refusal == refusal


def test_a_malformed_chunk_is_left_to_the_parser():
    arriving = Arriving(1000)
    assert arriving.feed(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n")
    assert arriving.refusal is None


def test_a_client_that_asks_first_is_answered_once():
    head = POST.replace(b"Content-Length", b"Expect: 100-continue\r\nContent-Length")[:-5]
    arriving = Arriving(1000)
    assert not arriving.feed(head)
    assert arriving.wants_continue()
    assert not arriving.wants_continue()
    assert arriving.feed(b"hello")
    assert bytes(arriving.data) == POST


@given(st.binary(max_size=300))
def test_any_bytes_are_taken(data):
    Arriving(50).feed(data)
