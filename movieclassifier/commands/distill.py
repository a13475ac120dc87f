"""``movieclassifier distill``: a teacher labels texts without labels, and the student learns from them, too."""

from typing import Any

import click

from movieclassifier.commands.shared.corpus_options import corpus_options
from movieclassifier.commands.shared.distilling import DISTILL_OPTIONS, distill
from movieclassifier.commands.shared.edge import Command, add_options, progress_option
from movieclassifier.corpora.reading import ReadingOptions


@click.command(cls=Command)
@click.argument("paths", metavar="CORPUS...", nargs=-1, required=True)
@corpus_options
@add_options(DISTILL_OPTIONS)
@progress_option
def main(paths: tuple[str, ...], reading: ReadingOptions, **options: Any) -> None:
    """Train a teacher on CORPUS, let it label texts without labels, and train the student on both.

    The student is a model like all others; the teacher is no part of it. Texts that equal one of CORPUS or of --test
    are left out. At the end one table compares naive Bayes on the labels alone, the teacher and the student.
    """
    distill(paths, reading, options)
