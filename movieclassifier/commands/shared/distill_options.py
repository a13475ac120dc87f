"""Options of ``distill``."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from movieclassifier.commands.shared.common_options import (
    json_option,
    keep_option,
    model_folder_option,
    pickles_option,
    seed_option,
)
from movieclassifier.commands.shared.corpus_options import format_of_test, test_option
from movieclassifier.commands.shared.setting_types import Count, NGramRange
from movieclassifier.features.tokenizers import TOKENIZERS

STUDENT_SETTINGS = ("passes", "tokenizer", "n_features", "ngram_range", "min_df")


@dataclass(frozen=True)
class DistillOptions:
    """Options of a distillation.

    Attributes
    ----------
    unlabelled : tuple of str
        Paths of texts without labels.
    soft_labels : str or None
        Path of texts with probabilities, in place of those and a teacher.
    teacher : str
        A name in :data:`movieclassifier.training.teachers.TEACHERS`.
    write_soft_labels : str or None
    student : dict
        Settings of the student's recipe to replace; None leaves one as it is.
    n_keep, n_holdout : int or None
    round_to_bytes : bool
    test, test_format : str or None
    seed : int
    model_dir : str
    pickles : bool or None
    resume, keep_stages, as_json : bool
    show : bool or None

    Raises
    ------
    ValueError
        If there are no texts without labels, or options exclude each other.
    """

    unlabelled: tuple[str, ...] = ()
    soft_labels: str | None = None
    teacher: str = "vectors"
    write_soft_labels: str | None = None
    student: dict[str, Any] = field(default_factory=dict)
    n_keep: int | None = None
    round_to_bytes: bool = False
    n_holdout: int | None = None
    test: str | None = None
    test_format: str | None = None
    seed: int = 1
    model_dir: str = "pkl_objects"
    pickles: bool | None = None
    resume: bool = False
    keep_stages: bool = False
    as_json: bool = False
    show: bool | None = None

    def __post_init__(self) -> None:
        if bool(self.unlabelled) == bool(self.soft_labels):
            raise ValueError("pass either --unlabelled PATH or --soft-labels FILE for the texts without labels.")
        if self.soft_labels and self.write_soft_labels:
            raise ValueError("--write-soft-labels writes the labels of a teacher; leave it out with --soft-labels.")

    @property
    def sources(self) -> list[str]:
        """The names of the files with texts that have no labels."""
        return [Path(path).name for path in ([self.soft_labels] if self.soft_labels else self.unlabelled)]

    @property
    def teacher_name(self) -> str:
        """The teacher as the record names it."""
        return "soft labels" if self.soft_labels else self.teacher


class TeacherName(click.ParamType):  # type: ignore[type-arg]  # generic only from click 8.3 on
    """A name in TEACHERS, which is imported only when one is given."""

    name = "TEACHER"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Return all names."""
        from movieclassifier.training.teachers import TEACHERS

        return f"[{'|'.join(TEACHERS)}]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name, if it is one."""
        from movieclassifier.training.teachers import TEACHERS

        return click.Choice(list(TEACHERS)).convert(value, param, ctx)


DISTILL_OPTIONS: list[Any] = [
    click.option(
        "--unlabelled",
        multiple=True,
        type=click.Path(),
        metavar="PATH",
        help="Take texts without labels from a folder, from a .txt with a text in each line, or from any corpus, whose "
        "labels are ignored. May be given several times.",
    ),
    click.option(
        "--soft-labels",
        type=click.Path(dir_okay=False),
        metavar="FILE",
        help="Take texts and their probabilities from JSON lines, in place of --unlabelled and a teacher.",
    ),
    click.option("--teacher", type=TeacherName(), default="vectors", show_default=True, help="Train this teacher."),
    click.option(
        "--write-soft-labels",
        type=click.Path(dir_okay=False),
        metavar="FILE",
        help="Write the teacher's probabilities as --soft-labels reads them.",
    ),
    click.option(
        "--passes", type=click.IntRange(1), help="Take this many passes of SGD over the student's rows.  [default: 6]"
    ),
    click.option(
        "--tokenizer", type=click.Choice(list(TOKENIZERS)), help="Split texts into tokens with this function."
    ),
    click.option("--n-features", type=Count(), help="Hash n-grams to this many columns, such as 2**24."),
    click.option("--ngrams", "ngram_range", type=NGramRange(), help="Count n-grams of up to N tokens, or of M to N."),
    click.option(
        "--min-df", type=click.IntRange(1), help="Give a column a weight if at least this many documents have it."
    ),
    keep_option(),
    click.option("--round", "round_to_bytes", is_flag=True, help="Round weights to 63 values, for a smaller record."),
    click.option(
        "--n-holdout",
        type=click.IntRange(1),
        help="Hold out this many documents for the evaluation.  [default: a tenth; 0 with --test]",
    ),
    test_option,
    format_of_test,
    seed_option("Use this seed for everything random in all stages."),
    model_folder_option,
    pickles_option,
    click.option("--resume", is_flag=True, help="Go on after the last complete stage of the same run."),
    click.option("--keep-stages", is_flag=True, help="Leave the files of the stages in the model folder."),
    json_option,
]


def as_distill_options(given: dict[str, Any]) -> DistillOptions:
    """Return what click gave as options that check themselves."""
    student = {name: given.pop(name) for name in STUDENT_SETTINGS}
    return DistillOptions(student=student, **given)
