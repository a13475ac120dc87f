import ctypes
import importlib
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from movieclassifier.system import memory
from movieclassifier.system.memory import available_bytes, peak_megabytes


def test_peak_memory_is_known_where_there_is_no_proc(monkeypatch):
    expected = peak_megabytes()
    monkeypatch.setattr("movieclassifier.system.memory.STATUS", Path("missing"))
    assert peak_megabytes() >= 0.9 * expected


def test_available_memory_is_the_smallest_of_all_limits(tmp_path, monkeypatch):
    machine = available_bytes()
    assert 10**7 < machine < 10**14
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\nMemAvailable:   5000 kB\nSwapFree:    1000 kB\n")
    monkeypatch.setattr(memory, "MEMORY", tmp_path / "meminfo")
    (tmp_path / "memory.max").write_text("max\n")
    monkeypatch.setattr(memory, "GROUP_LIMITS", (tmp_path / "memory.max", tmp_path / "none"))
    assert available_bytes() == 6000 * 1024
    (tmp_path / "memory.max").write_text("4000\n")
    assert available_bytes() == 4000
    monkeypatch.setattr(memory, "MEMORY", tmp_path / "none")
    monkeypatch.setattr(memory, "GROUP_LIMITS", ())
    assert available_bytes() > 10**7
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (2**33, hard))
    try:
        assert available_bytes() <= 2**33
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def test_without_system_calls_that_tell_of_memory_nothing_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "STATUS", tmp_path / "none")
    assert memory.peak_megabytes() > 10
    monkeypatch.setitem(sys.modules, "resource", None)
    try:
        importlib.reload(memory)
        monkeypatch.delattr(os, "sysconf")
        for path in ("STATUS", "MEMORY"):
            monkeypatch.setattr(memory, path, tmp_path / "none")
        monkeypatch.setattr(memory, "GROUP_LIMITS", ())
        assert memory.peak_megabytes() == 0
        assert memory.available_bytes() >= 2**62
    finally:
        monkeypatch.undo()
        importlib.reload(memory)
    assert memory.peak_megabytes() > 10


HOLES = """
import re
from movieclassifier.system.memory import STATUS, give_back
def resident():
    return int(re.search(r"VmRSS:\\s+(\\d+) kB", STATUS.read_text())[1])
blocks = [bytearray(50_000) for _ in range(2000)]
kept = blocks[::50]
del blocks
before = resident()
give_back()
print(before - resident())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the resident size is read from /proc")
def test_memory_between_what_stays_is_given_back():
    if not hasattr(ctypes.CDLL(None), "malloc_trim"):
        pytest.skip("this C library returns memory by itself")
    done = subprocess.run([sys.executable, "-c", HOLES], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 20_000


@pytest.mark.skipif(sys.platform != "linux", reason="glibc alone has heaps of threads")
def test_threads_share_a_heap_where_the_c_library_can():
    allocated = "import threading, re, numpy as np\n" + (
        "t = threading.Thread(target=lambda: kept.append(bytes(20_000) and np.ones(5_000))); kept = []; t.start(); t.join()\n"
        "address = kept[0].ctypes.data\n"
        "lines = open('/proc/self/maps').read().splitlines()\n"
        "found = [l for l in lines if (r := re.match(r'(\\w+)-(\\w+)', l)) and int(r[1], 16) <= address < int(r[2], 16)]\n"
        "print('[heap]' in found[0])\n"
    )
    share = "from movieclassifier.system.memory import share_heap\nshare_heap()\n"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    results = [
        subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
        ).stdout.strip()
        for code in (allocated, share + allocated)
    ]
    if hasattr(ctypes.CDLL(None), "gnu_get_libc_version"):
        assert results == ["False", "True"]
