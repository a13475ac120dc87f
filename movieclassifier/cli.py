"""The command ``movieclassifier``: a table of names; each command is imported when it is called."""

from importlib import import_module

import click

from movieclassifier import __version__
from movieclassifier.commands.shared.edge import Group

# The commands by the work that they are for, in the order of the work.
SECTIONS = {
    "Get data": {
        "download": "download_data:main",
        "build-csv": "build_csv:main",
        "shuffle": "movieclassifier.commands.shuffle:main",
        "stopwords": "movieclassifier.commands.stopwords:main",
    },
    "Train": {
        "train": "train_online:main",
        "distill": "movieclassifier.commands.distill:main",
        "tune": "movieclassifier.commands.tune:main",
    },
    "Evaluate": {
        "evaluate": "movieclassifier.commands.evaluate:main",
        "compare": "movieclassifier.commands.compare:main",
        "report": "movieclassifier.commands.report:main",
    },
    "Use a model": {
        "predict": "movieclassifier.commands.predict:main",
        "explain": "movieclassifier.commands.explain:main",
        "prune": "movieclassifier.commands.prune:main",
        "info": "movieclassifier.commands.info:main",
    },
    "Serve and learn": {
        "serve": "movieclassifier.commands.serve:main",
        "feedback": "movieclassifier.commands.feedback:main",
        "update": "movieclassifier.commands.update:main",
        "rollback": "movieclassifier.commands.rollback:main",
        "hash-password": "movieclassifier.commands.hash_password:main",
    },
    "Live": {"live": "movieclassifier.commands.live:main"},
}
COMMANDS = {name: place for commands in SECTIONS.values() for name, place in commands.items()}


class LazyGroup(Group):
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

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands by section."""
        width = max(map(len, COMMANDS))
        for title, names in SECTIONS.items():
            commands = {name: self.get_command(ctx, name) for name in names}
            rows = [(f"{name:<{width}}", command.get_short_help_str()) for name, command in commands.items() if command]
            with formatter.section(title):
                formatter.write_dl(rows)


EXAMPLES = [
    ("Classify a text with the model that comes along:", "movieclassifier predict 'A wonderful film'"),
    (
        "Train on your own texts, and serve the pages that learn from people:",
        "movieclassifier train reviews.csv && movieclassifier serve",
    ),
]


@click.group(cls=LazyGroup, examples=EXAMPLES)
@click.version_option(__version__, help="Show the version and exit.")
def main() -> None:
    """Train a text classifier on more text than fits in memory, and let it learn from people's corrections.

    COMMAND -h shows the options of a command and two examples.
    """
