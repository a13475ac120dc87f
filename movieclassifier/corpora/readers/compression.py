"""Decompress while reading. The first bytes of a file tell how it is compressed; its name does not matter."""

import bz2
import gzip
import io
import lzma
import re
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import IO, Any, Protocol

from movieclassifier.corpora.readers.damage import FAULTS, MAX_MEMORY, DamagedFile, is_of_disk
from movieclassifier.corpora.readers.zips import open_only_file
from movieclassifier.system.printable import as_printable

CHUNK_SIZE = 2**16
ZSTD, GET_ZSTD = (
    ("compression.zstd", "use a Python that was built with it")
    if sys.version_info >= (3, 14)
    else ("backports.zstd", "pip install 'movieclassifier[zstd]'")
)

# Of errors of zstd about frames that are whole: their window is large, or they were made with a dictionary.
NO_DAMAGE = ("too much memory", "Dictionary mismatch")


class Readable(Protocol):
    """The interface of a decompressor."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, and b"" at the end."""


def compression(file: io.BufferedReader) -> str | None:
    """Return the name of what a file is compressed with; None for anything else."""
    start = file.peek(10)
    return next((name for name, (magic, _) in COMPRESSIONS.items() if magic.match(start)), None)


def decompress(file: io.BufferedReader, path: Path, name: str) -> io.BufferedReader:
    """Return the contents of a compressed file; `name` is the result of :func:`compression`."""
    return io.BufferedReader(_Decompressed(COMPRESSIONS[name][1](file, path), path, name), 2**17)


class _Decompressed(io.RawIOBase):
    """Report damaged data in the same words for every decompressor."""

    def __init__(self, plain: Readable, path: Path, name: str) -> None:
        self.plain, self.path, self.name = plain, path, name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            chunk = self.plain.read(len(buffer))
        except FAULTS as error:
            raise self._damaged(error) from error
        except OSError as error:
            if is_of_disk(error):
                raise
            raise self._damaged(error) from error
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def _damaged(self, error: Exception) -> DamagedFile:
        why = as_printable(str(error))
        return DamagedFile(f"{self.path}: the {self.name} data is damaged or cut off ({why}); fetch the file again.")


class _Streams:
    """Decompress stream after stream. Anything else behind a stream is damage, which bz2 and lzma would leave out."""

    def __init__(self, file: io.BufferedReader, new: Callable[[], Any], padding: bytes = b"") -> None:
        self.file, self.new, self.padding = file, new, padding
        self.stream: Any = None

    def read(self, size: int, /) -> bytes:
        while True:
            if self.stream is None or self.stream.eof:
                chunk = self._next_stream()
                if not chunk:
                    return b""
            else:
                chunk = self.file.read(CHUNK_SIZE) if self.stream.needs_input else b""
                if self.stream.needs_input and not chunk:
                    raise EOFError("the last stream has no end")
            plain: bytes = self.stream.decompress(chunk, size)
            if plain:
                return plain

    def _next_stream(self) -> bytes:
        """Begin a stream; return its first bytes, or nothing at the end of the file."""
        chunk = self.stream.unused_data if self.stream else b""
        while not (chunk := chunk.lstrip(self.padding) if self.stream and self.padding else chunk):
            if not (chunk := self.file.read(CHUNK_SIZE)):
                return b""
        self.stream = self.new()
        found: bytes = chunk
        return found


class _Zstd(_Streams):
    """Decompress zstd, frame after frame."""

    def __init__(self, file: io.BufferedReader, path: Path) -> None:
        zstd = import_zstd(f"{path}: reading zstd", "Or decompress the file first: zstd -d.")
        super().__init__(file, zstd.ZstdDecompressor)
        self.path, self.error = path, zstd.ZstdError

    def read(self, size: int, /) -> bytes:
        try:
            return super().read(size)
        except self.error as error:
            if any(word in str(error) for word in NO_DAMAGE):
                advice = "decompress it first, with the options that it was compressed with: zstd -d --long=31, or -D"
                raise ValueError(f"{self.path}: this zstd data cannot be read here ({error}); {advice}.") from error
            raise EOFError(str(error)) from error


def import_zstd(what: str, otherwise: str = "") -> Any:
    """Import the zstd of the standard library, or its backport for Python before 3.14.

    Parameters
    ----------
    what : str
        What needs it, for the message.
    otherwise : str
        A sentence on what can be done without it.

    Returns
    -------
    module

    Raises
    ------
    ValueError
        If it cannot be imported.
    """
    try:
        zstd = import_module(ZSTD)
        _ = zstd.ZstdDecompressor, zstd.ZstdFile  # a folder that was left behind is imported, too, and has neither
        return zstd
    except (ImportError, AttributeError) as error:
        raise ValueError(f"{what} needs {ZSTD} ({error}): {GET_ZSTD}. {otherwise}".rstrip()) from error


class _Gzip:
    """Decompress a member of a gzip file, as ``bz2.BZ2Decompressor`` does a stream.

    ``gzip.GzipFile`` takes a quarter more time: it reads 8 KB at a time, and looks at the checksum in Python.
    """

    def __init__(self) -> None:
        self._member = zlib.decompressobj(wbits=31)  # with header and checksum

    @property
    def eof(self) -> bool:
        return self._member.eof

    @property
    def unused_data(self) -> bytes:
        return self._member.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._member.unconsumed_tail

    def decompress(self, chunk: bytes, size: int) -> bytes:
        return self._member.decompress(chunk or self._member.unconsumed_tail, size)


def _xz() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MAX_MEMORY)


def refuse_other_kinds(file: io.BufferedReader, path: Path) -> None:
    """Refuse a file of a known kind for which there is not a reader."""
    start = file.peek(16)
    for kind, (magic, advice) in OTHER_KINDS.items():
        if start.startswith(magic):
            raise ValueError(f"{path}: this is {kind}, which no reader reads; {advice}.")


COMPRESSIONS: dict[str, tuple[re.Pattern[bytes], Callable[[io.BufferedReader, Path], Readable]]] = {
    "gzip": (re.compile(rb"\x1f\x8b"), lambda file, path: _Streams(file, _Gzip, b"\0")),
    "bzip2": (re.compile(rb"BZh[1-9]1AY&SY"), lambda file, path: _Streams(file, bz2.BZ2Decompressor)),
    "xz": (re.compile(rb"\xfd7zXZ\0"), lambda file, path: _Streams(file, _xz, b"\0")),
    "zstd": (re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"), _Zstd),
    "zip": (re.compile(rb"PK(\x03\x04|\x05\x06)"), open_only_file),
}


AS_CSV = "write it as CSV first, for example with pandas, and pass that"
OTHER_KINDS: dict[str, tuple[bytes | tuple[bytes, ...], str]] = {
    "a Parquet file": (b"PAR1", AS_CSV),
    "an Arrow file": ((b"ARROW1\0\0", b"FEA1"), AS_CSV),
    "an Avro file": (b"Obj\x01", AS_CSV),
    "an old Excel or Word file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save the table as CSV (UTF-8) and pass that"),
    "a database of SQLite": (b"SQLite format 3\0", "export the table as CSV and pass that"),
    "an HDF5 file": (b"\x89HDF\r\n\x1a\n", AS_CSV),
    "an array of numpy": (b"\x93NUMPY", AS_CSV),
    "a PDF": (b"%PDF-", "extract its text, and pass texts with labels"),
    "a RAR archive": (b"Rar!\x1a\x07", "unpack it and pass the folder"),
    "a 7z archive": (b"7z\xbc\xaf\x27\x1c", "unpack it and pass the folder or the file"),
    "an old LZMA file": (b"\x5d\0\0", "decompress it and pass the file"),
    "an lz4 file": (b"\x04\x22\x4d\x18", "decompress it and pass the file"),
    "a compress (.Z) file": (b"\x1f\x9d", "decompress it and pass the file"),
}


def check_ending(path: Path) -> None:
    """Refuse the name of a file that cannot be written as it says.

    Raises
    ------
    ValueError
    """
    ending = path.suffix.lower()
    if ending in (".zip", ".tar", ".tgz", ".7z"):
        raise ValueError(f"{path}: no {ending} can be written; name it .gz, .bz2, .xz or .zst, or as it is.")
    if ending == ".zst":
        import_zstd(f"{path}: writing zstd", "Or name it .gz.")


@contextmanager
def compressed(file: IO[bytes], path: Path) -> Iterator[IO[bytes]]:
    """Return a compressor if the name of the file asks for one, else the file itself.

    The same content gives the same bytes: no time and no name is written.

    Examples
    --------
    >>> import io
    >>> file = io.BytesIO()
    >>> with compressed(file, Path("movie_data.csv.gz")) as out:
    ...     _ = out.write(b"review,sentiment")
    >>> gzip.decompress(file.getvalue())
    b'review,sentiment'
    """
    make = COMPRESSORS.get(path.suffix.lower())
    if make is None:
        yield file
        return
    with make(file) as out:
        yield out


def _zstd(file: IO[bytes]) -> Any:
    zstd = import_zstd("writing zstd")
    return zstd.ZstdFile(file, "wb", options={zstd.CompressionParameter.checksum_flag: 1})


COMPRESSORS: dict[str, Callable[[IO[bytes]], Any]] = {
    ".gz": lambda file: gzip.GzipFile("", "wb", fileobj=file, mtime=0),
    ".bz2": lambda file: bz2.BZ2File(file, "wb"),
    ".xz": lambda file: lzma.LZMAFile(file, "wb"),  # noqa: SIM115
    ".zst": _zstd,
}
