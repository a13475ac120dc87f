"""``movieclassifier live watch`` and ``collect``: the news kept up to date."""

import json
import signal
import threading

import click

from movieclassifier.commands.shared.feedback_options import database_option
from movieclassifier.commands.shared.live_steps import LiveCommand, open_live, tell


@click.command(
    cls=LiveCommand,
    examples=[
        ("Print new articles as they come:", "movieclassifier live watch"),
        ("Look every five minutes, and keep the lines:", "movieclassifier live watch --every 300 >> news.jsonl"),
    ],
)
@database_option
@click.option(
    "--every",
    type=click.FloatRange(0.1),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="Wait this many seconds between two rounds.",
)
def watch(database: str | None, every: float) -> None:
    """Print each new article as a JSON line, until Ctrl-C."""
    from movieclassifier.feedback.log.live.articles import Wanted
    from movieclassifier.live.describing import describe

    live = open_live(database)
    seen = live.news(Wanted(per_page=1)).last_id
    while True:
        live.collector.collect()
        live.after_round()
        fresh = live.news(Wanted(since=seen, per_page=100))
        for each in reversed(fresh.items):
            click.echo(json.dumps(describe(each.kept.item, each.judgement)))
        seen = max(seen, fresh.last_id)
        if threading.Event().wait(every):
            break


@click.command(
    cls=LiveCommand,
    examples=[
        ("Keep the live page up to date until Ctrl-C:", "movieclassifier live collect"),
        ("Ask the feeds once, as from cron:", "movieclassifier live collect --once"),
    ],
)
@database_option
@click.option("--once", is_flag=True, help="Ask the feeds that are due now, then stop.")
def collect(database: str | None, once: bool) -> None:
    """Keep the live page up to date, in place of the server."""
    live = open_live(database)
    if once:
        done = live.collector.collect()
        if done is None:
            click.echo("A different process is collecting; it goes on.", err=True)
            return
        live.after_round()
        live.collector.stop()
        tell(done.faults, done.n_feeds)
        click.echo(f"{done.n_feeds} feeds asked, {done.n_unchanged} unchanged; {done.n_new} new articles.")
        return
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    try:
        live.collector.run(stopped, after=live.after_round)
    finally:
        live.collector.stop()
