"""Compress what is written to a file whose name says so."""

import bz2
import gzip
import lzma
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any


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
        try:
            import zstandard  # noqa: F401  # only whether it is there
        except ImportError as error:
            raise ValueError(
                f"{path}: writing zstd needs another package: pip install 'movieclassifier[zstd]'; or name it .gz."
            ) from error


@contextmanager
def compressed(file: IO[bytes], path: Path) -> Iterator[IO[bytes]]:
    """Return what to write to: a compressor where the name of the file says so, else the file.

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
    import zstandard

    return zstandard.ZstdCompressor().stream_writer(file, closefd=False)


COMPRESSORS: dict[str, Callable[[IO[bytes]], Any]] = {
    ".gz": lambda file: gzip.GzipFile("", "wb", fileobj=file, mtime=0),
    ".bz2": lambda file: bz2.BZ2File(file, "wb"),
    ".xz": lambda file: lzma.LZMAFile(file, "wb"),  # noqa: SIM115
    ".zst": _zstd,
}
