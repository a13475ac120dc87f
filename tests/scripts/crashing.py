"""A server under clients, whose processes are killed at random moments and started again.

``python -m tests.scripts.crashing --help`` runs the long form.
"""

import argparse
import csv
import http.client
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from movieclassifier.feedback.log.entities import CORRECT, INCORRECT, UNDO
from movieclassifier.feedback.log.store import FeedbackStore
from tests.support.killing import (
    BOUNDS,
    N_WORKERS,
    ROOT,
    Server,
    digests_of_all_workers,
    request,
    running,
    wait_until_ready,
)
from tests.support.postgresql import create_database, running_postgresql
from tests.support.replaying import replay

SAMPLE = ROOT / "movieclassifier/bundled/sample_reviews.csv"


@dataclass
class Client:
    """Asks again until it is answered, and remembers what it was told."""

    port: int
    texts: list[str]
    n_votes: int
    seed: int
    acknowledged: dict[str, tuple[str, int]] = field(default_factory=dict)
    undone: set[str] = field(default_factory=set)
    tries: Counter = field(default_factory=Counter)
    fault: BaseException | None = None

    def run(self) -> None:
        try:
            choose = random.Random(self.seed)
            due = sorted(choose.sample(range(len(self.texts)), self.n_votes))
            for number, text in enumerate(self.texts):
                prediction = self.ask("POST", "/api/v1/predictions", {"text": text, "explain": False}, 201)
                if due and number == due[0]:
                    due.pop(0)
                    self.vote(prediction, choose)
        except BaseException as error:
            self.fault = error

    def vote(self, prediction: dict, choose: random.Random) -> None:
        label = choose.choice(list(prediction["probabilities"]))
        path = f"/api/v1/predictions/{prediction['id']}/feedback"
        told = self.ask("PUT", path, {"label": label}, 200)
        self.acknowledged[prediction["id"]] = label, told["position"]
        chance = choose.random()
        if chance < 0.1:
            assert self.ask("PUT", path, {"label": label}, 200) == told, "a repeated vote had another answer"
        elif chance < 0.2:
            self.ask("DELETE", path, None, 204)
            self.undone.add(prediction["id"])

    def ask(self, method: str, path: str, body: dict | None, expected: int) -> dict:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            self.tries[method] += 1
            try:
                status, answer = request(self.port, method, path, body)
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
                continue
            assert status == expected, f"{method} {path}: {status} {answer}"
            return answer
        raise TimeoutError(f"{method} {path}: no answer in two minutes")


def kill_now_and_then(
    server: Server, over: Event, pause: tuple[float, float], max_kills: int, seed: int, kills: Counter
) -> None:
    """Kill a worker, the master, or all of them; start the server again whenever it is not running."""
    choose = random.Random(seed)
    plan = ["worker", "all", "worker", "master"]
    while not over.wait(choose.uniform(*pause)):
        if not server.is_running():
            server.start()  # also where the orphans of the last one still held its port
            continue
        if sum(kills.values()) >= max_kills:
            continue
        # Each of them once, then by chance.
        what = plan.pop(0) if plan else choose.choices(["worker", "all", "master"], [4, 1, 1])[0]
        if what == "worker":
            kills[what] += server.kill_worker(choose)
            continue
        server.kill_all() if what == "all" else server.kill_master()
        kills[what] += 1
        server.start()


@dataclass
class Outcome:
    """What a run found."""

    n_predictions: int
    n_votes: int
    tries: Counter
    kills: Counter
    seconds: float
    digests: set[str]
    replayed: str
    positions: list[int]
    in_log: dict[str, list[tuple[str, int]]]
    acknowledged: dict[str, tuple[str, int]]
    undone_in_log: list[str]
    undone: set[str]

    def check(self) -> None:
        """Every acknowledged vote and undo is in the log exactly once, and all weights are those of a replay."""
        lost = set(self.acknowledged) - set(self.in_log)
        assert not lost, f"{len(lost)} acknowledged votes are not in the log"
        assert {id: [vote] for id, vote in self.acknowledged.items()} == self.in_log, "the log says something else"
        assert sorted(self.undone_in_log) == sorted(self.undone), "other votes are undone in the log"
        assert self.positions == list(range(1, len(self.positions) + 1)), "the order has a gap"
        assert self.digests == {self.replayed}, f"workers {self.digests}, replay {self.replayed}"

    def report(self) -> str:
        return (
            f"{self.n_predictions} predictions and {self.n_votes} votes acknowledged, {len(self.undone)} of them taken "
            f"back, in {self.seconds:.0f} s, "
            f"{sum(self.tries.values())} requests sent; killed: {dict(self.kills)}; every vote in the log exactly "
            f"once; {N_WORKERS} workers and the offline replay agree on {self.replayed[:16]}…"
        )


def run(
    url: str,
    model: Path,
    folder: Path,
    *,
    n_predictions: int,
    n_votes: int,
    n_clients: int = 8,
    pause: tuple[float, float] = (0.5, 4.0),
    max_kills: int = sys.maxsize,
    seed: int = 0,
) -> Outcome:
    """Run a server under clients and kills, and return what became of it."""
    texts = make_texts(n_predictions)
    with running(Server(url, model, folder)) as server:
        wait_until_ready(server)
        start = time.monotonic()
        clients = [Client(server.port, texts[n::n_clients], n_votes // n_clients, seed + n) for n in range(n_clients)]
        over, kills = Event(), Counter()
        killer = Thread(target=kill_now_and_then, args=(server, over, pause, max_kills, seed, kills))
        threads = [Thread(target=client.run) for client in clients]
        for thread in [*threads, killer]:
            thread.start()
        for thread in threads:
            thread.join()
        over.set()
        killer.join()
        seconds = time.monotonic() - start
        for client in clients:
            if client.fault is not None:
                raise client.fault
        wait_until_ready(server)
        digests = digests_of_all_workers(server)
    store = FeedbackStore(url)
    events = list(store.iter_events())
    in_log: dict[str, list[tuple[str, int]]] = {}
    for event in events:
        if event.kind in (CORRECT, INCORRECT):
            in_log.setdefault(event.prediction_id, []).append((event.label, event.position))
    acknowledged = {id: told for client in clients for id, told in client.acknowledged.items()}
    outcome = Outcome(
        n_predictions,
        len(acknowledged),
        sum((client.tries for client in clients), Counter()),
        kills,
        seconds,
        digests,
        replay(store, BOUNDS),
        [event.position for event in events],
        in_log,
        acknowledged,
        [event.prediction_id for event in events if event.kind == UNDO],
        set().union(*(client.undone for client in clients)),
    )
    store.close()
    return outcome


def make_texts(n: int) -> list[str]:
    """Return different reviews."""
    with open(SAMPLE, newline="") as file:
        reviews = [row[0] for row in csv.reader(file)][1:]
    return [f"Review number {number}. {reviews[number % len(reviews)]}" for number in range(n)]


def main() -> None:
    parser = argparse.ArgumentParser(description="Kill a server at random moments, and count what it forgot.")
    parser.add_argument("--predictions", type=int, default=2000)
    parser.add_argument("--votes", type=int, default=1000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--model", default=str(ROOT / "movieclassifier/bundled/imdb.npz"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    options = parser.parse_args()
    sizes = {"n_predictions": options.predictions, "n_votes": options.votes, "n_clients": options.clients}
    for kind in ("sqlite", "postgresql") if options.database == "both" else (options.database,):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            if kind == "sqlite":
                outcome = run(f"sqlite:///{folder}/f.db", Path(options.model), folder, **sizes, seed=options.seed)
            else:
                with running_postgresql() as server:
                    url = create_database(server)
                    outcome = run(url, Path(options.model), folder, **sizes, seed=options.seed)
            outcome.check()
            print(f"{kind}: {outcome.report()}", flush=True)


if __name__ == "__main__":
    main()
