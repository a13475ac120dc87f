"""Train a classifier: reader → holdout → minibatches → vectorizer → partial_fit → evaluate → save."""

from typing import Any

import click

from movieclassifier.commands.shared.corpus_options import (
    chosen_corpus,
    corpus_options,
    corpus_to_test_on,
    report_bad_rows,
)
from movieclassifier.commands.shared.edge import Command, progress_option
from movieclassifier.commands.shared.training_options import chosen_recipe, training_options
from movieclassifier.corpora.reading import ReadingOptions


@click.command(cls=Command)
@click.argument("paths", metavar="[CORPUS]...", nargs=-1)
@corpus_options
@training_options
@progress_option
def main(
    paths: tuple[str, ...],
    reading: ReadingOptions,
    test: str | None,
    model_dir: str,
    as_json: bool,
    show: bool | None,
    **options: Any,
) -> None:
    """Train on CORPUS (data/movie_data.csv) one minibatch at a time, evaluate, and write the model."""
    # Imported here, so that --help does not wait for scikit-learn.
    from movieclassifier.commands.shared import train_steps
    from movieclassifier.corpora.minibatches import split_holdout
    from movieclassifier.corpora.survey import survey
    from movieclassifier.evaluation.metrics import evaluate
    from movieclassifier.evaluation.metrics_table import report
    from movieclassifier.models import origin
    from movieclassifier.models.guard import make_guard
    from movieclassifier.models.persistence import save_model
    from movieclassifier.models.scoring import score_documents
    from movieclassifier.reports.mlflow_log import track_run
    from movieclassifier.system.ahead import import_ahead
    from movieclassifier.training.checkpoints import keep_state
    from movieclassifier.training.fit import fit
    from movieclassifier.training.planning import provenance, unseen_documents

    costs = train_steps.measure_costs()
    corpus = chosen_corpus(paths or train_steps.book_corpus(), reading)
    other = corpus_to_test_on(test, reading) if test else None
    found = survey(corpus)
    report_bad_rows(found)
    plan, n_holdout = train_steps.plan_run(corpus, found, chosen_recipe(options), options, model_dir, other)
    before = origin.load_facts(model_dir)
    train, holdout = split_holdout(corpus.documents(found.labels), plan.n_train, n_holdout)

    import_ahead("sklearn.linear_model")  # saving needs it; this hides a second behind the training
    # fit() cuts the stream into minibatches, vectorizes them ahead in threads, and calls partial_fit in their order.
    classifier = fit(train, plan, show_progress=show, **train_steps.fit_options(options, model_dir, plan))

    sample, unseen = unseen_documents(holdout, n_holdout, other, found)
    y, values = score_documents(classifier, unseen, options["n_threads"])
    metrics = evaluate(y, values, classifier)
    classifier.metadata |= provenance(corpus, plan, n_holdout, test) | {"metrics": metrics}
    save_model(model_dir, classifier, make_guard(classifier, sample))
    keep_state(model_dir)
    click.echo(report(classifier, metrics, as_json, **costs()))
    train_steps.say_where(model_dir, before, metrics)
    if options["track"]:
        track_run(classifier, model_dir, corpus, other, costs())


if __name__ == "__main__":
    main()
