"""``movieclassifier hash-password``: print the setting that protects /admin with a password."""

import getpass
import warnings

import click

from movieclassifier.commands.shared.edge import Command

MIN_LENGTH = 10


EXAMPLES = [
    ("Ask for a password and print the setting:", "movieclassifier hash-password"),
    ("Append the setting to a file that only you can read:", "movieclassifier hash-password >> .env"),
]


@click.command(cls=Command, examples=EXAMPLES)
def main() -> None:
    """Print the setting that protects /admin with a password.

    The command asks for the password, which is not stored.
    """
    from werkzeug.security import generate_password_hash

    # Not an option: everybody on the machine can see a command line.
    prompt = f"Password (at least {MIN_LENGTH} characters)"
    with warnings.catch_warnings():
        # Without a terminal getpass says twice, once with a line of its source, that it cannot hide what is typed.
        warnings.simplefilter("ignore", getpass.GetPassWarning)
        password = click.prompt(prompt, hide_input=True, confirmation_prompt=True, err=True)
    if len(password) < MIN_LENGTH:
        raise ValueError(f"the password must have at least {MIN_LENGTH} characters; got {len(password)}.")
    # Quoted, as the hash holds dollar signs.
    click.echo(f"MOVIECLASSIFIER_ADMIN_PASSWORD_HASH='{generate_password_hash(password)}'")
