"""Counters for Prometheus, summed over the workers of a server.

Each process counts in a file of its own, mapped into its memory. The worker that is asked adds all files up. The file
of a worker that died remains, because a counter must not fall. A single process counts in memory.
"""

import mmap
import os
import struct
import tempfile
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Lock

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
GROUPS = ("page", "api", "static", "operations")
CLASSES = ("2xx", "3xx", "4xx", "5xx")
NAMES = (
    *(f"requests {group} {status}" for group in GROUPS for status in CLASSES),
    *(f"seconds {group} {bucket}" for group in GROUPS for bucket in (*BUCKETS, "+Inf", "sum")),
)
PLACES = {name: 8 * place for place, name in enumerate(NAMES)}
SIZE = 8 * len(NAMES)
_BUCKET_NAMES = {group: [f"seconds {group} {bucket}" for bucket in (*BUCKETS, "+Inf")] for group in GROUPS}


class Counters:
    """Numbers that only grow, by the names in :data:`NAMES`.

    Parameters
    ----------
    folder : Path, optional
        Where the processes of a server keep their files; without it, this process counts alone.
    """

    def __init__(self, folder: Path | None = None):
        self._folder = folder
        self._lock = Lock()
        self._pid = os.getpid()
        self._memory: mmap.mmap = _mapped(folder)

    def add(self, amounts: Mapping[str, float]) -> None:
        """Add to some of them."""
        with self._lock:
            if self._pid != os.getpid():  # forked since
                self._memory, self._pid = _mapped(self._folder), os.getpid()
            for name, amount in amounts.items():
                (value,) = struct.unpack_from("d", self._memory, PLACES[name])
                struct.pack_into("d", self._memory, PLACES[name], value + amount)

    def observe(self, group: str, status: int, seconds: float) -> None:
        """Count an answer and the time that it took."""
        amounts = {f"requests {group} {status // 100}xx": 1.0, f"seconds {group} sum": seconds}
        self.add(amounts | dict.fromkeys(_BUCKET_NAMES[group][bisect_left(BUCKETS, seconds) :], 1.0))

    def totals(self) -> dict[str, float]:
        """Return the sums over all processes."""
        parts = [self._memory[:]] if self._folder is None else [path.read_bytes() for path in self._folder.iterdir()]
        rows = [struct.unpack(f"{len(NAMES)}d", part) for part in parts if len(part) == SIZE]
        return {name: sum(row[place] for row in rows) for place, name in enumerate(NAMES)}


def _mapped(folder: Path | None) -> mmap.mmap:
    if folder is None:
        return mmap.mmap(-1, SIZE)
    with open(folder / str(os.getpid()), "a+b") as file:
        file.truncate(SIZE)
        return mmap.mmap(file.fileno(), SIZE)


def folder_name(server: int) -> Path:
    """Return the folder of the server whose master process has a number.

    Its start is part of the name, so that a different process that gets the number later is a different server.
    """
    return Path(tempfile.gettempdir()) / f"movieclassifier-metrics-{os.getuid()}-{server}-{_started(server)}"


def server_folder() -> Path:
    """Make and return the folder that the workers of one server share: they have the same parent."""
    folder = folder_name(os.getppid())
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if status.st_uid != os.getuid() or not folder.is_dir() or folder.is_symlink():
        raise PermissionError(1, "it belongs to a different user", str(folder))
    return folder


def _started(pid: int) -> str:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:  # not Linux
        return "0"
    return stat.rpartition(")")[2].split()[19]


def exposition(totals: Mapping[str, float], gauges: Mapping[str, tuple[str, str, float]]) -> Iterator[str]:
    """Yield the lines of the text format of Prometheus.

    Parameters
    ----------
    totals : mapping of str to float
        As :meth:`Counters.totals` returns them.
    gauges : mapping of str to (str, str, float)
        More: a name with its labels → its type, help and value.

    References
    ----------
    https://prometheus.io/docs/instrumenting/exposition_formats/
    """
    yield "# HELP movieclassifier_requests_total Answers by group of paths and class of status."
    yield "# TYPE movieclassifier_requests_total counter"
    for group in GROUPS:
        for status in CLASSES:
            labels = f'group="{group}",status="{status}"'
            yield f"movieclassifier_requests_total{{{labels}}} {totals[f'requests {group} {status}']:.0f}"
    yield "# HELP movieclassifier_request_seconds Time from request to answer."
    yield "# TYPE movieclassifier_request_seconds histogram"
    for group in GROUPS:
        for bucket in (*BUCKETS, "+Inf"):
            labels = f'group="{group}",le="{bucket}"'
            yield f"movieclassifier_request_seconds_bucket{{{labels}}} {totals[f'seconds {group} {bucket}']:.0f}"
        yield f'movieclassifier_request_seconds_sum{{group="{group}"}} {totals[f"seconds {group} sum"]:.6f}'
        yield f'movieclassifier_request_seconds_count{{group="{group}"}} {totals[f"seconds {group} +Inf"]:.0f}'
    described = set()
    for name, (kind, words, value) in gauges.items():
        family = name.partition("{")[0]
        if family not in described:
            described.add(family)
            yield f"# HELP {family} {words}"
            yield f"# TYPE {family} {kind}"
        yield f"{name} {value:g}"
