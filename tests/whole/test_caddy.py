"""The documented Caddyfile, with the real Caddy in front of a real server."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from tests.support.patience import PATIENCE

ROOT = Path(__file__).parents[2]
SERVE = [sys.executable, "-c", "from movieclassifier.cli import main; main()", "serve", "--port", "0", "--workers", "1"]
PAGE = ROOT / "docs/how-to/server.md"
N_SLOW = 50

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("caddy"), reason="there is no caddy; on Debian: apt install caddy"),
]


def documented_caddyfile() -> str:
    (found,) = re.findall(r"```text\n(\{\n.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return found


@contextmanager
def running(command, folder, **environ):
    """Run a program in a folder until the block ends."""
    names = ("MOVIECLASSIFIER_", "DATABASE_URL", "SECRET_KEY", "PORT")
    own = {name: value for name, value in os.environ.items() if not name.startswith(names)}
    own |= {"HOME": str(folder), "TMPDIR": str(folder), "PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": str(folder)}
    with subprocess.Popen(command, cwd=folder, env=own | environ, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)


def ask(port, method, path, body=None):
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        response = connection.getresponse()
        return response.status, response.read()


def wait_until_answered(port):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            return ask(port, "GET", "/readyz")
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"nothing answers at port {port}")


@pytest.fixture(scope="module")
def proxy(tmp_path_factory, small_model):
    """Return the port of Caddy in front of a deployed server, and the port of the server."""
    folder = tmp_path_factory.mktemp("caddy")
    settings = {
        "MOVIECLASSIFIER_DEPLOYED": "1",
        "MOVIECLASSIFIER_TRUSTED_PROXIES": "1",
        "SECRET_KEY": "0f1e2d3c4b5a69788796a5b4",
    }
    with running([*SERVE, "--model", str(small_model)], folder, **settings) as server:
        said = re.compile(r"Listening at http://127\.0\.0\.1:(\d+) ")
        behind = int(next(filter(None, map(said.match, server.stdout)), [""] * 2)[1])
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        # Without https, for which the name would have to be ours; all else is as documented.
        here = documented_caddyfile().replace("reviews.example.org", f"http://127.0.0.1:{port}")
        here = here.replace("127.0.0.1:8000", f"127.0.0.1:{behind}").replace("{\n", "{\n    admin off\n", 1)
        Path(folder, "Caddyfile").write_text(here)
        with running(["caddy", "run", "--config", "Caddyfile", "--adapter", "caddyfile"], folder):
            assert wait_until_answered(port)[0] == 200
            yield port, behind


def test_the_documented_file_is_one(tmp_path):
    path = tmp_path / "Caddyfile"
    path.write_text(documented_caddyfile())
    done = subprocess.run(
        ["caddy", "adapt", "--config", str(path), "--adapter", "caddyfile"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert list(json.loads(done.stdout)["apps"]["http"]["servers"])


def test_pages_and_api_are_behind_it_and_metrics_are_not(proxy):
    port, behind = proxy
    status, body = ask(port, "POST", "/api/v1/predictions", json.dumps({"text": "a wonderful and moving film"}))
    assert (status, json.loads(body)["label"]) == (201, "positive")
    assert ask(port, "GET", "/")[0] == 200
    assert ask(port, "GET", "/metrics")[0] == 404
    assert ask(behind, "GET", "/metrics")[0] == 200


def test_a_large_body_is_refused_before_it_is_sent(proxy):
    with closing(http.client.HTTPConnection("127.0.0.1", proxy[0], timeout=PATIENCE)) as connection:
        connection.putrequest("POST", "/api/v1/predictions")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(10**7))
        connection.endheaders()
        assert connection.getresponse().status == 413


def test_fifty_slow_connections_are_closed_and_nobody_else_waits(proxy):
    port = proxy[0]
    with ExitStack() as stack:
        slow = [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(N_SLOW)]
        for number, connection in enumerate(slow):
            headers = b"POST /api/v1/predictions HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            connection.sendall(headers if number % 2 else headers + b"Content-Length: 100\r\n\r\n{")
        for _ in range(20):
            assert ask(port, "GET", "/readyz")[0] == 200
        for connection in slow[1::2]:  # those whose headers do not end have ten seconds
            connection.settimeout(PATIENCE)
            assert connection.makefile("rb").read() == b""
