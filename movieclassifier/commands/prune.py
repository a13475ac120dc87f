"""``movieclassifier prune``: a smaller model."""

import click

from movieclassifier.commands.shared.common_options import keep_option, model_option, output_option
from movieclassifier.commands.shared.edge import Command

EXAMPLES = [
    ("Keep the 50,000 strongest columns of the model in pkl_objects:", "movieclassifier prune --output small.npz"),
    (
        "Choose the model and the number of columns:",
        "movieclassifier prune --model models/mine --keep 20000 -o small.npz",
    ),
]


@click.command(cls=Command, examples=EXAMPLES)
@model_option
@keep_option(50_000)
@output_option("Write the smaller model to this file.", required=True, metavar="FILE.npz")
def main(model: str | None, n_keep: int, output: str) -> None:
    """Make a model smaller.

    The columns with the largest weights are kept. Training with --keep gives a better model of the same size, because
    it knows in how many documents each column occurs and calibrates the model after pruning.
    """
    from movieclassifier.models.persistence import load_classifier
    from movieclassifier.models.pruning import prune
    from movieclassifier.models.writing import save_record

    classifier = load_classifier(model)
    n_before = len(classifier.columns)
    pruned = prune(classifier, n_keep)
    pruned.metadata = classifier.metadata.copy()
    pruned.metadata.pop("metrics", None)  # measured on the whole model
    save_record(output, pruned)
    click.echo(f"{output}: {len(pruned.columns):,} of {n_before:,} columns; evaluate it with movieclassifier evaluate.")
