"""Values in files whose arrays are mapped into memory, not copied: what travels between processes of one machine."""

import mmap
import pickle
import struct
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

ALIGNMENT = 64  # bytes; a line of the processor's cache
HEAD = struct.Struct("<QQ")  # bytes of the pickle, and of the whole file


def write_value(path: Path, value: Any) -> None:
    """Write a value, and the bytes of its arrays behind it.

    A file that is there is written over in its own pages: the operating system takes five times as long for new ones.
    Nobody may still have its arrays.
    """
    buffers: list[pickle.PickleBuffer] = []
    content = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    views = [buffer.raw() for buffer in buffers]
    content = pickle.dumps((content, [len(view) for view in views]))
    size = HEAD.size + len(content)
    total = _aligned(size) + sum(_aligned(len(view)) for view in views)
    with open(path, "r+b" if path.exists() else "wb") as file:
        file.write(HEAD.pack(len(content), total) + content)
        for view in views:
            file.write(bytes(-file.tell() % ALIGNMENT))
            file.write(view)
        file.write(bytes(-file.tell() % ALIGNMENT))


def read_value(path: Path, when_gone: Callable[[Path], None] | None = None) -> Any:
    """Return what :func:`write_value` has written; its arrays are read-only, and stay in the file until they are used.

    Parameters
    ----------
    path : Path
    when_gone : callable, optional
        Called with the path when the last array has gone; the file may then be written over.

    Raises
    ------
    EOFError
        If the file is shorter than it was meant to be.
    OSError
        If it cannot be read.
    """
    with open(path, "rb") as file:
        head = file.read(HEAD.size)
        size = path.stat().st_size
        if len(head) < HEAD.size or size < HEAD.unpack(head)[1]:
            raise EOFError(f"{path} is not whole.")
        pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if when_gone is not None:
        weakref.finalize(pages, when_gone, path).atexit = False
    mapped = memoryview(pages)
    del pages
    start = HEAD.size + HEAD.unpack(head)[0]
    content, sizes = pickle.loads(mapped[HEAD.size : start])  # noqa: S301  # our own process
    views = []
    for size in sizes:
        start = _aligned(start)
        views.append(mapped[start : start + size])
        start += size
    return pickle.loads(content, buffers=views)  # noqa: S301  # our own process


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT
