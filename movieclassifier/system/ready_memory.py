"""Memory that a thread makes ready, for a time when others wait for this process."""

from threading import Thread
from typing import Any

import numpy as np
from numpy.typing import NDArray

ALIGNMENT = 64  # bytes; a line of the processor's cache


class ReadyMemory:
    """Memory for arrays that are needed later.

    The operating system finds and clears new memory when it is first written to, which can take longer than the
    arithmetic on it. A thread does this here while the process waits for something else.

    Parameters
    ----------
    n_bytes : int

    Examples
    --------
    >>> memory = ReadyMemory(1000)
    >>> memory.take((3, 2), np.float32).shape, memory.take((2000,), np.int64).shape
    ((3, 2), (2000,))
    """

    def __init__(self, n_bytes: int):
        self._block = np.empty(n_bytes, np.uint8)
        self._n_taken = 0
        self._thread = Thread(target=self._block.fill, args=(0,), name="ready_memory")
        self._thread.start()

    def take(self, shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
        """Return an array whose values are undefined; it is new memory where what is left does not suffice."""
        self._thread.join()
        n_bytes = int(np.prod(shape)) * np.dtype(dtype).itemsize
        part = self._block[self._n_taken : self._n_taken + n_bytes]
        if len(part) < n_bytes:
            return np.empty(shape, dtype)
        self._n_taken += -(-n_bytes // ALIGNMENT) * ALIGNMENT
        array: NDArray[Any] = part.view(dtype).reshape(shape)
        return array
