"""What befalls a server in a campaign, beside the killing of its processes: each fault is a function of no arguments."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.postgresql import PostgreSQL

ROOT = Path(__file__).parents[2]
Fault = Callable[[], None]


def killed_database(database: PostgreSQL) -> Fault:
    """Kill all processes of a database server, and start it again."""

    def strike() -> None:
        database.kill()
        time.sleep(0.3)
        database.start()

    return strike


# Run by Python at its start. libfaketime would do so below Python, but lets its sleep fail.
CUSTOMIZE = """
import time
_true = time.time
def _moved():
    with open({clock!r}) as file:
        return _true() + 86400 * int(file.read() or 0)
time.time = _moved
time.time_ns = lambda: int(1e9 * _moved())
"""


class MovingClock:
    """The clock of a server's processes, which jumps a day to and fro; what counts seconds since the start stays."""

    def __init__(self, folder: Path):
        self._file = folder / "clock"
        self._file.write_text("0")
        self._days = 0
        customize = folder / "customize"
        customize.mkdir()
        (customize / "sitecustomize.py").write_text(CUSTOMIZE.format(clock=str(self._file)))
        self.environ: Mapping[str, str] = {"PYTHONPATH": f"{customize}{os.pathsep}{ROOT}"}

    def strike(self) -> None:
        self._days = {0: 1, 1: -1, -1: 0}[self._days]
        self._file.write_text(str(self._days))


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Mount a disk of some size in memory; root may do so.

    Raises
    ------
    PermissionError
        If this process may not.
    """
    place = folder / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise PermissionError(f"no disk can be mounted: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(disk: Path, leave: int = 0) -> Path:
    """Fill a disk but for some bytes, and return the file that does so."""
    ballast, zeros = disk / "ballast", bytes(2**20)
    with suppress(OSError), open(ballast, "wb", buffering=0) as file:
        while (room := shutil.disk_usage(disk).free - leave) > 0:
            file.write(zeros[: min(room, len(zeros))])
    return ballast


def filled_disk(disk: Path, seconds: float = 1.5) -> Fault:
    """Fill a disk to the last byte for a while."""

    def strike() -> None:
        ballast = fill(disk)
        time.sleep(seconds)
        ballast.unlink()

    return strike
