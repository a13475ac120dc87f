"""``movieclassifier info``: the versions, the path in use, and the model that the other commands would take."""

import json
import platform
import sys
from typing import TYPE_CHECKING, Any

import click

from movieclassifier import __version__
from movieclassifier.commands.shared.common_options import json_option, model_option
from movieclassifier.commands.shared.edge import Command

if TYPE_CHECKING:
    from movieclassifier.models.classifier import Classifier

N_WORDS, MAX_LABELS = 5, 8
EXAMPLES = [
    ("Show which model the other commands would take:", "movieclassifier info"),
    ("Print facts about a model of your own as JSON:", "movieclassifier info --model models/mine --json"),
]


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("path", metavar="[MODEL]", required=False)
@model_option
@json_option
def main(path: str | None, model: str | None, as_json: bool) -> None:
    """Show the versions and the model that would be used.

    MODEL is a file or folder, as with --model.
    """
    if path is not None and model is not None:
        raise click.UsageError("Name one model: MODEL or --model.")
    model = path or model
    from movieclassifier.models import origin
    from movieclassifier.models.metadata import is_sample
    from movieclassifier.models.naming import rank_words
    from movieclassifier.models.persistence import load_classifier, model_path
    from movieclassifier.system.compiled import backend

    classifier = load_classifier(model_path(model))
    name, reason = backend()
    metrics = classifier.metadata.get("metrics", {})
    mark = "  (sample)" if is_sample(classifier.metadata) else ""
    facts: dict[str, Any] = {
        "movieclassifier": __version__,
        "python": f"{platform.python_version()} on {sys.platform}",
        "hashing": f"{name} ({reason})",
        "model": str(model_path(model)),
        "recipe": classifier.recipe.name,
        "labels": ", ".join(classifier.label_names),
        "columns": len(classifier.columns),
        "trained on": origin.trained_on(classifier.metadata),
        "accuracy": "unknown",
    }
    if metrics:
        accuracy = f"{metrics['accuracy']:.4f} ± {metrics['standard_error']:.4f}"
        facts["accuracy"] = f"{accuracy} on {origin.evaluated_on(classifier.metadata)}"
    words = rank_words(classifier, classifier.metadata.get("ngrams", []), N_WORDS)
    if as_json:
        said = {label: [word for word, _ in found] for label, found in words.items()}
        click.echo(json.dumps(as_data(classifier, str(model_path(model)), said), indent=2))
        return
    facts["columns"] = f"{facts['columns']:,}{mark}"
    facts["accuracy"] += mark
    facts |= {
        f"for {printable(label)}": printable(", ".join(word for word, _ in found))
        for label, found in list(words.items())[:MAX_LABELS]
    }
    width = max(16, *map(len, facts))
    click.echo("\n".join(f"{key:<{width}} {fact}" for key, fact in facts.items()))


def as_data(classifier: "Classifier", path: str, words: dict[str, list[str]]) -> dict[str, Any]:
    """Return the facts as JSON holds them: numbers, names and lists in place of sentences."""
    from movieclassifier.models.metadata import is_sample
    from movieclassifier.system.compiled import backend

    name, reason = backend()
    metadata, metrics = classifier.metadata, classifier.metadata.get("metrics")
    model = {
        "path": path,
        "recipe": classifier.recipe.to_dict(),
        "classes": classifier.classes_.tolist(),
        "labels": list(classifier.label_names),
        "n_columns": len(classifier.columns),
        "corpus": metadata.get("corpus"),
        "sha256": metadata.get("sha256"),
        "n_train": metadata.get("n_train"),
        "n_shards": metadata.get("n_shards", 1),
        "evaluated_on": metadata.get("evaluated_on"),
        "sample": is_sample(metadata),
        "metrics": metrics,
        "words": words,
    }
    return {
        "movieclassifier": __version__,
        "python": platform.python_version(),
        "platform": sys.platform,
        "hashing": {"backend": name, "reason": reason},
        "model": model,
    }


def printable(text: str) -> str:
    """Return a text whose characters no terminal obeys."""
    return "".join(character if character.isprintable() else "?" for character in text)
