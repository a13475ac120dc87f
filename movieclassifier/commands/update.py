"""``movieclassifier update``: fold the corrections into a new base, or retrain with them, if the guard agrees."""

import click

from movieclassifier.commands.shared.common_options import note_option
from movieclassifier.commands.shared.corpus_options import chosen_corpus, corpus_options
from movieclassifier.commands.shared.edge import Command
from movieclassifier.commands.shared.feedback_options import database_option, open_owner, user_name
from movieclassifier.commands.shared.reading_before import reading_for_retraining
from movieclassifier.corpora.reading import ReadingOptions

EXAMPLES = [
    ("Fold the accepted votes into the model:", "movieclassifier update"),
    ("Retrain on the corpus and the votes together:", "movieclassifier update --corpus reviews.csv"),
]


@click.command(cls=Command, examples=EXAMPLES)
@database_option
@click.option(
    "--tolerance",
    type=click.FloatRange(0, 1),
    default=0.01,
    show_default=True,
    metavar="SHARE",
    help="Allow the accuracy on documents that the model was not trained on to fall by this much.",
)
@click.option("--without-guard", is_flag=True, help="Fold the votes without a check if the model has no guard set.")
@click.option(
    "--corpus",
    "paths",
    multiple=True,
    type=click.Path(),
    help="Retrain on this corpus together with the votes; may be given several times.",
)
@click.option(
    "--model",
    type=click.Path(),
    help="Serve this newly trained model instead, with all accepted votes on top.",
)
@note_option
@corpus_options
def main(
    database: str | None,
    tolerance: float,
    without_guard: bool,
    paths: tuple[str, ...],
    model: str | None,
    note: str,
    reading: ReadingOptions,
) -> None:
    """Make a new model of the accepted votes.

    The votes are folded into a new base, which is served from now on. It is checked on the guard set, a sample that
    the model was not trained on: if the accuracy falls by more than the tolerance, nothing changes. Running servers
    take up the new base by themselves.

    With --corpus, a new model is trained on the corpus and on the votes together, in a process of its own. Only this
    gives weights to new words. It also adds the labels that have 10 votes or more: "other", and those in
    MOVIECLASSIFIER_NEW_LABELS. The new model is checked on the holdout of the corpus. A model that is trained without
    the last fifth of the new votes is checked on these votes. If the corpus has the columns of the training corpus and
    no option for reading is given, it is read with the options of the training.

    With --model, a newly trained model of the same labels becomes the base. A running server does not take it up by
    itself, because several servers may share the database.
    """
    if paths and (model is not None or without_guard):
        raise click.UsageError("--corpus goes with neither --model nor --without-guard.")
    owner = open_owner(database, model, is_new=model is not None)
    if paths:
        from movieclassifier.feedback.retraining import retrain_apart
        from movieclassifier.system.own_process import call_apart

        corpus = chosen_corpus(paths, reading_for_retraining(reading, owner.log.facts().metadata, paths))
        url = owner.log.settings.database_url
        report, _ = call_apart(retrain_apart, url, corpus, user_name(), tolerance, note, 1, True)
        click.echo(str(report))
    elif model is not None:
        owner.adopt(user_name(), note)
        click.echo(owner.describe())
    else:
        click.echo(str(owner.update(user_name(), tolerance=tolerance, without_guard=without_guard, note=note)))
