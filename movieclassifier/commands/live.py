"""``movieclassifier live``: today's news and posts, classified."""

import json
import signal
import threading
from pathlib import Path
from typing import Any

import click

from movieclassifier.commands.shared.common_options import json_lines_option, limit_option, model_option, output_option
from movieclassifier.commands.shared.edge import Command, Group
from movieclassifier.commands.shared.feedback_options import database_option
from movieclassifier.commands.shared.live_steps import (
    check_feeds,
    chosen_feeds,
    list_of_opml,
    load,
    open_live,
    open_outside,
    owners_newspapers,
    show,
    tell,
)
from movieclassifier.system.errors import check_installed

newest_option = limit_option("Take at most this many items, the newest ones.", 30, 1000)


EXAMPLES = [
    ("Classify the latest articles of one newspaper:", "movieclassifier live news guardian"),
    ("Classify the latest posts with a hashtag:", "movieclassifier live hashtag movies"),
]


class LiveCommand(Command):
    """A command that needs the extra ``live`` to run; its help needs nothing."""

    def invoke(self, ctx: click.Context) -> Any:
        """Check the extra, and call the function."""
        from movieclassifier.live.settings import PACKAGES

        check_installed("live", *PACKAGES)
        return super().invoke(ctx)


class LiveGroup(Group):
    """A group of such commands."""

    command_class = LiveCommand


@click.group(cls=LiveGroup, examples=EXAMPLES)
def main() -> None:
    """Classify today's news and posts."""


@main.command(
    examples=[
        ("Classify the latest articles of one newspaper:", "movieclassifier live news guardian"),
        (
            "Read a feed of your own, and only its summaries:",
            "movieclassifier live news --feed https://example.org/rss --summary",
        ),
    ]
)
@click.argument("names", metavar="[NEWSPAPER]...", nargs=-1)
@click.option("--feed", "feeds", multiple=True, metavar="URL", help="Read this feed; may be given several times.")
@click.option("--feed-file", type=click.Path(exists=True, dir_okay=False), help="Read a feed from this file.")
@click.option(
    "--page-file", type=click.Path(exists=True, dir_okay=False), help="Read the page of an article from this file."
)
@click.option("--opml", type=click.Path(exists=True, dir_okay=False), help="Read the feeds on this list.")
@newest_option
@click.option(
    "--full-text/--summary",
    default=True,
    show_default=True,
    help="Read the pages of the articles, or the feed's summaries only.",
)
@model_option
@json_lines_option
def news(
    names: tuple[str, ...],
    feeds: tuple[str, ...],
    feed_file: str | None,
    page_file: str | None,
    opml: str | None,
    limit: int,
    full_text: bool,
    model: str | None,
    as_json: bool,
) -> None:
    """Classify the latest articles of newspapers.

    Without NEWSPAPER, all newspapers on the list are read. A source that does not answer is one line on stderr; the
    exit status is 3 if no source answers.
    """
    from movieclassifier.live.reading import read_feed_file, read_feeds, read_page_file

    outside, classifier = open_outside(), load(model)
    if feed_file or page_file:
        items = read_feed_file(Path(feed_file), outside) if feed_file else []
        items += [read_page_file(Path(page_file), outside)] if page_file else []
        show(classifier, items[:limit], as_json)
        return
    wanted = [(feed, feed) for feed in feeds] + (list_of_opml(opml, outside) if opml else [])
    found, faults = read_feeds(wanted or chosen_feeds(names), outside, limit, full_text)
    tell(faults, len(wanted or chosen_feeds(names)))
    show(classifier, found, as_json)


@main.command(
    examples=[
        ("Classify the latest posts with a hashtag:", "movieclassifier live hashtag movies"),
        (
            "Ask one server for 100 posts, as JSON:",
            "movieclassifier live hashtag movies --server mastodon.social --limit 100 --json",
        ),
    ]
)
@click.argument("query")
@click.option(
    "--source",
    default="mastodon",
    show_default=True,
    metavar="NAME",
    help="Ask this source; `live sources` lists them.",
)
@click.option("--server", default="", metavar="HOST", help="Ask this server of the source, such as mastodon.social.")
@newest_option
@model_option
@json_lines_option
def hashtag(query: str, source: str, server: str, limit: int, model: str | None, as_json: bool) -> None:
    """Classify the latest posts with a hashtag or with some words.

    The last line is their mean score.
    """
    from movieclassifier.live.scoring import mean_score, scores_of
    from movieclassifier.live.sources import SOURCES, Query

    if source not in SOURCES:
        raise click.BadParameter(f"{source!r} is not one of {', '.join(SOURCES)}.", param_hint="--source")
    outside, classifier = open_outside(), load(model)
    items = SOURCES[source].function(Query(query, limit, server), outside)
    show(classifier, items, as_json)
    scores = scores_of(classifier, [item.document for item in items])
    if scores and not as_json:
        mean, low, high = mean_score(scores)
        click.echo(f"mean {mean:.3f} for {classifier.label_names[-1]}, 95% interval {low:.3f} to {high:.3f}")
    if not items:
        click.echo("Nothing was found.", err=True)


@main.command(
    examples=[
        ("Print new articles as they come:", "movieclassifier live watch"),
        ("Look every five minutes, and keep the lines:", "movieclassifier live watch --every 300 >> news.jsonl"),
    ]
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


@main.command(
    examples=[
        ("Keep the live page up to date until Ctrl-C:", "movieclassifier live collect"),
        ("Ask the feeds once, as from cron:", "movieclassifier live collect --once"),
    ]
)
@database_option
@click.option("--once", is_flag=True, help="Ask the feeds that are due now, and end.")
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


@main.command(
    examples=[
        ("List the newspapers and the sources of posts:", "movieclassifier live sources"),
        ("Find out which feeds answer:", "movieclassifier live sources --check"),
    ]
)
@click.option("--check", is_flag=True, help="Ask every feed, and tell which of them answer.")
@json_lines_option
def sources(check: bool, as_json: bool) -> None:
    """List the newspapers and the sources of posts."""
    import os

    from movieclassifier.live.sources import SOURCES

    papers = owners_newspapers()
    if check:
        check_feeds([(paper.name, feed) for paper in papers for feed in paper.feeds], as_json)
        return
    if as_json:
        for paper in papers:
            click.echo(json.dumps({"newspaper": paper.name, "country": paper.country, "feeds": list(paper.feeds)}))
        return
    for paper in papers:
        click.echo(f"{paper.name} ({paper.country})  {' '.join(paper.feeds)}")
    for name, source in SOURCES.items():
        missing = source.missing(os.environ)
        click.echo(
            f"{name}: {source.label}, e.g. {source.hint}" + (f"; set {' and '.join(missing)}" if missing else "")
        )


@main.command(
    "import-opml",
    examples=[
        (
            "Add the feeds that another reader has exported:",
            "movieclassifier live import-opml feeds.opml -o newspapers.toml",
        ),
        (
            "Do so from a folder of your own:",
            "movieclassifier live import-opml ~/feeds.opml --output live/newspapers.toml",
        ),
    ],
)
@click.argument("opml", type=click.Path(exists=True, dir_okay=False))
@output_option("Write the list to this file.", required=True, metavar="FILE.toml")
def import_opml(opml: str, output: str) -> None:
    """Add the feeds of a list to the newspapers.

    The newspapers are written to a file of your own, which MOVIECLASSIFIER_NEWSPAPERS names.
    """
    from movieclassifier.live.newspapers import merged, newspapers_toml
    from movieclassifier.system.atomic import replace_file

    feeds = list_of_opml(opml, open_outside())
    before = owners_newspapers()
    papers = merged(before, feeds)
    with replace_file(output) as file:
        file.write(newspapers_toml(papers).encode())
    n_new = sum(len(paper.feeds) for paper in papers) - sum(len(paper.feeds) for paper in before)
    click.echo(f"{output}: {n_new} new feeds of {len(feeds)}. Set MOVIECLASSIFIER_NEWSPAPERS={output}")


@main.command(
    "export-opml",
    examples=[
        ("Print the list of feeds:", "movieclassifier live export-opml"),
        ("Write it to a file:", "movieclassifier live export-opml -o feeds.opml"),
    ],
)
@output_option("Write to this file.  [default: standard output]", metavar="FILE.opml")
def export_opml(output: str | None) -> None:
    """Write the newspapers as a list of feeds (OPML)."""
    from movieclassifier.live.parsing.opml import write_opml
    from movieclassifier.system.atomic import replace_file

    text = write_opml((paper.name, feed) for paper in owners_newspapers() for feed in paper.feeds)
    if output is None:
        click.echo(text, nl=False)
        return
    with replace_file(output) as file:
        file.write(text.encode())


@main.command(
    examples=[
        (
            "Choose thresholds that answer 95% of the documents:",
            "movieclassifier live threshold news.csv --model models/news",
        ),
        (
            "Allow 2% of the answers to be wrong, and save the thresholds:",
            "movieclassifier live threshold news.csv --model models/news --risk 0.02 --save",
        ),
    ]
)
@click.argument("paths", metavar="CORPUS...", nargs=-1, required=True)
@click.option(
    "--coverage",
    type=click.FloatRange(0, 1),
    metavar="SHARE",
    help="Answer this share of the documents.  [default: 0.95]",
)
@click.option(
    "--risk", type=click.FloatRange(0, 1), metavar="SHARE", help="Allow this share of the answers to be wrong."
)
@click.option("--save", is_flag=True, help="Write the thresholds to the model file.")
@model_option
@json_lines_option
def threshold(
    paths: tuple[str, ...],
    coverage: float | None,
    risk: float | None,
    save: bool,
    model: str | None,
    as_json: bool,
) -> None:
    """Choose the probability below which an article is "other".

    It is chosen on the last tenth of CORPUS, which should be documents that the model was not trained on. A short text
    has a threshold of its own.
    """
    from movieclassifier.live.choosing import choose_on, save_thresholds
    from movieclassifier.models.abstaining import BANDS, band_name

    if coverage is not None and risk is not None:
        raise click.UsageError("pass --coverage or --risk, not both.")
    chosen, table = choose_on(paths, model, 0.95 if coverage is None else coverage, risk)
    if as_json:
        click.echo(json.dumps(chosen.to_dict()))
    else:
        click.echo("known n-grams  coverage  threshold   risk")
        for band, share, least, wrong in table:
            click.echo(f"{band:>13}  {share:>8.0%}  {least:>9.3f}  {wrong:>5.3f}")
        click.echo("\nA text gets a label from this probability on, and is “other” below it:")
        for place, least in enumerate(chosen.least):
            click.echo(f"{band_name(place):>13} known n-grams  {least:.3f}")
        click.echo(f"With fewer than {BANDS[0]} known n-grams, nothing can be told of a text.")
    if save:
        path = save_thresholds(model, chosen)
        click.echo(f"{path} holds them now; movieclassifier update --model {path} serves it.", err=True)


@main.command(
    examples=[
        ("Show how far the news have moved from the corpus, by day:", "movieclassifier live drift"),
        ("Look at one newspaper, as JSON:", "movieclassifier live drift --newspaper 'The Guardian' --json"),
    ]
)
@database_option
@click.option("--newspaper", default="", metavar="NAME", help="Measure this newspaper only.  [default: all of them]")
@json_lines_option
def drift(database: str | None, newspaper: str, as_json: bool) -> None:
    """Show how far the news are from the model's corpus, by day."""
    from dataclasses import asdict

    live = open_live(database)
    live.after_round()
    days, warnings = live.drift(newspaper)
    if not as_json:
        click.echo("day         articles  other  can't tell  unknown words  probability  right of voted")
    for day in days:
        right = f"{day.n_right} of {day.n_votes}" if day.n_votes else "-"
        click.echo(
            json.dumps(asdict(day))
            if as_json
            else f"{day.day}  {day.n:>8}  {day.other_share:>5.0%}  {day.n_untold:>10}  {day.unknown_share:>13.1%}  "
            f"{day.probability:>11.3f}  {right}"
        )
    for warning in warnings:
        click.echo(warning, err=True)
