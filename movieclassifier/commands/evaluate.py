"""``movieclassifier evaluate``: the metrics of a model on a corpus."""

from typing import Any

import click

from movieclassifier.command import Command
from movieclassifier.commands.predict import model_option
from movieclassifier.corpus_options import chosen_corpus, corpus_options


@click.command(cls=Command)
@click.argument("paths", metavar="CORPUS...", nargs=-1, required=True)
@corpus_options
@model_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(paths: tuple[str, ...], model: str | None, as_json: bool, **options: Any) -> None:
    """Evaluate a model on CORPUS, whose labels are those of the model or their names."""
    from movieclassifier.evaluation import evaluate, score_documents
    from movieclassifier.metrics_report import report
    from movieclassifier.persistence import load_classifier
    from movieclassifier.training_run import measure_costs

    costs = measure_costs()
    classifier = load_classifier(model)
    classes = classifier.classes_.tolist()
    known = dict(zip(classifier.label_names, classes, strict=True)) | {str(label): label for label in classes}
    corpus = chosen_corpus(paths, {**options, "labels": options["labels"] or known}, shuffle=False)
    y, values = score_documents(classifier, corpus)
    metrics = evaluate(y, values, classifier)
    click.echo(report(classifier, metrics, as_json, **costs()))
