"""A real PostgreSQL server for the tests: temporary, on a socket of its own, gone when they end or are killed."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from tests.support.ending import ending


def find_binaries() -> Path | None:
    """Return the folder of the newest server that is installed."""
    on_path = shutil.which("initdb")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return Path(on_path).parent if on_path else found[-1].parent if found else None


class PostgreSQL:
    """A server in a folder of its own, which can be killed and started again.

    Attributes
    ----------
    url : str
        With ``{database}`` to be filled in.
    """

    def __init__(self, binaries: Path, folder: Path, user: list[str]):
        self._binaries, self._folder, self._user = binaries, folder, user
        self.url = f"postgresql://reviewer@/{{database}}?host={folder}"

    def make(self) -> None:
        data = ["-D", f"{self._folder}/data"]
        self._run("initdb", *data, "-U", "reviewer", "--auth=trust", "-E", "UTF8", "--no-sync")

    def start(self) -> None:
        # The kernel outlives whatever is killed here; with fsync a start after a kill takes many seconds.
        options = f"-c listen_addresses= -c unix_socket_directories={self._folder} -c max_connections=200 -c fsync=off"
        # The log goes to a file: a pipe would be kept open by the server.
        self._run("pg_ctl", "-D", f"{self._folder}/data", "-w", "-o", options, "-l", f"{self._folder}/log", "start")

    def stop_command(self) -> list[str]:
        return self._command("pg_ctl", "-D", f"{self._folder}/data", "-w", "-m", "immediate", "stop")

    def kill(self) -> None:
        """Kill all of its processes at once, as if the machine's memory were gone."""
        master = int((self._folder / "data/postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        for pid in [master, *map(int, children)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while any(Path(f"/proc/{pid}/stat").exists() for pid in [master, *children]):
            time.sleep(0.05)

    def _run(self, program: str, *arguments: str) -> None:
        command = self._command(program, *arguments)
        done = subprocess.run(command, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert done.returncode == 0, done.stdout.decode()

    def _command(self, program: str, *arguments: str) -> list[str]:
        return [*self._user, str(self._binaries / program), *arguments]


@contextmanager
def running_server() -> Iterator[PostgreSQL]:
    """Run a server; skip where none is installed."""
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed: neither initdb on the PATH nor /usr/lib/postgresql")
    # It refuses to run as root, so root runs it as the user that Debian's package makes.
    user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    if user and subprocess.run(["id", "postgres"], capture_output=True).returncode:
        pytest.skip("PostgreSQL refuses to run as root, and there is no user postgres")
    # Not in a folder of pytest's, which other users may not enter; and the socket's path must be a short one.
    folder = Path(tempfile.mkdtemp(prefix="mc-pg-", dir="/tmp"))
    if user:
        shutil.chown(folder, "postgres")
    server = PostgreSQL(binaries, folder, user)
    with ending(folder, *server.stop_command()):
        server.make()
        server.start()
        yield server


@contextmanager
def running_postgresql() -> Iterator[str]:
    """Run a server and yield its URL, ``{database}`` to be filled in; skip where none is installed."""
    with running_server() as server:
        yield server.url


def create_database(server: str) -> str:
    """Make an empty database of a server and return its URL."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(server.format(database="postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.format(database=name)
