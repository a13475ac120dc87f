"""The digest of the files of a corpus, taken in a thread: hashing needs no interpreter."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from threading import Event, Thread

# Bytes read at a time. Other threads may hold the interpreter between two reads, as those that import modules do.
SIZE = 2**22


class FilesDigest:
    """The SHA-256 of the bytes of files, one after the other, taken in a thread from now on.

    Parameters
    ----------
    paths : iterable of Path

    Attributes
    ----------
    paths : tuple of Path

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.csv")
    ...     _ = path.write_bytes(b"abc")
    ...     FilesDigest([path]).result()[:16]
    'ba7816bf8f01cfea'
    """

    def __init__(self, paths: Iterable[Path]):
        self.paths = tuple(paths)
        self._stopped = Event()
        self._sha256 = ""
        self._error: Exception | None = None
        self._thread = Thread(target=self._read, name="digest")
        try:
            self._thread.start()
        except BaseException:  # Ctrl-C, and nobody will have this object to stop it
            self._stopped.set()
            raise

    def _read(self) -> None:
        try:
            self._sha256 = hash_files(self.paths, self._stopped)
        except Exception as error:  # it is raised where the result is asked for
            self._error = error

    def result(self) -> str:
        """Wait for the digest.

        Raises
        ------
        OSError
            If a file cannot be read.
        MemoryError
            If there is no room for a part of it.
        """
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._sha256

    def stop(self) -> None:
        """End the thread, whose result is not needed."""
        self._stopped.set()
        self._thread.join()


def hash_files(paths: Iterable[Path], stopped: Event | None = None) -> str:
    """Return the SHA-256 of the bytes of files; of fewer, if it is told to stop."""
    digest, buffer = hashlib.sha256(), memoryview(bytearray(SIZE))
    for path in paths:
        with open(path, "rb", buffering=0) as file:
            while (stopped is None or not stopped.is_set()) and (n_bytes := file.readinto(buffer)):
                digest.update(buffer[:n_bytes])
    return digest.hexdigest()
