"""``movieclassifier predict``: labels and probabilities for texts."""

import json
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

import click

from movieclassifier.commands.shared.common_options import json_lines_option, model_option
from movieclassifier.commands.shared.edge import Command
from movieclassifier.commands.shared.texts import decode, shorten

if TYPE_CHECKING:
    from movieclassifier.models.classifier import Classifier

CHUNK = 1000


EXAMPLES = [
    ("Classify two texts:", "movieclassifier predict 'A wonderful film' 'Dull and too long'"),
    ("Classify each line of a file:", "movieclassifier predict --input reviews.txt"),
]


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("texts", metavar="[TEXT]...", nargs=-1)
@click.option("--input", "path", type=click.Path(), help="Read a text from each line of this file.")
@model_option
@json_lines_option
def main(texts: tuple[str, ...], path: str | None, model: str | None, as_json: bool) -> None:
    """Predict the label of each TEXT.

    Without TEXT, each line of standard input is a text.
    """
    from movieclassifier import load_classifier

    if texts and path is not None:
        raise click.UsageError("pass texts or --input, not both.")
    if texts == ("-",):
        texts, path = (), "-"
    classifier = load_classifier(model)
    source: Iterable[str] = texts or iter_lines(path or "-")
    stream = iter(source)
    while chunk := list(islice(stream, CHUNK if texts or path else 1)):
        for line in _answers(classifier, chunk, as_json):
            click.echo(line)


def _answers(classifier: "Classifier", texts: list[str], as_json: bool) -> Iterator[str]:
    """Yield the answer on each text; where the model knows no word of it, no label is named."""
    from movieclassifier.models.decisions import predicted_positions, probabilities
    from movieclassifier.models.unknown import describe_unknown

    rows = classifier.rows(texts)
    values, n_known = classifier.decide(rows), classifier.n_known(rows).tolist()
    y_probas = probabilities(values, classifier.temperature_).tolist()
    for text, best, y_proba, n in zip(texts, predicted_positions(values), y_probas, n_known, strict=True):
        label = classifier.label_names[best] if n else None
        if as_json:
            found = dict(zip(classifier.label_names, y_proba, strict=True))
            yield json.dumps({"label": label, "probabilities": found, "n_known": n})
        elif label is None:
            yield f"-\t-\t{shorten(text)}\t{describe_unknown(text, classifier.recipe.ngrams)}"
        else:
            yield f"{label}\t{y_proba[best]:.3f}\t{shorten(text)}"


def iter_lines(path: str) -> Iterator[str]:
    """Yield the lines of a UTF-8 file, blank ones too, so that there are as many answers as lines."""
    with open(sys.stdin.fileno() if path == "-" else path, "rb", closefd=path != "-") as file:
        for number, line in enumerate(file, 1):
            yield decode(line, f"{path}, line {number}").strip()
