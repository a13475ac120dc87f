"""``movieclassifier update``: fold the corrections into a new base, if the guard agrees."""

import click

from movieclassifier.commands.shared.edge import Command
from movieclassifier.commands.shared.feedback_options import database_option, open_owner, user_name


@click.command(cls=Command)
@database_option
@click.option(
    "--tolerance",
    type=click.FloatRange(0, 1),
    default=0.01,
    show_default=True,
    help="How much accuracy on the guard set it may cost.",
)
@click.option("--without-guard", is_flag=True, help="Fold unchecked, where the model has no guard set.")
@click.option(
    "--model",
    type=click.Path(),
    help="Serve this newly trained model instead, with all accepted votes on top, up to the cap.",
)
@click.option("--note", default="", help="For the audit trail.")
def main(database: str | None, tolerance: float, without_guard: bool, model: str | None, note: str) -> None:
    """Fold the accepted votes of the log into a new base, and serve it from now on.

    The new base is checked against the guard set, a sample that the model was not trained on: if it answers worse by
    more than the tolerance, nothing changes. Running servers take the new base up by themselves.

    With --model, a newly trained model of the same labels becomes the base. A server that finds such a file does not
    do that by itself, as other servers may be answering from the same database.
    """
    owner = open_owner(database, model, is_new=model is not None)
    if model is not None:
        owner.adopt(user_name(), note)
        click.echo(owner.describe())
    else:
        click.echo(str(owner.update(user_name(), tolerance=tolerance, without_guard=without_guard, note=note)))
