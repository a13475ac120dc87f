"""``movieclassifier live sources``, ``import-opml`` and ``export-opml``: the lists of newspapers and feeds."""

import json

import click

from movieclassifier.commands.shared.common_options import json_lines_option, output_option
from movieclassifier.commands.shared.live_steps import (
    LiveCommand,
    check_feeds,
    list_of_opml,
    open_outside,
    owners_newspapers,
)


@click.command(
    cls=LiveCommand,
    examples=[
        ("List the newspapers and the sources of posts:", "movieclassifier live sources"),
        ("Find out which feeds answer:", "movieclassifier live sources --check"),
    ],
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


@click.command(
    "import-opml",
    cls=LiveCommand,
    examples=[
        (
            "Add the feeds that a news reader has exported:",
            "movieclassifier live import-opml feeds.opml -o newspapers.toml",
        ),
        (
            "Do so from a folder of your own:",
            "movieclassifier live import-opml ~/feeds.opml --output ~/newspapers.toml",
        ),
    ],
)
@click.argument("opml", type=click.Path(exists=True, dir_okay=False))
@output_option("Write the list to this file.", required=True, metavar="FILE.toml")
def import_opml(opml: str, output: str) -> None:
    """Add the feeds of a list to the newspapers.

    The list is written to a file of your own. Set MOVIECLASSIFIER_NEWSPAPERS to its path.
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


@click.command(
    "export-opml",
    cls=LiveCommand,
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
