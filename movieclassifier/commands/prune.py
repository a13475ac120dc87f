"""``movieclassifier prune``: a smaller model."""

import click

from movieclassifier.commands.shared.common_options import keep_option, model_option, output_option
from movieclassifier.commands.shared.edge import Command


@click.command(cls=Command)
@model_option
@keep_option(50_000)
@output_option("Write the smaller model to this file.", required=True, metavar="FILE.npz")
def main(model: str | None, n_keep: int, output: str) -> None:
    """Make a model smaller: keep the columns with the largest weights.

    Training with --keep does better: it knows in how many documents a column was seen, and calibrates after pruning.
    """
    from movieclassifier.models.persistence import load_classifier
    from movieclassifier.models.pruning import prune
    from movieclassifier.models.record import save_record

    classifier = load_classifier(model)
    n_before = len(classifier.columns)
    pruned = prune(classifier, n_keep)
    pruned.metadata = classifier.metadata.copy()
    pruned.metadata.pop("metrics", None)  # measured on the whole model
    save_record(output, pruned)
    click.echo(f"{output}: {len(pruned.columns):,} of {n_before:,} columns; evaluate it with movieclassifier evaluate.")
