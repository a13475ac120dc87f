"""``movieclassifier feedback``: look at the log, export it, review it, add to it."""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from movieclassifier.commands.shared.common_options import (
    json_lines_option,
    limit_option,
    note_option,
    output_option,
    progress_option,
)
from movieclassifier.commands.shared.edge import Group
from movieclassifier.commands.shared.feedback_options import database_option, open_owner, user_name
from movieclassifier.commands.shared.given_texts import shorten
from movieclassifier.commands.shared.text_tables import counted, text_table
from movieclassifier.feedback.log.entities import MAX_NUMBER, STATUSES
from movieclassifier.system.progress import Progress

if TYPE_CHECKING:
    from movieclassifier.feedback.log.entities import Entry
    from movieclassifier.feedback.log.facts import ClientVotes

VOTE_HEADER = ("position", "voted (UTC)", "status", "model", "person", "client", "text")
CLIENT_HEADER = ("client", "votes", "held", "waiting", "last vote (UTC)", "allowance used")
positions_argument = click.argument(
    "positions", metavar="POSITION...", nargs=-1, required=True, type=click.IntRange(1, MAX_NUMBER)
)
search_option = click.option(
    "--search",
    default="",
    metavar="TEXT",
    help="Select the votes whose text contains this, or those of the client with this hash.",
)
status_option = click.option("--status", type=click.Choice(STATUSES), help="Select the votes with this status.")


EXAMPLES = [
    (
        "List the votes that wait for a review, and accept two of them:",
        "movieclassifier feedback list --status waiting && movieclassifier feedback approve 3 7",
    ),
    ("Export all votes:", "movieclassifier feedback export -o votes.csv"),
]


@click.group(cls=Group, examples=EXAMPLES)
def main() -> None:
    """List and review the votes, export and import them."""


@main.command(
    "list",
    examples=[
        ("List the votes that wait for a review:", "movieclassifier feedback list --status waiting"),
        ("List the last 100 votes as JSON:", "movieclassifier feedback list --limit 100 --json"),
    ],
)
@database_option
@status_option
@search_option
@limit_option("List this many votes, the newest ones.", 20, MAX_NUMBER)
@json_lines_option
def list_votes(database: str | None, status: str | None, search: str, limit: int, as_json: bool) -> None:
    """List the newest votes."""
    owner = open_owner(database)
    page = owner.entries(search, status, 1, limit)
    if as_json:
        for entry in page.items:
            click.echo(json.dumps(asdict(entry) | {"voted_at": entry.voted_at.isoformat()}))
    elif page.items:
        click.echo(text_table(VOTE_HEADER, map(_vote_row, page.items)))
    click.echo(f"{len(page.items):,} of {counted(page.total, 'vote')}", err=True)


def _vote_row(entry: "Entry") -> list[object]:
    why = f" ({entry.reason})" if entry.reason else ""
    facts = [f"{entry.voted_at:%Y-%m-%d %H:%M}", entry.status + why, entry.predicted, entry.label, entry.client]
    return [entry.position, *facts, shorten(entry.text)]


@main.command(
    examples=[
        ("Write all votes to a CSV:", "movieclassifier feedback export -o votes.csv"),
        ("Print the rejected ones as JSON:", "movieclassifier feedback export --status rejected --json"),
    ]
)
@database_option
@output_option("Write to this file; a name that ends in .jsonl stands for --json.  [default: standard output]")
@json_lines_option
@status_option
@search_option
def export(database: str | None, output: str | None, as_json: bool, status: str | None, search: str) -> None:
    """Export votes as a CSV or as JSON lines.

    In a CSV, a text that a spreadsheet would take for a formula has an apostrophe before it; `feedback import` takes
    it away again.
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


@main.command(
    examples=[
        ("Accept two votes:", "movieclassifier feedback approve 3 7"),
        ("Accept one and say why:", "movieclassifier feedback approve 3 --note 'irony'"),
    ]
)
@positions_argument
@database_option
@note_option
def approve(positions: tuple[int, ...], database: str | None, note: str) -> None:
    """Accept the votes at these positions of the log."""
    owner = open_owner(database)
    n = owner.approve(positions, user_name(), note)
    click.echo(f"{n} approved, {len(set(positions)) - n} were accepted already or undone")


@main.command(
    examples=[
        ("Take two votes out:", "movieclassifier feedback reject 3 7"),
        ("Take all votes of one client out:", "movieclassifier feedback reject --client 5d41402abc4b"),
    ]
)
@click.argument("positions", metavar="[POSITION]...", nargs=-1, type=click.IntRange(1, MAX_NUMBER))
@click.option("--client", metavar="HASH", help="Take out all votes of this client, whose hash `feedback list` shows.")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]),
    metavar="TIME",
    help="Take out the votes of --client since this time, in UTC.  [default: all]",
)
@database_option
@note_option
def reject(
    positions: tuple[int, ...], client: str | None, since: datetime | None, database: str | None, note: str
) -> None:
    """Take votes out of the model.

    Give the positions of the votes in the log, or --client for all votes of one client.
    """
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


@main.command(
    examples=[
        ("List everybody who has voted:", "movieclassifier feedback clients"),
        ("List them as JSON:", "movieclassifier feedback clients --json"),
    ]
)
@database_option
@json_lines_option
def clients(database: str | None, as_json: bool) -> None:
    """List who has voted.

    The clients whose votes have changed the model most come first. How much one client may change it is limited. The
    last column shows the share of this limit that a client has used; at 100%, further votes are held.
    """
    found = open_owner(database).clients()
    if as_json:
        for client in found:
            click.echo(json.dumps(asdict(client) | {"last": client.last.isoformat()}))
    elif found:
        click.echo(text_table(CLIENT_HEADER, map(_client_row, found)))
    click.echo(counted(len(found), "client"), err=True)


def _client_row(client: "ClientVotes") -> list[object]:
    counts = [client.n_votes, client.n_held, client.n_waiting]
    return [client.client, *counts, f"{client.last:%Y-%m-%d %H:%M}", f"{client.share:.1%}"]


@main.command(
    examples=[
        ("Take one vote back:", "movieclassifier feedback undo 3"),
        ("Take two back in a log of your own:", "movieclassifier feedback undo 3 7 --database sqlite:///my.db"),
    ]
)
@positions_argument
@database_option
def undo(positions: tuple[int, ...], database: str | None) -> None:
    """Take votes back.

    The people who cast them can then vote again.
    """
    owner = open_owner(database)
    n = owner.undo_votes(positions, user_name())
    click.echo(f"{n} undone, {len(positions) - n} were undone already")


@main.command(
    "import",
    examples=[
        ("Import a table with the columns text and label:", "movieclassifier feedback import corrections.csv"),
        ("Name the columns:", "movieclassifier feedback import c.csv --text-column body --label-column mood"),
    ],
)
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
    """Import corrections from a CSV as accepted votes.

    Labels are the model's labels or their names. Corrections that are in the log already are left out; therefore a
    stopped import can be run again. If the CSV is an exported log, its accepted votes are imported.
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
