"""The command ``movieclassifier``: a table of names; each command is imported when it is called."""

from importlib import import_module

import click

from movieclassifier import __version__
from movieclassifier.commands.shared.edge import ReplacesCharacters

COMMANDS = {
    "download": "download_data:main",
    "build-csv": "build_csv:main",
    "shuffle": "movieclassifier.commands.shuffle:main",
    "train": "train_online:main",
    "distill": "movieclassifier.commands.distill:main",
    "compare": "movieclassifier.commands.compare:main",
    "tune": "movieclassifier.commands.tune:main",
    "report": "movieclassifier.commands.report:main",
    "evaluate": "movieclassifier.commands.evaluate:main",
    "predict": "movieclassifier.commands.predict:main",
    "explain": "movieclassifier.commands.explain:main",
    "prune": "movieclassifier.commands.prune:main",
    "hash-password": "movieclassifier.commands.hash_password:main",
    "serve": "movieclassifier.commands.serve:main",
    "feedback": "movieclassifier.commands.feedback:main",
    "update": "movieclassifier.commands.update:main",
    "rollback": "movieclassifier.commands.rollback:main",
    "live": "movieclassifier.commands.live:main",
    "stopwords": "movieclassifier.commands.stopwords:main",
    "info": "movieclassifier.commands.info:main",
}


class LazyGroup(ReplacesCharacters, click.Group):
    """A group that imports a command only to run it or to tell its help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import a command."""
        if name not in COMMANDS:
            return None
        module, attribute = COMMANDS[name].split(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Train a text classifier on more text than fits in memory, and let it learn from people's corrections."""
