"""A server whose processes can be killed and started again."""

import http.client
import json
import os
import random
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from movieclassifier.feedback.bounds import Bounds
from movieclassifier.web.counters import PLACES
from tests.support.patience import PATIENCE

ROOT = Path(__file__).parents[2]
N_WORKERS = 4
BOUNDS = Bounds(cap=1e9, client_share=1)


class Server:
    """gunicorn on a database, as it is deployed; it can be killed and started again."""

    def __init__(
        self, url: str, model: Path, folder: Path, n_workers: int = N_WORKERS, environ: Mapping[str, str] | None = None
    ):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.n_workers = n_workers
        self.temporary = Path(tempfile.mkdtemp(prefix="server", dir=folder))
        self.log = self.temporary / "log"
        self.environ = dict(os.environ) | {
            "DATABASE_URL": url,
            "SECRET_KEY": "a key for the test",
            "TMPDIR": str(self.temporary),
            "PYTHONPATH": str(ROOT),
            "PORT": "",
            "MOVIECLASSIFIER_MODEL": str(model),
            "MOVIECLASSIFIER_CAP": str(BOUNDS.cap),
            "MOVIECLASSIFIER_CLIENT_SHARE": str(BOUNDS.client_share),
            "MOVIECLASSIFIER_PREDICTIONS_PER_MINUTE": "1000000",
            "MOVIECLASSIFIER_TEXTS_PER_HOUR": "100000000",
            "MOVIECLASSIFIER_VOTES_PER_HOUR": "1000000",
            "WEB_CONCURRENCY": str(n_workers),
        }
        self.environ |= environ or {}
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "--config", "python:movieclassifier.gunicorn_conf"]
        command += ["--bind", f"127.0.0.1:{self.port}", "movieclassifier.web:create_app()"]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                command, env=self.environ, stdout=log, stderr=log, start_new_session=True, cwd=self.temporary
            )

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def workers(self) -> list[int]:
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        try:
            return [int(pid) for pid in path.read_text().split()]
        except OSError:
            return []

    def kill_worker(self, choose: random.Random) -> bool:
        workers = self.workers()
        if workers:
            _kill(choose.choice(workers))
        return bool(workers)

    def kill_master(self) -> None:
        """Leave the workers without a master; they notice it and end."""
        _kill(self.process.pid)
        self.process.wait()

    def kill_all(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.is_running():
            self.process.terminate()
            self.process.wait(PATIENCE)


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


@contextmanager
def running(server: Server):
    """Start a server, and leave no process of it behind."""
    server.start()
    try:
        yield server
        server.stop()
    finally:
        if server.is_running():
            server.kill_all()


def request(port: int, method: str, path: str, body: dict | None = None) -> tuple[int, dict]:
    """Send one request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        data = None if body is None else json.dumps(body)
        connection.request(method, path, data, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, json.loads(response.read() or "null")
    finally:
        connection.close()


def wait_until_ready(server: Server) -> None:
    """Start the server if need be, and wait for its answer."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if not server.is_running():
            server.start()
        try:
            if request(server.port, "GET", "/api/v1/model")[0] == 200:
                return
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.2)
    raise TimeoutError(f"the server does not start: {server.log.read_text()[-2000:]}")


def digests_of_all_workers(server: Server) -> set[str]:
    """Return every digest that is reported, after each of the workers has been asked."""
    deadline = time.monotonic() + PATIENCE
    before = answers_by_worker(server)
    digests = set()
    while time.monotonic() < deadline:
        for _ in range(10):
            digests.add(request(server.port, "GET", "/api/v1/model")[1]["weights_sha256"])
        after = answers_by_worker(server)
        if sum(after.get(pid, 0) > before.get(pid, 0) for pid in server.workers()) == server.n_workers:
            return digests
    raise TimeoutError("not every worker answered within a minute")


def answers_by_worker(server: Server) -> dict[int, float]:
    """Return how many requests to the API each worker has answered; it counts them into a file."""
    files = server.temporary.glob(f"movieclassifier-metrics-*-{server.process.pid}-*/*")
    place = PLACES["requests api 2xx"]
    return {int(path.name): struct.unpack_from("d", path.read_bytes(), place)[0] for path in files}
