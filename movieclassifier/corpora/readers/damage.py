"""Damaged files and archives, reported in the same words for every library."""

import errno
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from movieclassifier.system.printable import as_printable

# xz -9 needs 65 MB to be read. A hostile file, or a zip packed with LZMA, may ask for 4 GB.
MAX_MEMORY = 2**28
FAULTS = (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, struct.error, OverflowError)


class DamagedFile(ValueError):
    """A compressed file or an archive that cannot be read; the message names it."""


def is_of_disk(error: Exception) -> bool:
    """Tell whether an error is one of the disk and not of the data."""
    # A damaged zip sends its reader to a place before the start of the file, which is EINVAL.
    return isinstance(error, OSError) and error.errno not in (None, errno.EINVAL)


@contextmanager
def archive_faults(path: Path) -> Iterator[None]:
    """Turn the errors of zipfile and tarfile into one message; only their calls belong inside."""
    try:
        yield
    except DamagedFile:
        raise  # of the compression around the archive
    except NotImplementedError as error:  # zipfile's word for a compression that it does not know
        raise ValueError(
            f"{path}: this kind of zip cannot be read ({as_printable(str(error))}); unpack it and pass the folder."
        ) from error
    # Both modules let the ValueErrors of malformed headers through, and tarfile recurses for each header of a header.
    except (*FAULTS, tarfile.TarError, ValueError, RecursionError, OSError) as error:
        if is_of_disk(error):
            raise
        raise DamagedFile(
            f"{path}: the archive is damaged or cut off ({as_printable(str(error))}); fetch it again."
        ) from error
