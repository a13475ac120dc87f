"""Run a command of ``movieclassifier`` as it is typed, in this process."""

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
