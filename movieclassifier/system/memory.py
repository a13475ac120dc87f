"""Measure how much memory this process has taken, and how much there is."""

import ctypes
import os
import re
import sys
from pathlib import Path

try:
    import resource
except ImportError:
    resource = None  # type: ignore[assignment]  # Windows has none

# Of glibc's malloc.h.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
# Bytes. Arrays of minibatches are smaller; those of a model are often larger.
LARGE = 2**23
STATUS = Path("/proc/self/status")
MEMORY = Path("/proc/meminfo")
# Of the control group that a container is, in version 2 and 1.
GROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def peak_megabytes() -> float:
    """Return the largest resident size of this process so far, in MB (10**6 bytes); 0 where no system call tells."""
    # On Linux the figure of getrusage includes what the parent had when it started this process.
    found = re.search(r"VmHWM:\s+(\d+) kB", STATUS.read_text()) if STATUS.exists() else None
    if found:
        return int(found[1]) * 1024 / 1e6
    if resource is None:
        return 0.0
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def available_bytes() -> int:
    """Return how much memory this process could get: what is free, or less if the process has a limit.

    Limits that the system does not tell, as on Windows, are left out.
    """
    limits = [_free_bytes()]
    if resource is not None and (allowed := resource.getrlimit(resource.RLIMIT_AS)[0]) != resource.RLIM_INFINITY:
        limits.append(allowed)
    for path in GROUP_LIMITS:
        if path.exists() and (text := path.read_text().strip()).isdecimal():
            limits.append(int(text))
    return min(limits)


def _free_bytes() -> int:
    if not MEMORY.exists():
        if not hasattr(os, "sysconf"):
            return sys.maxsize
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    found = re.findall(r"^(?:MemAvailable|SwapFree):\s+(\d+) kB", MEMORY.read_text(), re.MULTILINE)
    return sum(map(int, found)) * 1024


def give_back() -> None:
    """Return freed memory to the operating system where that can be asked for.

    glibc returns only the end of its heap. The gaps that many minibatches leave between the arrays that stay would be
    part of the process for good, and more of it after a long training than after a short one.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # other C libraries have none
        if trim is not None:
            trim(0)


def share_heap() -> None:
    """Let all threads allocate from one heap where glibc has one for each.

    The threads of a training hand arrays of megabytes on to each other. What one frees, the next then takes, in place
    of fresh memory: 28 MB less at the peak of the default recipe. The arrays of a model stay outside of the heap, and
    go back to the operating system when they are freed. By itself, glibc would move them into it after the first.

    A thread that has run before may have a heap already, which later threads then use, and whose end glibc does not
    return: call this before the first thread starts.
    """
    if sys.platform == "linux" and (set_option := getattr(ctypes.CDLL(None), "mallopt", None)) is not None:
        set_option(M_ARENA_MAX, 1)
        set_option(M_MMAP_THRESHOLD, LARGE)
        set_option(M_TRIM_THRESHOLD, 2 * LARGE)
