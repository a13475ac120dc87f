"""Memory that was freed, and that the process keeps all the same."""

import ctypes
import sys


def give_back() -> None:
    """Return freed memory to the operating system where that can be asked for.

    glibc returns only the end of its heap. What many minibatches have left between the arrays that stay would be part
    of the process for good, and more of it after a long training than after a short one.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # other C libraries have none
        if trim is not None:
            trim(0)
