"""``movieclassifier hash-password``: what the environment holds instead of the password of /admin."""

import click

from movieclassifier.command import Command

MIN_LENGTH = 10


@click.command(cls=Command)
def main() -> None:
    """Ask for a password and print the line that puts /admin behind it; the password itself is stored nowhere."""
    from werkzeug.security import generate_password_hash

    # No option of its own: what stands on a command line is seen by everybody on the machine.
    password = click.prompt(
        f"Password (at least {MIN_LENGTH} characters)", hide_input=True, confirmation_prompt=True, err=True
    )
    if len(password) < MIN_LENGTH:
        raise ValueError(f"the password must have at least {MIN_LENGTH} characters; got {len(password)}.")
    # Quoted, as the hash holds dollar signs.
    click.echo(f"MOVIECLASSIFIER_ADMIN_PASSWORD_HASH='{generate_password_hash(password)}'")
