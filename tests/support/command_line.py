"""Run a command of ``movieclassifier`` as it is typed, in this process."""

import json

import click
from click.testing import CliRunner, Result

from movieclassifier.cli import main


def run(*arguments: object, **settings) -> Result:
    """Return what a command printed and its exit status; `settings` are those of click's runner."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments], **settings)


def output_of(*arguments: object, status: int = 0) -> str:
    """Return what a command printed; it has to end with this exit status."""
    result = run(*arguments)
    assert result.exit_code == status, result.output
    return result.output


def all_commands(command=main, name="movieclassifier"):
    """Yield every command and subcommand with its name."""
    context = click.Context(command, info_name=name)
    yield name, command
    if isinstance(command, click.Group):
        for sub in command.list_commands(context):
            yield from all_commands(command.get_command(context, sub), f"{name} {sub}")


EVERY_COMMAND = dict(all_commands())


def json_lines(result):
    """Return the objects that a command printed, each on a line."""
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]
