"""Requests per second, latencies and memory of the web front under load.

``python benchmarks/web_load.py`` starts ``movieclassifier serve`` with two workers on a temporary database, and loads
it from another process over eight connections, beside a bare Flask app that only calls ``predict_proba``. All share
the machine's cores; a server of its own does better. The CPU time is that of the server, per request.
"""

import argparse
import csv
import http.client
import json
import os
import re
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
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
        self.made: list[tuple[str, str]] = []

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
    response, _ = connection.send("POST", "/", review_form(connection), FORM)
    if response.status != 303:
        return 1
    return connection.send("GET", response.getheader("Location"))[0].status - 200


def post_review(connection: Connection) -> int:
    """POST a review."""
    return connection.send("POST", "/", review_form(connection), FORM)[0].status - 303


def review_form(connection: Connection) -> str:
    """Return a filled-in form, with the token of the page."""
    if not connection.token:
        connection.token = unescape(TOKEN.search(connection.send("GET", "/")[1]).group(1).decode())
    return urlencode({"csrf_token": connection.token, "review": connection.next_text()})


def predict(connection: Connection) -> int:
    """POST one text, explained."""
    body = json.dumps({"text": connection.next_text()})
    return connection.send("POST", "/api/v1/predictions", body, JSON)[0].status - 201


def predict_only(connection: Connection) -> int:
    """POST one text, not explained."""
    body = json.dumps({"text": connection.next_text(), "explain": False})
    return connection.send("POST", "/api/v1/predictions", body, JSON)[0].status - 201


def vote(connection: Connection) -> int:
    """PUT a vote on a prediction that was made before the clock ran."""
    id, label = connection.made.pop()
    body = json.dumps({"label": label})
    return connection.send("PUT", f"/api/v1/predictions/{id}/feedback", body, JSON)[0].status - 200


def make_predictions(connection: Connection) -> None:
    """Classify many texts, to vote on."""
    for _ in range(10):
        batch = {"texts": [connection.next_text() for _ in range(100)]}
        response, content = connection.send("POST", "/api/v1/predictions", json.dumps(batch | {"keep": True}), JSON)
        if response.status == 400:  # an older checkout, which keeps all
            content = connection.send("POST", "/api/v1/predictions", json.dumps(batch), JSON)[1]
        made = json.loads(content)["predictions"]
        connection.made += [(one["id"], one["label"]) for one in made]


SCENARIOS = {
    "page: GET /": (page, 1),
    "page: review and results": (classify_on_page, 2),
    "page: review (POST)": (post_review, 1),
    "API: prediction, explained": (predict, 1),
    "API: prediction": (predict_only, 1),
    "API: vote (PUT)": (vote, 1),
}
FLOOR = "API: prediction"
# The rate as a share of that of the bare app, and the p99 in ms, that a prototype which keeps every promise reached.
WANTED = {
    "sqlite": {
        "API: prediction": (0.58, 35),
        "API: prediction, explained": (0.35, 35),
        "page: review (POST)": (0.36, 35),
        "API: vote (PUT)": (0.30, 35),
    },
    "postgresql": {
        "API: prediction": (0.41, 80),
        "page: review (POST)": (0.27, 80),
        "API: vote (PUT)": (0.13, 80),
    },
}
SLACK = 0.85  # of the share


def load(port: int, scenario: str, seconds: float, results) -> None:
    """Run a scenario over all connections, in a process of its own; put down latencies in seconds and errors."""
    with open(SAMPLE, newline="") as file:
        texts = [row[0] for row in csv.reader(file)][1:]
    act, _ = SCENARIOS[scenario]
    latencies, errors, began, ends = [], [], [], []
    start_together = Barrier(N_CONNECTIONS)

    def run(number: int) -> None:
        connection = Connection(port, texts, number)
        with suppress(http.client.HTTPException, OSError):
            if act is vote:
                make_predictions(connection)
            act(connection)  # opens the connection and gets the cookie
        start_together.wait()
        if number == 0:
            began.append(time.perf_counter())
            results.put("started")
        end = time.perf_counter() + seconds
        while (start := time.perf_counter()) < end and (act is not vote or connection.made):
            try:
                failed = act(connection)
            except (http.client.HTTPException, OSError) as error:
                failed = repr(error)
                connection.http.close()
            latencies.append(time.perf_counter() - start)
            if failed:
                errors.append(failed)
        ends.append(time.perf_counter())

    threads = [Thread(target=run, args=(number,)) for number in range(N_CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put((latencies, max(ends) - began[0], len(errors), errors[:1]))


@contextmanager
def serving(root: Path, model: str, url: str, n_workers: int, folder: Path, *, bare: bool = False):
    """Run the server of a checkout, or the bare app, and yield its port and process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    limits = {
        f"MOVIECLASSIFIER_{name}": "1000000000"
        for name in ("PREDICTIONS_PER_MINUTE", "TEXTS_PER_HOUR", "VOTES_PER_HOUR", "KB_PER_HOUR")
    }
    environ = os.environ | limits | {"SECRET_KEY": secrets.token_hex(), "PYTHONPATH": str(root), "PORT": ""}
    environ |= {"MOVIECLASSIFIER_MODEL": model, "OPENBLAS_NUM_THREADS": "1"}
    if bare:
        environ["PYTHONPATH"] += f":{ROOT / 'benchmarks'}"
        command = [sys.executable, "-m", "gunicorn", "--preload", "--threads", "4", "--workers", str(n_workers)]
        command += ["--bind", f"127.0.0.1:{port}", "--no-control-socket", "bare_app:app"]
    else:
        command = [sys.executable, "-c", "from movieclassifier.cli import main; main()", "serve", "--port", str(port)]
        command += ["--workers", str(n_workers), "--model", model, "--database", url]
    process = subprocess.Popen(command, env=environ, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
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


def processes(pid: int) -> list[int]:
    """Return the master and its workers."""
    return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]


def cpu(pid: int) -> float:
    """Return the CPU seconds of a server so far."""
    ticks = 0
    for process in processes(pid):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Measured:
    """Requests per second, and the 99th percentile of the latencies in ms."""

    rate: float
    p99: float


def measure(name: str, port: int, pid: int, scenario: str, seconds: float) -> Measured:
    """Load a server with a scenario, and print a line."""
    results = get_context("spawn").Queue()
    process = get_context("spawn").Process(target=load, args=(port, scenario, seconds, results))
    process.start()
    results.get()
    before = cpu(pid)
    latencies, took, n_errors, first = results.get()
    used = cpu(pid) - before
    process.join()
    cuts = [1000 * cut for cut in statistics.quantiles(latencies, n=100)]
    n = SCENARIOS[scenario][1] * len(latencies)
    print(
        f"{name:<12}{scenario:<28}{n / took:>10.0f}{cuts[49]:>8.1f}{cuts[94]:>8.1f}{cuts[98]:>8.1f}"
        f"{1000 * used / n:>8.2f}{n_errors:>8}",
        *first,
        flush=True,
    )
    return Measured(n / took, cuts[98])


def memory(pid: int) -> tuple[float, float]:
    """Return the resident and the proportional size of a process, in MB (10**6 bytes)."""
    sizes = dict(re.findall(r"^(\w+):\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M))
    return int(sizes["Rss"]) * 1024 / 1e6, int(sizes["Pss"]) * 1024 / 1e6


def measure_server(name: str, root: Path, url: str, options: argparse.Namespace, folder: Path) -> dict[str, Measured]:
    """Measure all scenarios on one server; the bare app has one."""
    bare = name == "bare"
    with serving(root, options.model, url, options.workers, folder, bare=bare) as (port, pid):
        scenarios = [FLOOR] if bare else options.only or list(SCENARIOS)
        found = {scenario: measure(name, port, pid, scenario, options.seconds) for scenario in scenarios}
        if not bare:
            for process in processes(pid):
                resident, proportional = memory(process)
                kind = "master" if process == pid else "worker"
                print(f"{name:<12}{kind}: {resident:.0f} MB resident, {proportional:.0f} MB of it its share")
    return found


def judge(rounds: list[dict[str, dict[str, Measured]]]) -> None:
    """Print the rates as shares of the floor of their round beside those that are wanted, medians of the rounds."""
    print(f"\n{'':<12}{'':<28}{'share':>8}{'wanted':>8}{'p99 ms':>8}{'wanted':>8}")
    for name, wanted in WANTED.items():
        for scenario, (share, p99) in wanted.items():
            if scenario in rounds[0].get(name, {}):
                reached = statistics.median(each[name][scenario].rate / each["bare"][FLOOR].rate for each in rounds)
                slowest = statistics.median(each[name][scenario].p99 for each in rounds)
                holds = reached >= SLACK * share and slowest <= p99
                print(
                    f"{name:<12}{scenario:<28}{reached:>8.2f}{SLACK * share:>8.2f}{slowest:>8.0f}{p99:>8}"
                    f"  {'ok' if holds else 'MISSED'}"
                )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=str(ROOT / "movieclassifier/bundled/imdb.npz"))
    parser.add_argument("--postgresql", metavar="URL", help="An empty database of PostgreSQL, to measure as well.")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=5, help="for each scenario and round; default: 5")
    parser.add_argument("--rounds", type=int, default=3, help="of all servers in turns; default: 3")
    parser.add_argument("--before", type=Path, help="Another checkout, to measure in the same run.")
    parser.add_argument("--only", choices=SCENARIOS, action="append", help="Run these scenarios only.")
    options = parser.parse_args()
    print(f"{'':<12}{'':<28}{'requests/s':>10}{'p50 ms':>8}{'p95 ms':>8}{'p99 ms':>8}{'CPU ms':>8}{'errors':>8}")
    servers = {"bare": (ROOT, None)} | ({"before": (options.before, None)} if options.before else {})
    servers |= {"sqlite": (ROOT, None)}
    servers |= {"postgresql": (ROOT, options.postgresql)} if options.postgresql else {}
    rounds: list[dict[str, dict[str, Measured]]] = [{} for _ in range(options.rounds)]
    for each in rounds:
        for name, (root, url) in servers.items():
            with tempfile.TemporaryDirectory() as folder:
                each[name] = measure_server(name, root, url or f"sqlite:///{folder}/f.db", options, Path(folder))
    judge(rounds)


if __name__ == "__main__":
    main()
