"""``movieclassifier info``: the versions, the path in use, and the model that the other commands would take."""

import json
import platform
import sys

import click

from movieclassifier import __version__
from movieclassifier.command import Command
from movieclassifier.commands.predict import model_option


@click.command(cls=Command)
@model_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(model: str | None, as_json: bool) -> None:
    """Tell the versions, how texts are hashed, and which model would be used."""
    from movieclassifier.hashing import backend
    from movieclassifier.persistence import load_classifier, model_path

    classifier = load_classifier(model_path(model))
    name, reason = backend()
    metrics = classifier.metadata.get("metrics", {})
    seed = classifier.metadata.get("shuffle_seed")
    origin = ", ".join(classifier.metadata.get("corpus", ["an unknown corpus"]))
    evaluated_on = classifier.metadata.get("evaluated_on", "")
    if evaluated_on == "the holdout":
        evaluated_on += f" of {origin}"
    facts = {
        "movieclassifier": __version__,
        "python": f"{platform.python_version()} on {sys.platform}",
        "hashing": f"{name} ({reason})",
        "model": str(model_path(model)),
        "recipe": classifier.recipe.name,
        "labels": ", ".join(classifier.label_names),
        "columns": len(classifier.columns),
        "trained on": f"{classifier.metadata.get('n_train', 0):,} documents of {origin}"
        + ("" if seed is None else f", shuffled with the seed {seed}"),
        "accuracy": f"{metrics['accuracy']:.4f} on {evaluated_on}" if metrics else "unknown",
    }
    click.echo(json.dumps(facts, indent=2) if as_json else "\n".join(f"{key:<16} {facts[key]}" for key in facts))
