"""The costs of the live pages: parsing, judging, answering, collecting, and sources that do not answer.

    python benchmarks/live.py [--model pkl_objects]

It serves its own feeds on this machine and asks nobody else. Times are CPU seconds where one process works alone.
"""

import json
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import click

from movieclassifier.commands.shared.edge import Command

WORDS = ("bank", "river", "market", "team", "rain", "council", "bridge", "goal", "price", "vote", "song", "harbour")


def article(i: int, n_words: int) -> str:
    """Return a text that is like no other."""
    return " ".join(f"{WORDS[(i * 7 + j * 3) % len(WORDS)]}{'' if j % 5 else i * 31 + j}" for j in range(n_words))


def feed(name: str, n: int, n_words: int) -> bytes:
    """Return an RSS feed of so many articles."""
    items = "".join(
        f"<item><title>Article {i} of {name}</title><guid>{name}-{i}</guid><link>https://news.example/{name}/{i}</link>"
        f"<pubDate>Mon, 02 Mar 2026 10:{i % 60:02}:00 GMT</pubDate><category>News</category>"
        f"<description>&lt;p&gt;{article(i + hash(name) % 997, n_words)}&lt;/p&gt;</description></item>"
        for i in range(n)
    )
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>{name}</title>{items}</channel></rss>".encode()


class Feeds(BaseHTTPRequestHandler):
    """Feeds that answer 304 to whoever knows them; /dead never answers."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        server = self.server
        server.n_requests += 1
        self.close_connection = True
        if self.path == "/dead":
            time.sleep(60)
            return
        body, status = server.feeds.get(self.path, b""), 200
        if self.headers.get("If-None-Match") == '"same"':
            body, status, server.n_unchanged = b"", 304, server.n_unchanged + 1
        self.send_response_only(status)
        self.send_header("ETag", '"same"')
        if status == 200:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serving(feeds: dict[str, bytes]) -> Iterator[ThreadingHTTPServer]:
    """Serve feeds on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Feeds)
    server.daemon_threads, server.feeds, server.n_requests, server.n_unchanged = True, feeds, 0, 0
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def parsing() -> dict[str, float]:
    """Return the CPU seconds of parsing a large feed and a usual one."""
    from movieclassifier.live.parsing.feeds import read_feed

    large, usual = feed("large", 1000, 680), feed("usual", 50, 60)
    read_feed(usual)
    costs = {"large_mb": len(large) / 1e6, "usual_kb": len(usual) / 1e3}
    for name, body, n in (("large_s", large, 3), ("usual_s", usual, 20)):
        started = time.process_time()
        for _ in range(n):
            read_feed(body)
        costs[name] = (time.process_time() - started) / n
    return costs


def judging(model: str | None) -> dict[str, float]:
    """Return how many articles are judged in a CPU second."""
    from movieclassifier.live.judging import judge
    from movieclassifier.models.persistence import load_classifier

    classifier = load_classifier(model)
    costs = {}
    for name, n_words in (("long", 694), ("short", 40)):
        texts = [article(i, n_words) for i in range(1000)]
        judge(classifier, texts[:10], [""] * 10, "any")
        started = time.process_time()
        judge(classifier, texts, [""] * 1000, "any")
        costs[f"{name}_per_s"] = 1000 / (time.process_time() - started)
    return costs


def pages(model: str | None, folder: Path, n_items: int = 2000, n_requests: int = 200) -> dict[str, float]:
    """Return the times of /live with so many articles, one request after the other."""
    from movieclassifier.feedback.log.database import transaction
    from movieclassifier.feedback.log.live.entities import Item
    from movieclassifier.feedback.log.live.items import keep_items
    from movieclassifier.web import create_app

    url = f"sqlite:///{folder}/pages.db"
    app = create_app({"SECRET_KEY": "for the benchmark", "DATABASE_URL": url, "MODEL": model, "LIVE_COLLECT": False})
    live = app.extensions["movieclassifier live"]
    papers = [paper.name for paper in live.newspapers]
    items = [
        Item(
            papers[i % len(papers)], str(i), f"https://news.example/{i}", article(i, 9), article(i, 300), language="en"
        )
        for i in range(n_items)
    ]
    with transaction(live.log.store.engine) as connection:
        keep_items(connection, items, time.time())
    live.after_round()
    client = app.test_client()
    client.get("/live")
    seconds, cpu = [], []
    for _ in range(n_requests):
        started, used = time.perf_counter(), time.process_time()
        answer = client.get("/live")
        seconds.append(time.perf_counter() - started)
        cpu.append(time.process_time() - used)
        assert answer.status_code == 200
    live.close()
    return {
        "n_items": n_items,
        "bytes": len(answer.data),
        "p50_ms": 1000 * statistics.median(seconds),
        "p95_ms": 1000 * statistics.quantiles(seconds, n=20)[18],
        "cpu_p95_ms": 1000 * statistics.quantiles(cpu, n=20)[18],
    }


def collecting(folder: Path, n_feeds: int = 50, n_items: int = 100) -> dict[str, float]:
    """Return what two rounds over many feeds take, and what a source costs that never answers."""
    from movieclassifier.feedback.log.store import FeedbackStore
    from movieclassifier.live.collecting import Collector
    from movieclassifier.live.fetching import Fetcher
    from movieclassifier.live.newspapers import Newspaper
    from movieclassifier.live.parsing.parser import Parser
    from movieclassifier.live.settings import LiveSettings
    from movieclassifier.live.sources.asking import Outside

    store, now = FeedbackStore(f"sqlite:///{folder}/collecting.db"), [time.time()]
    feeds = {f"/{i}": feed(f"paper{i}", n_items, 80) for i in range(n_feeds)}
    before = memory_kb("self", "VmRSS")
    with serving(feeds) as server:
        place = f"127.0.0.1:{server.server_port}"
        outside = Outside(Fetcher([place], pause=0), Parser())
        papers = [Newspaper(f"Paper {i}", (f"http://{place}/{i}",)) for i in range(n_feeds)]
        collector = Collector(store.engine, papers, outside, LiveSettings(full_text=False), lambda: now[0])
        started = time.perf_counter()
        first = collector.collect()
        costs = {"first_round_s": time.perf_counter() - started, "n_new": first.n_new, "n_faults": len(first.faults)}
        costs["collector_mb"] = (memory_kb("self", "VmHWM") - before) / 1000
        costs["child_mb"] = memory_kb(str(outside.parser.pid), "VmHWM") / 1000
        now[0] += 3600
        n_before = server.n_requests
        collector.collect()
        costs |= {"second_round_requests": server.n_requests - n_before, "second_round_304": server.n_unchanged}
        dead = Collector(
            store.engine, [Newspaper("Dead", (f"http://{place}/dead",))], outside, LiveSettings(), lambda: now[0]
        )
        collector.stop()
        started = time.perf_counter()
        dead.collect()
        costs["dead_source_s"] = time.perf_counter() - started
        started = time.perf_counter()
        dead.collect()
        costs["dead_source_again_s"] = time.perf_counter() - started
        outside.parser.close()
    store.close()
    return costs


def memory_kb(process: str, name: str) -> int:
    """Return a figure of a process's memory, in kB."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1])
    return 0


@click.command(cls=Command)
@click.option("--model", type=click.Path(), help="A model file or folder.")
def main(model: str | None) -> None:
    """Print the costs as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        found = {
            "collecting": collecting(Path(folder)),  # first, while little else is in memory
            "parsing": parsing(),
            "judging": judging(model),
            "pages": pages(model, Path(folder)),
        }
    click.echo(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
