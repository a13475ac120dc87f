"""``movieclassifier live``: today's news and posts, classified."""

from pathlib import Path

import click

from movieclassifier.commands.live_keeping import collect, watch
from movieclassifier.commands.live_lists import export_opml, import_opml, sources
from movieclassifier.commands.live_measures import drift, threshold
from movieclassifier.commands.shared.common_options import json_lines_option, limit_option, model_option
from movieclassifier.commands.shared.edge import Group
from movieclassifier.commands.shared.live_steps import (
    LiveCommand,
    chosen_feeds,
    list_of_opml,
    load,
    open_outside,
    show,
    tell,
)
from movieclassifier.system.waiting import telling_of_wait

newest_option = limit_option("Take at most this many items, the newest ones.", 30, 1000)


EXAMPLES = [
    ("Classify the latest articles of one newspaper:", "movieclassifier live news guardian"),
    ("Classify the latest posts with a hashtag:", "movieclassifier live hashtag movies"),
]


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

    Without NEWSPAPER, all newspapers on the list are read. A source that does not answer is reported in one line on
    stderr. The exit status is 3 if no source answers.
    """
    from movieclassifier.live.feeds_once import read_feed_file, read_feeds, read_page_file

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
    from movieclassifier.live.post_scores import mean_score, scores_of
    from movieclassifier.live.sources import SOURCES
    from movieclassifier.live.sources.asking import Query

    if source not in SOURCES:
        raise click.BadParameter(f"{source!r} is not one of {', '.join(SOURCES)}.", param_hint="--source")
    outside, classifier = open_outside(), load(model)
    with telling_of_wait(f"Waiting for {source}"):
        items = SOURCES[source].function(Query(query, limit, server), outside)
    show(classifier, items, as_json)
    scores = scores_of(classifier, [item.document for item in items])
    if scores and not as_json:
        mean, low, high = mean_score(scores)
        click.echo(f"mean {mean:.3f} for {classifier.label_names[-1]}, 95% interval {low:.3f} to {high:.3f}")
    if not items:
        click.echo("Nothing was found.", err=True)


for command in (watch, collect, sources, import_opml, export_opml, threshold, drift):
    main.add_command(command)
