"""Requests per second, latencies and memory of the web front under load.

``python benchmarks/web_load.py`` starts ``movieclassifier serve`` with two workers on a temporary database, and loads
it from another process over eight connections. Both share the machine's cores, so a server of its own does better.
"""

import argparse
import csv
import http.client
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from html import unescape
from multiprocessing import get_context
from pathlib import Path
from threading import Barrier, Thread
from urllib.parse import urlencode

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "movieclassifier/bundled/sample_reviews.csv"
TOKEN = re.compile(rb'name="csrf_token"[^>]* value="([^"]+)"')
N_CONNECTIONS = 8
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}


class Connection:
    """A client that keeps its connection, and a cookie where it gets one."""

    def __init__(self, port: int, texts: list[str], number: int):
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.texts, self.number, self.n_sent = texts, number, 0
        self.cookie = ""
        self.token = ""

    def send(self, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None):
        self.http.request(method, path, body, (headers or {}) | {"Cookie": self.cookie})
        response = self.http.getresponse()
        content = response.read()
        if response.getheader("Set-Cookie"):
            self.cookie = response.getheader("Set-Cookie").partition(";")[0]
        return response, content

    def next_text(self) -> str:
        self.n_sent += 1
        text = self.texts[(self.number * 131 + self.n_sent) % len(self.texts)]
        return f"{text} Seen by number {self.number} for the {self.n_sent}th time."


def page(connection: Connection) -> int:
    """GET / and nothing else."""
    return connection.send("GET", "/")[0].status - 200


def classify_on_page(connection: Connection) -> int:
    """POST a review and follow to its results: two requests, as a person makes them."""
    if not connection.token:
        connection.token = unescape(TOKEN.search(connection.send("GET", "/")[1]).group(1).decode())
    form = urlencode({"csrf_token": connection.token, "review": connection.next_text()})
    response, _ = connection.send("POST", "/", form, FORM)
    if response.status != 303:
        return 1
    return connection.send("GET", response.getheader("Location"))[0].status - 200


def predict(connection: Connection) -> int:
    """POST one text, explained."""
    body = json.dumps({"text": connection.next_text()})
    return connection.send("POST", "/api/v1/predictions", body, JSON)[0].status - 201


def predict_only(connection: Connection) -> int:
    """POST one text, not explained."""
    body = json.dumps({"text": connection.next_text(), "explain": False})
    return connection.send("POST", "/api/v1/predictions", body, JSON)[0].status - 201


def predict_and_vote(connection: Connection) -> int:
    """POST one text, and PUT a vote on it."""
    body = json.dumps({"text": connection.next_text(), "explain": False})
    response, content = connection.send("POST", "/api/v1/predictions", body, JSON)
    if response.status != 201:
        return 1
    made = json.loads(content)
    vote = json.dumps({"label": made["label"]})
    return connection.send("PUT", f"/api/v1/predictions/{made['id']}/feedback", vote, JSON)[0].status - 200


SCENARIOS = {
    "page: GET /": (page, 1),
    "page: review and results": (classify_on_page, 2),
    "API: prediction, explained": (predict, 1),
    "API: prediction": (predict_only, 1),
    "API: prediction and vote": (predict_and_vote, 2),
}


def load(port: int, scenario: str, seconds: float, results) -> None:
    """Run a scenario over all connections, in a process of its own; put down latencies in seconds and errors."""
    with open(SAMPLE, newline="") as file:
        texts = [row[0] for row in csv.reader(file)][1:]
    act, _ = SCENARIOS[scenario]
    latencies, errors = [], []
    start_together = Barrier(N_CONNECTIONS)

    def run(number: int) -> None:
        connection = Connection(port, texts, number)
        with suppress(http.client.HTTPException, OSError):
            act(connection)  # opens the connection and gets the cookie
        start_together.wait()
        end = time.perf_counter() + seconds
        while (start := time.perf_counter()) < end:
            try:
                failed = act(connection)
            except (http.client.HTTPException, OSError) as error:
                failed = repr(error)
                connection.http.close()
            latencies.append(time.perf_counter() - start)
            if failed:
                errors.append(failed)

    threads = [Thread(target=run, args=(number,)) for number in range(N_CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put((latencies, len(errors), errors[:1]))


@contextmanager
def serving(model: str, url: str, n_workers: int, folder: Path):
    """Run the server and yield its port and process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    limits = {
        f"MOVIECLASSIFIER_{name}": "1000000000"
        for name in ("PREDICTIONS_PER_MINUTE", "TEXTS_PER_HOUR", "VOTES_PER_HOUR")
    }
    environ = os.environ | limits | {"SECRET_KEY": "a key for the benchmark", "PYTHONPATH": str(ROOT), "PORT": ""}
    command = [
        sys.executable,
        "-c",
        "from movieclassifier.cli import main; main()",
        "serve",
        "--port",
        str(port),
        "--workers",
        str(n_workers),
    ]
    command += ["--model", model, "--database", url]
    process = subprocess.Popen(command, env=environ, cwd=folder, stdout=subprocess.DEVNULL)
    try:
        while process.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        else:
            raise SystemExit(f"the server ended with status {process.returncode}")
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(30)


def memory(pid: int) -> tuple[float, float]:
    """Return the resident and the proportional size of a process, in MB (10**6 bytes)."""
    sizes = dict(re.findall(r"^(\w+):\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M))
    return int(sizes["Rss"]) * 1024 / 1e6, int(sizes["Pss"]) * 1024 / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=str(ROOT / "movieclassifier/bundled/imdb.npz"))
    parser.add_argument("--database", help="URL of an empty database.  [default: a temporary SQLite file]")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        url = options.database or f"sqlite:///{name}/f.db"
        with serving(options.model, url, options.workers, Path(name)) as (port, pid):
            print(f"{'':<30}{'requests/s':>11}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'errors':>8}")
            for scenario, (_, n_requests) in SCENARIOS.items():
                results = get_context("spawn").SimpleQueue()
                arguments = (port, scenario, options.seconds, results)
                process = get_context("spawn").Process(target=load, args=arguments)
                process.start()
                latencies, n_errors, first = results.get()
                process.join()
                cuts = [1000 * cut for cut in statistics.quantiles(latencies, n=100)]
                rate = n_requests * len(latencies) / options.seconds
                print(
                    f"{scenario:<30}{rate:>11.0f}{cuts[49]:>9.1f}{cuts[94]:>9.1f}{cuts[98]:>9.1f}{n_errors:>8}",
                    *first,
                    flush=True,
                )
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            for child in [pid, *children]:
                resident, proportional = memory(int(child))
                kind = "master" if child == pid else "worker"
                print(f"{kind} {child}: {resident:.0f} MB resident, {proportional:.0f} MB of it its share")


if __name__ == "__main__":
    main()
