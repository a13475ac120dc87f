"""Options of a distillation check themselves."""

import click
import pytest
from click.testing import CliRunner

from movieclassifier.commands.shared.distill_options import (
    DISTILL_OPTIONS,
    STUDENT_SETTINGS,
    DistillOptions,
    TeacherName,
    as_distill_options,
)
from movieclassifier.commands.shared.edge import add_options
from movieclassifier.training.teachers import TEACHERS


def parsed(*arguments):
    """Return the options that a command line gives."""
    got = []

    @click.command()
    @add_options(DISTILL_OPTIONS)
    def command(**given):
        got.append(as_distill_options(given))

    result = CliRunner().invoke(command, arguments, standalone_mode=False)
    if result.exception:
        raise result.exception
    return got[0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "pass either --unlabelled PATH or --soft-labels FILE"),
        (["--unlabelled", "a", "--soft-labels", "b"], "pass either --unlabelled PATH or --soft-labels FILE"),
        (["--soft-labels", "b", "--write-soft-labels", "c"], "--write-soft-labels writes the labels of a teacher"),
        (["--unlabelled", "a", "--teacher", "mlp"], "'mlp' is not one of"),
    ],
)
def test_options_that_exclude_each_other_are_refused(arguments, message):
    with pytest.raises((ValueError, click.UsageError), match=message):
        parsed(*arguments)


def test_settings_of_the_student_are_parted_from_the_rest():
    options = parsed(
        "--unlabelled", "x/a.txt", "--unlabelled", "b", "--n-features", "2**20", "--ngrams", "2", "--keep", "9"
    )
    assert set(options.student) == set(STUDENT_SETTINGS)
    assert (options.student["n_features"], options.student["ngram_range"]) == (2**20, (1, 2))
    assert (options.n_keep, options.sources, options.teacher_name) == (9, ["a.txt", "b"], "vectors")


def test_soft_labels_take_the_place_of_a_teacher():
    options = DistillOptions(soft_labels="folder/soft.jsonl")
    assert (options.sources, options.teacher_name) == (["soft.jsonl"], "soft labels")


def test_every_teacher_is_a_choice():
    assert all(TeacherName().convert(name, None, None) == name for name in TEACHERS)
