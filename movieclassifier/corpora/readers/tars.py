"""Read a tar as a stream, in memory that does not depend on its contents."""

import tarfile
from collections.abc import Iterator
from typing import IO, Self, cast

from movieclassifier.corpora.readers.compression import Readable

MOST_BYTES_BETWEEN = 1_000_000  # headers, padding, and what tarfile reads ahead


class Meter:
    """Reads no further than it may: a header can say that it is a terabyte long, and tarfile would believe it.

    Parameters
    ----------
    file : readable
        The file that is read.

    Attributes
    ----------
    n_left : int
        How many bytes may be read until this is set anew.
    """

    def __init__(self, file: Readable) -> None:
        self.file = file
        self.n_left = MOST_BYTES_BETWEEN
        self.at_end = False

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes; raise a ReadError at more than may be read, or at the second read past the end."""
        chunk = self.file.read(size)
        if not chunk:
            # tarfile takes a file that was cut off for complete. It skips a member block by block, even past the end.
            if self.at_end:
                raise tarfile.ReadError("it ends too early")
            self.at_end = True
        self.n_left -= len(chunk)
        if self.n_left < 0:
            raise tarfile.ReadError(f"more than {MOST_BYTES_BETWEEN:,} bytes that belong to no member")
        return chunk


class _Info(tarfile.TarInfo):
    """A member whose damaged header is an error; tarfile takes it for the end of the archive."""

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> Self:
        try:
            member = super().fromtarfile(archive)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]  # typeshed does not list it
            raise  # the closing block of zeros
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(f"{error}; expected a header or the closing block of zeros") from error
        if member.size < 0:
            raise tarfile.ReadError("a member of negative size")
        return member


def iter_members(file: Readable) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
    """Yield the members of a tar, each with the archive to extract it from before the next one is asked for.

    Parameters
    ----------
    file : readable
        The bytes of the tar, read to their end.

    Raises
    ------
    tarfile.TarError, ValueError, RecursionError
        If the tar is damaged or hostile; tarfile lets the errors of a malformed header through, and recurses for each
        header of a header. Errors of reading `file` are not changed.
    """
    meter = Meter(file)
    with tarfile.open(fileobj=cast(IO[bytes], meter), mode="r|", tarinfo=_Info) as archive:
        while member := archive.next():
            # tarfile would keep both: every member, and every global header with its keywords.
            archive.members.clear()  # type: ignore[attr-defined]
            archive.pax_headers = {}
            meter.n_left = max(0, member.size) + MOST_BYTES_BETWEEN
            yield archive, member
        meter.n_left, meter.at_end = MOST_BYTES_BETWEEN, False
        _check_rest(cast(IO[bytes], archive.fileobj))


def _check_rest(file: IO[bytes]) -> None:
    """Read to the end: behind the padding stands the checksum of the compressed data."""
    size = 2**16
    chunk = bytes(size)
    while len(chunk) == size:
        chunk = file.read(size)
        if chunk.strip(b"\0"):
            raise tarfile.ReadError("there is data behind its end; are two archives joined?")
