"""A server under clients, whose processes are killed at random moments and started again, and worse.

``python -m tests.scripts.crashing --help`` runs the long form. The faults beside kills: the database server is killed,
two servers whose clock jumps by a day write one log, the disk is full for a while.
"""

import argparse
import csv
import http.client
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from threading import Event, Thread
from typing import Any

from movieclassifier.feedback.log.entities import CORRECT, INCORRECT, UNDO
from movieclassifier.feedback.log.store import FeedbackStore
from tests.support.faults import Fault, MovingClock, filled_disk, killed_database, small_disk
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
from tests.support.postgresql import create_database, running_server
from tests.support.replaying import replay

# Answers after which it makes sense to ask again: the database does not answer, or its disk is full.
NOT_NOW = (503, 507)
SAMPLE = ROOT / "movieclassifier/bundled/sample_reviews.csv"


@dataclass
class Client:
    """Asks again until it is answered, and remembers what it was told.

    Where `may_forget`, a prediction that nobody has voted on yet may be gone: its database was killed, or a day passed.
    """

    port: int
    texts: list[str]
    n_votes: int
    seed: int
    may_forget: bool = False
    undone_share: float = 0.1
    acknowledged: dict[str, tuple[str, int]] = field(default_factory=dict)
    undone: set[str] = field(default_factory=set)
    tries: Counter = field(default_factory=Counter)
    n_forgotten: int = 0
    fault: BaseException | None = None

    def run(self) -> None:
        try:
            choose = random.Random(self.seed)
            due = sorted(choose.sample(range(len(self.texts)), self.n_votes))
            for number, text in enumerate(self.texts):
                prediction = self.ask("POST", "/api/v1/predictions", {"text": text, "explain": False}, 201)
                if due and number == due[0]:
                    due.pop(0)
                    while not self.vote(prediction, choose):
                        self.n_forgotten += 1
                        prediction = self.ask("POST", "/api/v1/predictions", {"text": text, "explain": False}, 201)
        except BaseException as error:
            self.fault = error

    def vote(self, prediction: dict, choose: random.Random) -> bool:
        """Vote, and vote again or take it back now and then; tell whether the prediction was still there."""
        label = choose.choice(list(prediction["probabilities"]))
        path = f"/api/v1/predictions/{prediction['id']}/feedback"
        told = self.ask("PUT", path, {"label": label}, 200)
        if told is None:
            return False
        self.acknowledged[prediction["id"]] = label, told["position"]
        chance = choose.random()
        if chance < self.undone_share:
            self.ask("DELETE", path, None, 204)
            self.undone.add(prediction["id"])
        elif chance < self.undone_share + 0.1:
            again = self.ask("PUT", path, {"label": label}, 200)
            # Its status is that of now: another client's undo may have freed a held vote, or let it be held.
            changed = {name for name in told if again[name] != told[name]} - {"status", "reason"}
            assert not changed, f"a repeated vote had a different answer: first {told}, then {again}"
        return True

    def ask(self, method: str, path: str, body: dict | None, expected: int) -> dict | None:
        """Return an answer; None where a prediction may be gone and is."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            self.tries[method] += 1
            try:
                status, answer = request(self.port, method, path, body)
            except (OSError, http.client.HTTPException):
                status = 503
            if status in NOT_NOW:
                time.sleep(0.05)
                continue
            is_known = path.partition("/feedback")[0].rpartition("/")[2] in self.acknowledged
            if status == 404 and self.may_forget and not is_known:
                return None
            assert status == expected, f"{method} {path}: {status} {answer}"
            return answer
        raise TimeoutError(f"{method} {path}: no answer in two minutes")


@dataclass
class Killer:
    """Kills workers, masters, or all of a server, and lets faults strike; what is down is started again."""

    servers: list[Server]
    faults: dict[str, Fault]
    pause: tuple[float, float]
    max_kills: int
    seed: int
    kills: Counter = field(default_factory=Counter)
    fault: BaseException | None = None

    def run(self, over: Event) -> None:
        choose = random.Random(self.seed)
        plan = [*self.faults, "worker", *self.faults, "all", "worker", "master"]
        try:
            while not over.wait(choose.uniform(*self.pause)):
                server = choose.choice(self.servers)
                if not all(one.is_running() for one in self.servers):
                    for one in self.servers:
                        if not one.is_running():
                            one.start()  # also where the orphans of the last one still held its port
                elif sum(self.kills.values()) < self.max_kills:
                    # Each of them once, then by chance.
                    names, weights = ["worker", "all", "master", *self.faults], [4, 1, 1, *(1 for _ in self.faults)]
                    self.strike(server, plan.pop(0) if plan else choose.choices(names, weights)[0], choose)
        except BaseException as error:
            self.fault = error

    def strike(self, server: Server, what: str, choose: random.Random) -> None:
        if what == "worker":
            self.kills[what] += server.kill_worker(choose)
            return
        self.kills[what] += 1
        if what in self.faults:
            self.faults[what]()
            return
        server.kill_all() if what == "all" else server.kill_master()
        server.start()


@dataclass
class Outcome:
    """What a run found."""

    n_predictions: int
    n_votes: int
    tries: Counter
    kills: Counter
    n_forgotten: int
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
            f"{sum(self.tries.values())} requests sent; struck: {dict(self.kills)}; {self.n_forgotten} predictions "
            f"gone before their vote; every vote in the log exactly once; all workers and the offline replay agree "
            f"on {self.replayed[:16]}…"
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
    n_servers: int = 1,
    n_workers: int = N_WORKERS,
    faults: dict[str, Fault] | None = None,
    may_forget: bool = False,
    environ: Mapping[str, str] | None = None,
    undone_share: float = 0.1,
) -> Outcome:
    """Run servers on one log under clients, kills and faults, and return what became of it."""
    texts = make_texts(n_predictions)
    with ExitStack() as stack:
        servers = []
        for _ in range(n_servers):
            servers.append(stack.enter_context(running(Server(url, model, folder, n_workers, environ))))
            wait_until_ready(servers[-1])
        start = time.monotonic()
        clients = [
            Client(port, texts[n::n_clients], n_votes // n_clients, seed + n, may_forget, undone_share)
            for n, port in zip(range(n_clients), cycle(server.port for server in servers))
        ]
        over, killer = Event(), Killer(servers, faults or {}, pause, max_kills, seed)
        threads = [Thread(target=client.run) for client in clients]
        killing = Thread(target=killer.run, args=(over,))
        for thread in [*threads, killing]:
            thread.start()
        for thread in threads:
            thread.join()
        over.set()
        killing.join()
        seconds = time.monotonic() - start
        for one in [killer, *clients]:
            if one.fault is not None:
                raise one.fault
        digests = set()
        for server in servers:
            wait_until_ready(server)
            digests |= digests_of_all_workers(server)
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
        killer.kills,
        sum(client.n_forgotten for client in clients),
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


def run_kind(kind: str, model: Path, folder: Path, **options: Any) -> Outcome:
    """Run one of :data:`KINDS`.

    Raises
    ------
    PermissionError
        If this machine cannot let the fault happen.
    """
    url = f"sqlite:///{folder}/f.db"
    if kind == "postgresql":
        with running_server() as server:
            faults = {"database": killed_database(server)}
            return run(create_database(server.url), model, folder, faults=faults, may_forget=True, **options)
    if kind == "disk":
        with small_disk(folder, 120) as disk:
            return run(f"sqlite:///{disk}/f.db", model, folder, faults={"disk": filled_disk(disk)}, **options)
    if kind == "two servers":
        clock = MovingClock(folder)
        more = {"n_servers": 2, "faults": {"clock": clock.strike}, "environ": clock.environ, "may_forget": True}
        return run(url, model, folder, **more, **options)
    return run(url, model, folder, **options)


KINDS = ("sqlite", "postgresql", "two servers", "disk")


def main() -> None:
    parser = argparse.ArgumentParser(description="Kill a server at random moments, and count what it forgot.")
    parser.add_argument("--predictions", type=int, default=4000)
    parser.add_argument("--votes", type=int, default=3400)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--model", default=str(ROOT / "movieclassifier/bundled/imdb.npz"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--undone", type=float, default=0.25, help="Share of the votes that are taken back.")
    parser.add_argument(
        "--pause", type=float, nargs=2, default=(0.3, 0.8), help="Least and most seconds between two kills."
    )
    parser.add_argument("--kind", choices=KINDS, action="append", help="Run this one only.  [default: all]")
    options = parser.parse_args()
    sizes = {"n_predictions": options.predictions, "n_votes": options.votes, "n_clients": options.clients}
    sizes |= {"undone_share": options.undone, "pause": tuple(options.pause)}
    for kind in options.kind or KINDS:
        with tempfile.TemporaryDirectory() as name:
            outcome = run_kind(kind, Path(options.model).resolve(), Path(name), **sizes, seed=options.seed)
            outcome.check()
            print(f"{kind}: {outcome.report()}", flush=True)


if __name__ == "__main__":
    main()
