"""Long arrays in temporary files, for those that are made a part at a time and then written."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from os import PathLike
from typing import IO, Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


class Spool:
    r"""An array of one dimension in a file.

    Parameters
    ----------
    dtype : data-type
    file : binary file
        Empty, for reading and writing.

    Examples
    --------
    >>> import io
    >>> spool = Spool(np.uint8, io.BytesIO())
    >>> spool.append(np.array([3, 4], np.uint8))
    >>> spool.append(np.array([5], np.uint8))
    >>> spool.shape, list(spool.chunks(2))
    ((3,), [b'\x03\x04', b'\x05'])
    """

    def __init__(self, dtype: DTypeLike, file: IO[bytes]):
        self.dtype, self.shape = np.dtype(dtype), (0,)
        self._file = file

    def append(self, part: NDArray[Any]) -> None:
        """Add numbers of the same type."""
        self._file.write(np.ascontiguousarray(part, self.dtype).data)
        self.shape = (self.shape[0] + len(part),)

    def chunks(self, n_bytes: int) -> Iterator[bytes]:
        """Yield the bytes of all numbers, so many at a time."""
        self._file.seek(0)
        while chunk := self._file.read(n_bytes):
            yield chunk


@contextmanager
def spooling(folder: str | PathLike[str]) -> Iterator[Callable[[DTypeLike], Spool]]:
    """Yield a function that makes spools of a type; their files, which have no names, last as long as the block."""
    from tempfile import TemporaryFile

    with ExitStack() as stack:
        yield lambda dtype: Spool(dtype, stack.enter_context(TemporaryFile(dir=folder)))
