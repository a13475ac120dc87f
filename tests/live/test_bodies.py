"""Answers are unpacked within a limit."""

import gzip
import zlib

import pytest

from movieclassifier.live.bodies import read_body
from movieclassifier.live.faults import SourceFault
from tests.support import news_server as ns


@pytest.mark.parametrize("path", ["/gzip", "/deflate"])
def test_compressed_answers_are_unpacked(path, fetcher_of):
    with ns.serving() as server:
        assert fetcher_of(server).get(server.url + path).body == ns.FEED


def test_several_members_of_gzip_are_one_body(fetcher_of):
    body = gzip.compress(b"one ") + gzip.compress(b"two")
    with ns.serving({"/": ns.sending(body, Content_Encoding="gzip")}) as server:
        assert fetcher_of(server).get(server.url + "/").body == b"one two"


class Answer:
    """An answer of http.client, without a connection."""

    def __init__(self, pieces, length=0, **headers):
        self._pieces, self.length, self._headers = list(pieces), length, headers

    def getheader(self, name, default):
        return self._headers.get(name.replace("-", "_"), default)

    def read(self, n):
        return self._pieces.pop(0) if self._pieces else b""


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer([b"x"], Content_Length="101"), "too large"),
        (Answer([b"x" * 60, b"x" * 41]), "too large"),
        (Answer([b"half"], length=4), "cut off"),
        (Answer([b"x"], Content_Encoding="zstd"), "refused"),
        (Answer([zlib.compress(b"x" * 101)], Content_Encoding="deflate"), "too large"),
        (Answer([zlib.compress(b"x" * 50)[:-2]], Content_Encoding="deflate"), "cut off"),
        (Answer([b"not compressed"], Content_Encoding="gzip"), "damaged"),
    ],
)
def test_body_beyond_the_limit_or_damaged_is_a_fault(answer, kind):
    with pytest.raises(SourceFault) as caught:
        read_body(answer, 100, "news.example")
    assert caught.value.kind == kind
    assert caught.value.sentence.startswith("news.example ")


@pytest.mark.parametrize("n", [0, 1, 100])
def test_limit_counts_after_decompression(n):
    body = b"x" * n
    raw = zlib.compressobj(wbits=-15)
    packed = raw.compress(body) + raw.flush()
    for encoding, sent in (("", body), ("deflate", zlib.compress(body)), ("deflate", packed), ("gzip", b"")):
        answer = Answer([sent[:7], sent[7:]], Content_Encoding=encoding)
        assert read_body(answer, 100, "news.example") == (body if sent else b"")
