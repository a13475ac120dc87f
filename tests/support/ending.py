"""What the tests start and write ends with them, even when they are killed."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# The pipe ends with the process that has opened it. What is stopped just then may still write a file or two.
WATCH = 'cat; for pause in 0 1 2 4 8; do sleep "$pause"; [ -e "$0" ] || exit; "$@"; rm -rf "$0"; done'


@contextmanager
def ending(folder: Path, *stop: str) -> Iterator[None]:
    """Let a folder go at the end of the block, or once this process was killed; a command stops its owner before."""
    # A session of its own: Ctrl-C and `timeout` reach the whole group of the tests.
    watcher = subprocess.Popen(
        ["sh", "-c", WATCH, str(folder), *stop],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
    )
    try:
        yield
    finally:
        watcher.communicate()
