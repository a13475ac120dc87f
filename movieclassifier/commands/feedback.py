"""``movieclassifier feedback``: look at the log, export it, review it, add to it."""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime

import click

from movieclassifier.commands.shared.common_options import (
    json_lines_option,
    limit_option,
    note_option,
    output_option,
    progress_option,
)
from movieclassifier.commands.shared.edge import Command, WholeSummary
from movieclassifier.commands.shared.feedback_options import database_option, open_owner, user_name
from movieclassifier.commands.shared.texts import shorten
from movieclassifier.feedback.log.entities import MAX_NUMBER, STATUSES
from movieclassifier.system.progress import Progress

positions_argument = click.argument(
    "positions", metavar="POSITION...", nargs=-1, required=True, type=click.IntRange(1, MAX_NUMBER)
)
search_option = click.option(
    "--search",
    default="",
    metavar="TEXT",
    help="Take only votes with this part of the text, or with this client's hash.",
)
status_option = click.option("--status", type=click.Choice(STATUSES), help="Take only votes with this status.")


class Feedback(WholeSummary, click.Group):
    """Its commands are at the edge, too."""

    command_class = Command


@click.group(cls=Feedback)
def main() -> None:
    """Look at the log of corrections, export it, review it, add to it."""


@main.command("list")
@database_option
@status_option
@search_option
@limit_option("List this many votes, the newest ones.", 20, MAX_NUMBER)
@json_lines_option
def list_votes(database: str | None, status: str | None, search: str, limit: int, as_json: bool) -> None:
    """List the last votes."""
    owner = open_owner(database)
    page = owner.entries(search, status, 1, limit)
    for entry in page.items:
        if as_json:
            facts = asdict(entry) | {"voted_at": entry.voted_at.isoformat()}
            click.echo(json.dumps(facts))
            continue
        why = f" ({entry.reason})" if entry.reason else ""
        click.echo(
            f"{entry.position:>6}  {entry.voted_at:%Y-%m-%d %H:%M}  {entry.status}{why}  "
            f"{entry.predicted} -> {entry.label}  {entry.client}  {shorten(entry.text)}"
        )
    click.echo(f"{len(page.items)} of {page.total} votes", err=True)


@main.command()
@database_option
@output_option("Write to this file; a name that ends in .jsonl stands for --json.  [default: standard output]")
@json_lines_option
@status_option
@search_option
def export(database: str | None, output: str | None, as_json: bool, status: str | None, search: str) -> None:
    """Export votes as a CSV, for a spreadsheet, or as JSON lines, for a program.

    In a CSV, what a spreadsheet would take for a formula has an apostrophe before it; import takes it away again.
    """
    from movieclassifier.feedback.log.export import csv_lines, jsonl_lines
    from movieclassifier.system.atomic import replace_file

    owner = open_owner(database)
    as_json = as_json or (output or "").endswith(".jsonl")
    lines: Iterable[str] = (jsonl_lines if as_json else csv_lines)(owner.export_rows(search, status))
    if output is None:
        for line in lines:
            sys.stdout.buffer.write(line.encode())
        sys.stdout.flush()
    else:
        with replace_file(output, "w") as file:
            file.writelines(lines)


@main.command()
@positions_argument
@database_option
@note_option
def approve(positions: tuple[int, ...], database: str | None, note: str) -> None:
    """Accept the votes at some positions of the log."""
    owner = open_owner(database)
    n = owner.approve(positions, user_name(), note)
    click.echo(f"{n} approved, {len(set(positions)) - n} were accepted already or undone")


@main.command()
@click.argument("positions", metavar="[POSITION]...", nargs=-1, type=click.IntRange(1, MAX_NUMBER))
@click.option("--client", metavar="HASH", help="Take out all votes of this client, whose hash `feedback list` shows.")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]),
    help="Take out only the votes of --client from this time on, UTC.  [default: all]",
)
@database_option
@note_option
def reject(
    positions: tuple[int, ...], client: str | None, since: datetime | None, database: str | None, note: str
) -> None:
    """Take votes out of the model: those at some positions of the log, or those of one client."""
    if bool(positions) == bool(client):
        raise click.UsageError("Pass either positions or --client.")
    if since is not None and client is None:
        raise click.UsageError("--since goes with --client.")
    owner = open_owner(database)
    if client is not None:
        n = owner.reject_client(client, since.replace(tzinfo=UTC) if since else None, user_name(), note)
        click.echo(f"{n} rejected")
        return
    n = owner.reject(positions, user_name(), note)
    click.echo(f"{n} rejected, {len(set(positions)) - n} were out already")


@main.command()
@database_option
def clients(database: str | None) -> None:
    """List who voted, by how far their votes moved the model."""
    for row in open_owner(database).clients():
        click.echo(
            f"{row.client}  {row.share:>6.1%} of the cap  {row.n_votes:>6} votes, {row.n_held} held, "
            f"{row.n_waiting} waiting  last {row.last:%Y-%m-%d %H:%M}"
        )


@main.command()
@positions_argument
@database_option
def undo(positions: tuple[int, ...], database: str | None) -> None:
    """Take votes back for the people who cast them, who can then vote again."""
    owner = open_owner(database)
    n = owner.undo_votes(positions, user_name())
    click.echo(f"{n} undone, {len(positions) - n} were undone already")


@main.command("import")
@click.argument("path", metavar="CSV", type=click.Path())
@database_option
@click.option("--text-column", metavar="COLUMN", help="Take the texts from this column.  [default: text or review]")
@click.option(
    "--label-column", metavar="COLUMN", help="Take the labels from this column.  [default: label or sentiment]"
)
@progress_option
def import_csv(
    path: str, database: str | None, text_column: str | None, label_column: str | None, show: bool | None
) -> None:
    """Take corrections from a CSV into the log, accepted.

    Labels are the model's labels or their names. What is in the log already is left out, so a stopped import can be
    run again. Of an export of the log, the votes are taken that had been accepted.
    """
    from movieclassifier.feedback.importing import import_votes, iter_corrections

    owner = open_owner(database, is_new=True)
    with owner.log.model() as classifier:
        names = dict(zip(map(str, classifier.classes_.tolist()), classifier.label_names, strict=True))
    names |= {name: name for name in names.values()}
    documents = iter_corrections(path, names, text_column, label_column)
    with Progress(None, "Importing", unit="votes", show=show) as bar:
        n_new, n_known = import_votes(owner.log, documents, user_name(), progress=bar.update)
    click.echo(f"{n_new} imported, {n_known} were in the log already")
