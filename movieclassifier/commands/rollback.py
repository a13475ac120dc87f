"""``movieclassifier rollback``: serve an earlier base again."""

import json
from dataclasses import asdict

import click

from movieclassifier.commands.shared.common_options import json_lines_option, note_option
from movieclassifier.commands.shared.edge import Command
from movieclassifier.commands.shared.feedback_options import database_option, open_owner, user_name
from movieclassifier.feedback.log.entities import MAX_NUMBER

EXAMPLES = [
    ("List the versions of the model:", "movieclassifier rollback --list"),
    ("Serve the third one again:", "movieclassifier rollback 3 --note 'the last update was worse'"),
]


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("version", type=click.IntRange(1, MAX_NUMBER), required=False)
@database_option
@click.option("--list", "only_list", is_flag=True, help="List the versions and change nothing.")
@json_lines_option
@note_option
def main(version: int | None, database: str | None, only_list: bool, as_json: bool, note: str) -> None:
    """Serve an earlier model again, bit for bit.

    Without VERSION, this is the model that the last update was made from. Votes that this model has not learned are
    kept and wait for a review. Running servers follow by themselves.
    """
    if as_json and not only_list:
        raise click.UsageError("--json goes with --list.")
    owner = open_owner(database)
    if not only_list:
        click.echo(str(owner.rollback(version, user_name(), note)))
    if as_json:
        for found in owner.versions():
            click.echo(json.dumps(asdict(found) | {"created_at": found.created_at.isoformat()}))
        return
    for line in owner.versions() if only_list else ():
        guard = "" if line.guard_accuracy is None else f", {line.guard_accuracy:.4f} on the guard set"
        origin = f"update of version {line.parent}, votes: {line.n_folded}" if line.parent else f"trained: {line.name}"
        mark = "*" if line.served else " "
        click.echo(f"{mark} {line.version}  {line.created_at:%Y-%m-%d %H:%M}  {origin}{guard}  {line.note}".rstrip())
