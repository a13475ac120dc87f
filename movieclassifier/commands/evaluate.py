"""``movieclassifier evaluate``: the metrics of a model on a corpus."""

import click

from movieclassifier.commands.shared.common_options import json_option, model_option, threads_option
from movieclassifier.commands.shared.corpus_options import chosen_corpus, reading_options, report_skipped
from movieclassifier.commands.shared.edge import Command, warn
from movieclassifier.commands.shared.reading_before import reading_for_evaluation
from movieclassifier.corpora.reading import ReadingOptions

EXAMPLES = [
    ("Test a model of your own on texts that it has not seen:", "movieclassifier evaluate new.csv --model models/mine"),
    ("Test the bundled model on the official test half:", "movieclassifier evaluate data/aclImdb --part test"),
]


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("paths", metavar="CORPUS...", nargs=-1, required=True)
@reading_options
@model_option
@threads_option(n_cores_left=0)
@json_option
def main(paths: tuple[str, ...], reading: ReadingOptions, model: str | None, n_threads: int, as_json: bool) -> None:
    """Measure how well a model does on CORPUS.

    The labels in CORPUS must be the model's labels or their names. If CORPUS has the columns of the training corpus and
    no option for reading is given, it is read with the options of the training.
    """
    from movieclassifier.commands.shared.costs import measure_costs
    from movieclassifier.corpora.label_values import labels_of_classes
    from movieclassifier.corpora.survey import files_digest
    from movieclassifier.evaluation.caveats import find_caveats
    from movieclassifier.evaluation.metrics import evaluate
    from movieclassifier.evaluation.metrics_table import metrics_table
    from movieclassifier.models.origin import seen
    from movieclassifier.models.persistence import hint_at_model, load_classifier
    from movieclassifier.models.scoring import score_documents

    costs = measure_costs()
    classifier = load_classifier(model, with_guard=False)
    corpus = chosen_corpus(paths, reading_for_evaluation(reading, classifier, paths))
    classes, names = classifier.classes_.tolist(), classifier.label_names
    labels = labels_of_classes(corpus.labels, classes, names, hint_at_model(model))
    bad_rows = corpus.bad_rows()
    y, values = score_documents(classifier, corpus.stream(labels, bad_rows), n_threads)
    report_skipped(bad_rows)
    metrics = evaluate(y, values, classifier)
    click.echo(metrics_table(classifier, metrics, as_json, costs()))
    warn(find_caveats(metrics))
    if n_seen := seen(classifier.metadata).get(files_digest(corpus) or "a folder"):
        warn([f"the model was trained on {n_seen:,} documents of this corpus, which are easier for it than new ones."])
