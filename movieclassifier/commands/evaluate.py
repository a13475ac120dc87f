"""``movieclassifier evaluate``: the metrics of a model on a corpus."""

import click

from movieclassifier.command import Command
from movieclassifier.commands.predict import model_option


@click.command(cls=Command)
@click.argument("path", metavar="CORPUS")
@model_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(path: str, model: str | None, as_json: bool) -> None:
    """Evaluate a model on CORPUS."""
    from movieclassifier.datasets import open_corpus
    from movieclassifier.evaluation import evaluate, score_documents
    from movieclassifier.metrics_report import report
    from movieclassifier.persistence import load_classifier
    from movieclassifier.training_run import peak_megabytes, stopwatch

    clock = stopwatch()
    classifier = load_classifier(model)
    labels = {str(label): label for label in classifier.classes_.tolist()}
    named = dict(zip(classifier.label_names, classifier.classes_.tolist(), strict=True))
    y, values = score_documents(classifier, open_corpus(path).documents(named | labels))
    metrics = evaluate(y, values, classifier)
    click.echo(report(classifier, metrics, as_json, seconds=round(clock(), 1), peak_MB=round(peak_megabytes())))
