"""Train a classifier: reader → holdout → minibatches → vectorizer → partial_fit → evaluate → save."""

import click

from movieclassifier.commands.shared.corpus_options import corpus_options
from movieclassifier.commands.shared.edge import Command
from movieclassifier.commands.shared.training_options import TRAIN_EXAMPLES, training_options
from movieclassifier.corpora.reading import ReadingOptions
from movieclassifier.training.options import RunOptions, TrainingOptions


@click.command(cls=Command, examples=TRAIN_EXAMPLES)
@click.argument("paths", metavar="[CORPUS]...", nargs=-1)
@corpus_options
@training_options
def main(paths: tuple[str, ...], reading: ReadingOptions, training: TrainingOptions, run: RunOptions) -> None:
    """Train a classifier on CORPUS, evaluate it, and write it.

    CORPUS is read one minibatch at a time and need not fit in memory; without it, data/movie_data.csv is read. The
    last tenth is held out for the evaluation.
    """
    from movieclassifier.commands.shared import costs, train_sources  # all imported here, so that --help is quick

    if training.unlabelled:
        return train_sources.distill_instead(paths, reading, training, run)
    spent = costs.measure_costs()
    corpus, test, digest = train_sources.find_corpora(paths, reading, training, run)
    source, tested, engine = train_sources.find_sources(corpus, test, training, run, digest)
    from movieclassifier.commands.shared import train_results, train_steps  # imported during the survey
    from movieclassifier.evaluation.unseen import evaluate_unseen
    from movieclassifier.models.packed_record import PackedRecord
    from movieclassifier.training import planning

    plan, n_holdout = train_steps.plan_run(source, tested, training, run)
    train, holdout = source.split(plan.n_train, n_holdout)
    # This cuts the stream into minibatches, vectorizes them ahead in threads, and calls partial_fit in their order.
    classifier = train_steps.fit_stream(train, plan, run, engine)
    packed = PackedRecord(classifier)
    classifier.metadata |= planning.provenance(corpus, plan, n_holdout, training.test)
    sample, unseen = planning.unseen_documents(holdout, n_holdout, tested.documents() if tested else None)
    score = train_steps.scorer(classifier, unseen, run, engine)
    guard = evaluate_unseen(classifier, sample, score, source.documents(), packed)
    before = train_results.save_run(classifier, run, guard, packed)
    train_results.report_result(classifier, run, before, spent())
    train_results.track_run(classifier, run, corpus, test, spent())


if __name__ == "__main__":
    main()
