"""``movieclassifier prune``: a smaller model."""

import click

from movieclassifier.commands.shared.edge import Command


@click.command(cls=Command)
@click.argument("model", type=click.Path())
@click.argument("out", type=click.Path())
@click.option("--keep", "n_keep", type=click.IntRange(1), default=50_000, show_default=True, help="Columns to keep.")
def main(model: str, out: str, n_keep: int) -> None:
    """Keep the columns of MODEL with the largest weights, and write the record OUT.

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
    save_record(out, pruned)
    click.echo(f"{out}: {len(pruned.columns):,} of {n_before:,} columns; evaluate it with movieclassifier evaluate.")
