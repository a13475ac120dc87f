"""The digest of a corpus in files, which a thread can compute: hashlib releases the interpreter."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import Event, Thread

# Bytes read at a time. Other threads may hold the interpreter between two reads, as those that import modules do.
SIZE = 2**22


class FilesDigest:
    """The digest of a corpus in files, computed in a thread that starts at once.

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
    """Return the digest of a corpus in files; it means nothing if `stopped` is set."""
    return join_digests([hash_file(path, stopped) for path in paths])


def hash_file(path: Path, stopped: Event | None = None) -> str:
    """Return the SHA-256 of the bytes of a file; of fewer, if `stopped` is set."""
    digest, buffer = hashlib.sha256(), memoryview(bytearray(SIZE))
    with open(path, "rb", buffering=0) as file:
        while (stopped is None or not stopped.is_set()) and (n_bytes := file.readinto(buffer)):
            digest.update(buffer[:n_bytes])
    return digest.hexdigest()


def join_digests(digests: Sequence[str]) -> str:
    """Join the digests of files, which can be computed side by side, into that of their corpus.

    The digest of one file is that of the corpus. Of several files it is the SHA-256 of their digests, in their order.

    Examples
    --------
    >>> join_digests(["5e4f"]), join_digests(["5e4f", "7f0a"])[:16]
    ('5e4f', 'eb89a4b5fdcbf702')
    """
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
