"""What a stranger reaches against a real server: ``python -m tests.scripts.attacks data/movie_test.csv``.

Each of the seven attacks prints what it tried and what came of it. The growth of the log, the fourth, has a benchmark of
its own, ``benchmarks/log_growth.py``; filling the disk, the fifth, needs root.
"""

import csv
import http.client
import json
import re
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from itertools import islice
from pathlib import Path
from urllib.parse import urlencode

import click
from werkzeug.security import generate_password_hash

from movieclassifier import load_classifier
from movieclassifier.cli import main as command
from movieclassifier.feedback.served_log import ServedLog
from movieclassifier.feedback.settings import read_settings
from movieclassifier.models.classifier import Classifier
from tests.support.faults import fill, small_disk
from tests.support.killing import ROOT, Server, running, wait_until_ready
from tests.support.visitors import TOKEN

MODEL = ROOT / "movieclassifier/bundled/imdb.npz"
PASSWORD = "a long and quiet evening"
API = "/api/v1/predictions"
N_SCORED = 2500
PLAIN = {  # as a person starts it on one's own machine, behind a proxy that tells addresses
    "MOVIECLASSIFIER_CAP": "0.1",
    "MOVIECLASSIFIER_CLIENT_SHARE": "0.5",
    "MOVIECLASSIFIER_TRUSTED_PROXIES": "1",
    "MOVIECLASSIFIER_TRUSTED_HOSTS": "127.0.0.1",
    "MOVIECLASSIFIER_MODE": "instant",
    "MOVIECLASSIFIER_PREDICTIONS_PER_MINUTE": "120",
    "MOVIECLASSIFIER_VOTES_PER_HOUR": "60",
    "MOVIECLASSIFIER_LIVE_COLLECT": "0",
    "MOVIECLASSIFIER_ADMIN_PASSWORD_HASH": generate_password_hash(PASSWORD),
}


@dataclass
class Stranger:
    """A client at an address, with the cookies that it gets."""

    port: int
    address: str = "198.51.100.1"
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> tuple[int, str, http.client.HTTPMessage]:
        sent = {"X-Forwarded-For": self.address, "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        data = body if isinstance(body, (bytes, str)) or body is None else json.dumps(body)
        sent |= {"Content-Type": "application/json"} if isinstance(body, dict) else {}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, path, data, sent | (headers or {}))
            answer = connection.getresponse()
            content = answer.read().decode("utf-8", "replace")
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, content, answer.headers

    def submit(self, path: str, **fields: str) -> int:
        page = self.ask("GET", path)[1]
        found = TOKEN.search(page)
        form = urlencode({"csrf_token": unescape(found.group(1)) if found else ""} | fields)
        return self.ask("POST", path, form, {"Content-Type": "application/x-www-form-urlencoded"})[0]

    def vote_against(self, text: str) -> str:
        """Classify a text and vote for the other label; return what became of the vote."""
        status, content, _ = self.ask("POST", API, {"text": text, "explain": False})
        if status != 201:
            return f"prediction {status}"
        made = json.loads(content)
        label = min(made["probabilities"], key=made["probabilities"].__getitem__)
        status, content, _ = self.ask("PUT", f"{API}/{made['id']}/feedback", {"label": label})
        return json.loads(content)["status"] if status == 200 else f"vote {status}"


@dataclass
class Site:
    """A running server, and the database behind it."""

    server: Server
    url: str
    texts: list[str]
    labels: list[int]

    def accuracy(self) -> float:
        """Return the accuracy of the model that is served, on reviews that it has not seen."""
        log = ServedLog(read_settings({"DATABASE_URL": self.url, "MODEL": str(MODEL), "CLIENT_SHARE": 0.5}, {}))
        try:
            with log.model() as model:
                found = model.predict(self.texts)
        finally:
            log.close()
        return sum(one == truth for one, truth in zip(found, self.labels, strict=True)) / len(self.labels)


def packed_texts(model: Classifier, n: int) -> Iterator[str]:
    """Yield texts of 20,000 characters that hold the strongest words of a sample for one label, then for the other."""
    with open(ROOT / "movieclassifier/bundled/sample_reviews.csv", newline="") as file:
        words = {word for row in csv.reader(file) for word in re.findall(r"[a-z']{3,}", row[0].lower())}
    ranked = sorted(words, key=lambda word: float(model.decision_function([word])[0]))
    for turn in range(n):
        chosen = (ranked[::-1] if turn % 2 else ranked)[turn :: 1 + turn // 10][:3000]
        yield " . ".join(chosen)[:20_000]


def poison(site: Site) -> None:
    model, before = load_classifier(MODEL), site.accuracy()
    for n_addresses in (1, 20):
        outcomes: Counter[str] = Counter()
        for turn, text in enumerate(packed_texts(model, 40)):
            address = f"198.{51 + n_addresses}.100.{turn % n_addresses}"
            outcomes[Stranger(site.server.port, address).vote_against(f"{text} {n_addresses}"[-20_000:])] += 1
        print(f"1 poisoning: 40 packed texts from {n_addresses} addresses: {dict(outcomes)}; accuracy {before:.4f} "
              f"before, {site.accuracy():.4f} after")  # fmt: skip
    honest: Counter[str] = Counter()
    for n, (text, truth) in enumerate(zip(site.texts[:60], site.labels, strict=False)):
        visitor = Stranger(site.server.port, f"203.0.113.{n}")
        made = json.loads(visitor.ask("POST", API, {"text": text[:5000], "explain": False})[1])
        label = list(made["probabilities"])[truth]
        honest[json.loads(visitor.ask("PUT", f"{API}/{made['id']}/feedback", {"label": label})[1])["status"]] += 1
    print(f"1 poisoning: honest votes on 60 reviews afterwards: {dict(honest)}; accuracy {site.accuracy():.4f}")


def clean_up(site: Site) -> None:
    since = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    troll = Stranger(site.server.port, "192.0.2.99")
    outcomes = Counter(troll.vote_against(f"{text[:3000]} Once more.") for text in site.texts[100:130])
    before = site.accuracy()
    listed = run_command("feedback", "clients", "--database", site.url)
    client = next(line.split()[0] for line in listed.splitlines() if re.match(r"[0-9a-f]{12}\b", line))
    done = run_command("feedback", "reject", "--client", client, "--since", since, "--database", site.url)
    print(f"2 cleaning up: a client's 30 votes: {dict(outcomes)}; one command: {done.strip().splitlines()[-1]!r}; "
          f"accuracy {before:.4f} before, {site.accuracy():.4f} after")  # fmt: skip


def slow_connections(site: Site) -> None:
    began = [
        b"",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500\r\n\r\nreview=",
    ]
    with ExitStack() as stack:
        for number in range(60):
            slow = socket.create_connection(("127.0.0.1", site.server.port), timeout=60)
            stack.enter_context(closing(slow)).sendall(began[number % 3])
        times = []
        for _ in range(5):
            started = time.perf_counter()
            assert Stranger(site.server.port).ask("GET", "/")[0] == 200
            times.append(1000 * (time.perf_counter() - started))
    print(f"3 slow connections: with 60 of them open, GET / takes {min(times):.0f} to {max(times):.0f} ms")


def fill_the_disk(folder: Path) -> None:
    with small_disk(folder, 120) as disk:
        server = Server(f"sqlite:///{disk}/f.db", MODEL, folder, 2, PLAIN)
        with running(server):
            wait_until_ready(server)
            visitor = Stranger(server.port)
            made = json.loads(visitor.ask("POST", API, {"text": "A dull film.", "explain": False})[1])
            fill(disk, 2 * 2**20)
            refused = visitor.ask("POST", API, {"text": "A fine film.", "explain": False})
            ready = visitor.ask("GET", "/readyz")
            vote = visitor.ask("PUT", f"{API}/{made['id']}/feedback", {"label": made["label"]})
            print(f"5 disk: with 2 MB left a prediction gets {refused[0]} {json.loads(refused[1])['detail']!r}, a vote "
                  f"{vote[0]}, /readyz {ready[0]}")  # fmt: skip


def change_address(site: Site) -> None:
    port, forms = site.server.port, ["[2001:db8:7::{n:x}]:443", "2001:db8:7:0:0:0:0:{n:x}%eth0", "2001:0db8:07::{n:x}"]
    outcomes: Counter[int] = Counter()
    for n in range(200):
        visitor = Stranger(port, forms[n % 3].format(n=n))
        outcomes[visitor.ask("POST", API, {"text": f"Film {n}.", "explain": False, "keep": False})[0]] += 1
    print(f"6 addresses: 200 requests in a minute from one /64 in three spellings: {dict(outcomes)}")
    wrong = Counter(Stranger(port, f"198.18.0.{n}").submit("/admin/login", password="a guess") for n in range(110))
    owner = Stranger(port, "203.0.113.200")
    started = time.perf_counter()
    statuses = owner.submit("/admin/login", password="mistyped"), owner.submit("/admin/login", password=PASSWORD)
    took = time.perf_counter() - started
    print(f"6 passwords: 110 guesses from as many addresses: {dict(wrong)}; then the owner in a new browser at a new "
          f"address, mistyped and right: {statuses} in {took:.1f} s")  # fmt: skip


def take_over_sessions(site: Site) -> None:
    port = site.server.port
    owner = Stranger(port, "203.0.113.201")
    owner.submit("/admin/login", password=PASSWORD)
    thief = Stranger(port, "198.51.100.66", dict(owner.cookies))
    before = thief.ask("GET", "/admin")[0]
    token = unescape(TOKEN.search(owner.ask("GET", "/admin")[1]).group(1))
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    owner.ask("POST", "/admin/logout", urlencode({"csrf_token": token}), form)
    print(f"7 sessions: a stolen cookie before and after the log-out: {before}, {thief.ask('GET', '/admin')[0]}")
    visitor = Stranger(port)
    rebound = visitor.ask("GET", "/", headers={"Host": "evil.example"})
    static = visitor.ask("GET", "/static//style.css", headers={"Host": "evil.example"})
    cached = {path: visitor.ask("GET", path)[2]["Cache-Control"] for path in ("/", "/history", "/static/style.css")}
    packed = visitor.ask("POST", API, b"\x1f\x8b", {"Content-Type": "application/json", "Content-Encoding": "gzip"})
    expired = visitor.ask("POST", "/", urlencode({"csrf_token": "old", "review": "A film to keep."}), form)
    print(f"7 hosts: Host evil.example gets {rebound[0]}, /static//x {static[0]} to {static[2]['Location']!r}; caches "
          f"{cached}; a compressed body {packed[0]}; an expired form {expired[0]}, its text still there: "
          f"{'A film to keep.' in expired[1]}")  # fmt: skip
    deploy(site)


def deploy(site: Site) -> None:
    """Look at a server that other people can reach, behind a proxy that speaks plain http."""
    deployed = PLAIN | {"MOVIECLASSIFIER_DEPLOYED": "1", "MOVIECLASSIFIER_TRUSTED_HOSTS": "*"}
    weak = Server(site.url, MODEL, site.server.temporary, 1, deployed | {"SECRET_KEY": "changeme"})
    weak.start()
    status = weak.process.wait(60)
    line = next(line for line in weak.log.read_text().splitlines() if "SECRET_KEY" in line)
    print(f"7 deployed: the key 'changeme' ends with status {status}, {line.strip()!r}")
    strong = {"SECRET_KEY": "q7Rk2ZpX9vLm4TbW"}
    with running(Server(site.url, MODEL, site.server.temporary, 1, deployed | strong)) as server:
        wait_until_ready(server)
        visitor = Stranger(server.port)
        print(f"7 deployed: /metrics through a proxy {visitor.ask('GET', '/metrics')[0]}; the login over plain http "
              f"says https: {'https' in visitor.ask('GET', '/admin/login')[1]}")  # fmt: skip


def run_command(*arguments: str) -> str:
    """Run a command of the program, and return what it prints."""
    from click.testing import CliRunner

    done = CliRunner().invoke(command, list(arguments))
    if done.exit_code:
        raise RuntimeError(f"{' '.join(arguments)}: {done.output}")
    return done.output


ON_A_SITE: dict[str, Callable[[Site], None]] = {
    "poisoning": poison,
    "cleaning up": clean_up,
    "slow connections": slow_connections,
    "addresses": change_address,
    "sessions": take_over_sessions,
}


@click.command()
@click.argument("corpus", type=click.Path(path_type=Path))
@click.option("--only", multiple=True, type=click.Choice([*ON_A_SITE, "disk"]))
def main(corpus: Path, only: tuple[str, ...]) -> None:
    """Attack a server of the bundled model; CORPUS has reviews that it has not seen."""
    csv.field_size_limit(sys.maxsize)
    with open(corpus, newline="", encoding="utf-8") as file:
        rows = list(islice(csv.reader(file), 1, None))[::10][:N_SCORED]
    texts, labels = [row[0] for row in rows], [int(row[1]) for row in rows]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for attack, act in ON_A_SITE.items():
            if only and attack not in only:
                continue
            url = f"sqlite:///{folder}/{attack.replace(' ', '_')}.db"
            server = Server(url, MODEL, folder, 2, PLAIN)
            with running(server):
                wait_until_ready(server)
                act(Site(server, url, texts, labels))
        if not only or "disk" in only:
            fill_the_disk(folder)


if __name__ == "__main__":
    main()
