"""``movieclassifier report``: a training run on one page, with pictures."""

from dataclasses import replace
from pathlib import Path

import click

from movieclassifier.commands.shared.common_options import output_option, progress_option
from movieclassifier.commands.shared.corpus_options import (
    chosen_corpus,
    corpus_options,
    corpus_to_test_on,
    format_of_test,
)
from movieclassifier.commands.shared.edge import Command
from movieclassifier.commands.shared.reading_before import reading_as_before
from movieclassifier.corpora.reading import ReadingOptions
from movieclassifier.reports import DRAWN_BY
from movieclassifier.system.atomic import check_replaceable, folder_to_fill
from movieclassifier.system.packages import check_installed
from movieclassifier.system.progress import Progress
from movieclassifier.system.waiting import telling_of_wait

EXAMPLES = [
    ("Write report/report.html on the model in pkl_objects:", "movieclassifier report reviews.csv"),
    (
        "Write it to a folder of its own, without the learning curve:",
        "movieclassifier report reviews.csv --model models/mine -o report/mine --no-curve",
    ),
]


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("paths", metavar="CORPUS...", nargs=-1, required=True)
@corpus_options
@click.option(
    "--test", type=click.Path(), help="Name the corpus that the run was evaluated on, if it was a separate one."
)
@format_of_test
@click.option(
    "--model",
    "model_dir",
    type=click.Path(),
    default="pkl_objects",
    show_default=True,
    help="Report on the model in this file or folder.",
)
@output_option("Write the page to this folder.", folder=True, default="report", show_default=True)
@click.option(
    "--curve/--no-curve",
    "with_curve",
    default=True,
    help="Repeat the run on more and more documents.  [default: --curve]",
)
@progress_option
def main(
    paths: tuple[str, ...],
    reading: ReadingOptions,
    test: str | None,
    test_format: str | None,
    model_dir: str,
    output: str,
    with_curve: bool,
    show: bool | None,
) -> None:
    """Write a page with pictures on a training run.

    The page shows how good the model is, what it has learned, and where it is wrong. CORPUS is the corpus that the
    model was trained on, and is read in the same way. The page needs no network.
    """
    check_extra()
    from movieclassifier.models.persistence import load_classifier, model_path
    from movieclassifier.reports.distilled_run import load_distillation
    from movieclassifier.reports.finished_run import open_run
    from movieclassifier.reports.training_report import PAGE

    if not model_path(model_dir).exists():
        raise FileNotFoundError(
            f"{model_path(model_dir)}: there is no model to report on. Train one with `movieclassifier train CORPUS`, "
            "or name its folder with --model."
        )
    click.get_current_context().with_resource(folder_to_fill(Path(output)))
    check_replaceable(Path(output) / PAGE)
    classifier = load_classifier(model_dir)
    reading = reading_as_before(reading, classifier.metadata)
    corpus = chosen_corpus(paths, reading)
    other = corpus_to_test_on(test, reading, test_format) if test else None
    run = open_run(classifier, corpus, other)
    with telling_of_wait("Reading the test documents", show):
        tested = run.read_test()
    with Progress(run.n_to_repeat if with_curve else 0, "Repeating the run", show=show) as progress:
        curve = run.learning_curve(tested, with_curve, progress.update)
    with telling_of_wait("Drawing the report", show):
        report = run.draw(tested, curve)
    report = replace(report, distilled=load_distillation(model_dir, classifier))
    click.echo(report.save(Path(output)))


def check_extra() -> None:
    """Check that what draws is installed.

    Raises
    ------
    ValueError
        With the command that installs it.
    """
    check_installed("report", *DRAWN_BY)
