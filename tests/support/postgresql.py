"""A real PostgreSQL server for the tests: temporary, on a socket of its own, gone when they end."""

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest


def find_binaries() -> Path | None:
    """Return the folder of the newest server that is installed."""
    on_path = shutil.which("initdb")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return Path(on_path).parent if on_path else found[-1].parent if found else None


@contextmanager
def running_postgresql() -> Iterator[str]:
    """Run a server and yield its URL, ``{database}`` to be filled in; skip where none is installed."""
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

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*user, str(binaries / program), *arguments], cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        assert done.returncode == 0, done.stdout.decode()

    try:
        run("initdb", "-D", f"{folder}/data", "-U", "reviewer", "--auth=trust", "-E", "UTF8", "--no-sync")
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c max_connections=200"
        # The log goes to a file: a pipe would be kept open by the server.
        run("pg_ctl", "-D", f"{folder}/data", "-w", "-o", options, "-l", f"{folder}/log", "start")
        try:
            yield f"postgresql://reviewer@/{{database}}?host={folder}"
        finally:
            run("pg_ctl", "-D", f"{folder}/data", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def create_database(server: str) -> str:
    """Make an empty database of a server and return its URL."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(server.format(database="postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.format(database=name)
