"""Train a classifier: reader → holdout → minibatches → vectorizer → partial_fit → evaluate → save."""

import click

from movieclassifier.commands.shared.corpus_options import chosen_corpus, corpus_options, corpus_to_test_on
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
    from movieclassifier.commands.shared import train_sources  # all imported here, so that --help is quick
    from movieclassifier.commands.shared.costs import measure_costs

    if training.unlabelled:
        from movieclassifier.commands.distill import distill_instead

        return distill_instead(paths or tuple(train_sources.book_corpus()), reading, training, run)
    costs = measure_costs()
    corpus = chosen_corpus(paths or train_sources.book_corpus(), reading)
    test = corpus_to_test_on(training.test, reading, training.test_format) if training.test else None
    source, tested, engine = train_sources.find_sources(corpus, test, training, run)
    # They are being imported since the survey began.
    from movieclassifier.commands.shared import train_results, train_steps
    from movieclassifier.evaluation.unseen import evaluate_unseen
    from movieclassifier.models import origin, writing
    from movieclassifier.training import planning

    before = origin.load_record_facts(run.model_dir)
    plan, n_holdout = train_steps.plan_run(source, tested, training, run)
    train, holdout = source.split(plan.n_train, n_holdout)
    # This cuts the stream into minibatches, vectorizes them ahead in threads, and calls partial_fit in their order.
    classifier = train_steps.fit_stream(train, plan, run, engine)
    classifier.metadata |= planning.provenance(corpus, plan, n_holdout, training.test)
    sample, unseen = planning.unseen_documents(holdout, n_holdout, tested.documents() if tested else None)
    packed = writing.pack_ahead(classifier)
    guard = evaluate_unseen(classifier, sample, train_steps.scorer(classifier, unseen, run, engine), source.documents())
    writing.save_model(run.model_dir, classifier, guard, pickles=run.pickles, packed=packed)
    train_results.finish(run)
    train_results.report_result(classifier, run, before, costs())
    train_results.track_run(classifier, run, corpus, test, costs())


if __name__ == "__main__":
    main()
