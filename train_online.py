"""Train a classifier: reader → holdout → minibatches → vectorizer → partial_fit → evaluate → save."""

from itertools import chain, islice
from typing import Any

import click

from movieclassifier.command import Command
from movieclassifier.progress import progress_option
from movieclassifier.training_options import chosen_recipe, training_options


@click.command(cls=Command)
@click.argument("path", metavar="[CORPUS]", default="data/movie_data.csv")
@training_options
@progress_option
def main(path: str, test: str | None, model_dir: str, as_json: bool, show: bool | None, **options: Any) -> None:
    """Train on CORPUS (data/movie_data.csv) one minibatch at a time, evaluate, and write the model."""
    # Imported here, so that --help does not wait for scikit-learn.
    from movieclassifier.datasets import open_corpus, survey
    from movieclassifier.evaluation import evaluate, score_documents
    from movieclassifier.guard import N_GUARD, make_guard
    from movieclassifier.metrics_report import report
    from movieclassifier.minibatches import split_holdout
    from movieclassifier.persistence import save_model
    from movieclassifier.training import fit
    from movieclassifier.training_run import (
        check_model_dir,
        label_names,
        make_plan,
        peak_megabytes,
        provenance,
        stopwatch,
    )

    clock = stopwatch()
    corpus, other = open_corpus(path), open_corpus(test) if test else None
    found = survey(corpus)
    plan, n_holdout = make_plan(found, chosen_recipe(options), options, with_test=other is not None)
    check_model_dir(model_dir, overwrites_checkpoint=not (options["resume"] or options["go_on"]))
    train, holdout = split_holdout(corpus.documents(found.labels), plan.n_train, n_holdout)

    # fit() cuts the stream into minibatches, vectorizes them ahead in threads, and calls partial_fit in their order.
    how = {name: options[name] for name in ("n_threads", "checkpoint_every", "resume", "go_on")}
    classifier = fit(train, plan, model_dir=model_dir, label_names=label_names(corpus, plan), show_progress=show, **how)

    sample = list(islice(holdout, N_GUARD))
    unseen = chain(sample, holdout) if other is None else other.documents(found.labels)
    if other is not None and not sample:
        sample = list(islice(other.documents(found.labels), N_GUARD))
    y, values = score_documents(classifier, unseen, options["n_threads"])
    metrics = evaluate(y, values, classifier)
    classifier.metadata |= provenance(corpus, plan, n_holdout, test) | {"metrics": metrics}
    save_model(model_dir, classifier, make_guard(classifier, sample))
    click.echo(report(classifier, metrics, as_json, seconds=round(clock(), 1), peak_MB=round(peak_megabytes())))


if __name__ == "__main__":
    main()
