"""Bodies of answers, read up to a limit that counts after decompression."""

import http.client
import zlib

from movieclassifier.live.faults import SourceFault

CHUNK = 65_536
MAX_RATIO = 100
# Below this, a ratio says nothing: a short list of equal lines compresses well.
RATIO_FROM = 2**20


def read_body(response: http.client.HTTPResponse, limit: int, host: str) -> bytes:
    """Return the body of an answer.

    Parameters
    ----------
    response : HTTPResponse
    limit : int
        Bytes after decompression.
    host : str
        Who answers, for the message.

    Raises
    ------
    SourceFault
        If it is larger, cut off, or compressed in a way that nobody asked for.
    """
    declared = response.getheader("Content-Length", "")
    if declared.isdecimal() and len(declared) < 20 and int(declared) > limit:
        raise _too_large(host, limit)
    unpack = _unpacker(response.getheader("Content-Encoding", ""), limit, host)
    pieces: list[bytes] = []
    n_read = n_unpacked = 0
    while piece := response.read(CHUNK):
        n_read += len(piece)
        if n_read > limit:
            raise _too_large(host, limit)
        unpacked = unpack.take(piece)
        n_unpacked += len(unpacked)
        if n_unpacked > limit or n_unpacked > max(RATIO_FROM, MAX_RATIO * n_read):
            raise _too_large(host, limit)
        pieces.append(unpacked)
    if response.length or not unpack.is_complete:
        raise SourceFault("cut off", f"{host} broke off in the middle of its answer.")
    return b"".join(pieces)


class _Plain:
    """A body as it is."""

    is_complete = True

    def take(self, piece: bytes) -> bytes:
        return piece


class _Unpacking:
    """A body in gzip or zlib's format, or in the raw one that some servers call deflate."""

    def __init__(self, limit: int, host: str):
        self._unpacker, self._limit, self._host = zlib.decompressobj(47), limit, host
        self._started = self._some = False

    @property
    def is_complete(self) -> bool:
        return self._unpacker.eof or not self._some

    def take(self, piece: bytes) -> bytes:
        self._some = True
        try:
            unpacked = self._decompress(piece)
        except zlib.error as error:
            if self._started:
                raise self._damaged(error) from error
            self._unpacker = zlib.decompressobj(-15)
            try:
                unpacked = self._decompress(piece)
            except zlib.error as error:
                raise self._damaged(error) from error
        self._started = True
        return unpacked

    def _decompress(self, piece: bytes) -> bytes:
        """Unpack one byte more than is allowed at most; several members may follow each other."""
        unpacked = self._unpacker.decompress(piece, self._limit + 1)
        while self._unpacker.eof and self._unpacker.unused_data[:2] == b"\x1f\x8b" and len(unpacked) <= self._limit:
            rest = self._unpacker.unused_data
            self._unpacker = zlib.decompressobj(31)
            unpacked += self._unpacker.decompress(rest, self._limit + 1)
        if self._unpacker.unconsumed_tail and len(unpacked) <= self._limit:
            raise zlib.error("more than was allowed")
        return unpacked

    def _damaged(self, error: zlib.error) -> SourceFault:
        return SourceFault("damaged", f"{self._host} sent a compressed answer that is damaged ({error}).")


def _unpacker(encoding: str, limit: int, host: str) -> _Plain | _Unpacking:
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return _Plain()
    if name in ("gzip", "x-gzip", "deflate"):
        return _Unpacking(limit, host)
    shown = name if name.isprintable() else "something"
    raise SourceFault("refused", f"{host} sent its answer compressed by {shown[:40]}, which nobody asked for.")


def _too_large(host: str, limit: int) -> SourceFault:
    return SourceFault("too large", f"{host} sent more than {limit / 2**20:.3g} MB, which is the limit.")
