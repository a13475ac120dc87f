"""Read a tar as a stream, in memory that does not depend on what is in it."""

import tarfile
from collections.abc import Iterator
from typing import IO, cast

from movieclassifier.corpora.readers.compression import Readable

MOST_BYTES_BETWEEN = 1_000_000  # headers, padding, and what tarfile reads ahead


class Meter:
    """Reads no further than it may: a header can say that it is a terabyte long, and tarfile would believe it.

    Parameters
    ----------
    file : readable
        What is behind it.

    Attributes
    ----------
    n_left : int
        How many bytes may be read until this is set anew.
    """

    def __init__(self, file: Readable) -> None:
        self.file = file
        self.n_left = MOST_BYTES_BETWEEN

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes; raise a ReadError where that is more than may be read."""
        chunk = self.file.read(size)
        self.n_left -= len(chunk)
        if self.n_left < 0:
            raise tarfile.ReadError(f"more than {MOST_BYTES_BETWEEN:,} bytes that belong to no member")
        return chunk


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
        header of a header. What reading `file` raises comes as it is.
    """
    meter = Meter(file)
    with tarfile.open(fileobj=cast(IO[bytes], meter), mode="r|") as archive:
        while member := archive.next():
            # tarfile would keep both: every member, and every global header with its keywords.
            archive.members.clear()  # type: ignore[attr-defined]
            archive.pax_headers = {}
            meter.n_left = max(0, member.size) + MOST_BYTES_BETWEEN
            yield archive, member
    # The checksum of what the tar is compressed with stands at the very end, behind the padding.
    while meter.read(2**16):
        pass
