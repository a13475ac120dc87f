"""A line on stderr now and then while something else is waited for."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from movieclassifier.system.progress import SECONDS_BETWEEN_LINES


@contextmanager
def telling_of_wait(what: str, show: bool | None = None, stream: TextIO | None = None) -> Iterator[None]:
    """Say every ten seconds what the block waits for, and how long it has waited.

    Parameters
    ----------
    what : str
        Such as "Waiting for the server".
    show : bool, optional
        False says nothing.
    stream : file, optional
        Where to write; stderr by default.

    Examples
    --------
    >>> with telling_of_wait("Waiting for nothing", stream=sys.stdout):
    ...     pass
    """
    ended, started = threading.Event(), time.monotonic()
    to = stream or sys.stderr

    def tell() -> None:
        while not ended.wait(SECONDS_BETWEEN_LINES):
            to.write(f"{what}: {time.monotonic() - started:.0f} s\n")
            to.flush()

    if show is not False:
        threading.Thread(target=tell, name="waiting", daemon=True).start()
    try:
        yield
    finally:
        ended.set()
