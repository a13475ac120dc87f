"""One process at a time in a folder."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

try:
    import fcntl
except ImportError:  # pragma: no cover
    fcntl = None  # type: ignore[assignment]  # Windows has none

TRAINING = "a different training is writing into this folder; wait for its end, or pass a different --model"


@contextmanager
def lock_folder(folder: str | os.PathLike[str], message: str = TRAINING) -> Iterator[None]:
    """Keep a folder to oneself; the operating system ends the lock with the process, however that ends.

    The lock is on the folder itself, so that no file is left in it. Where folders cannot be locked, as on some network
    file systems and on Windows, nothing is.

    Parameters
    ----------
    folder : str or path-like
    message : str
        The message if a different process holds it.

    Raises
    ------
    BlockingIOError
        If a different process holds it.
    """
    descriptor = _open_locked(folder, message)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _open_locked(folder: str | os.PathLike[str], message: str) -> int | None:
    if fcntl is None:
        return None
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:  # a folder may be writable and not readable
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if error.errno not in (errno.EWOULDBLOCK, errno.EAGAIN):
            return None
        raise BlockingIOError(error.errno, message, os.fspath(folder)) from error
    return descriptor
