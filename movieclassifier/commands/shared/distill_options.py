"""Options of ``distill``."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from movieclassifier.commands.shared.training_options import Count, NGramRange
from movieclassifier.features.tokenizers import TOKENIZERS

STUDENT_SETTINGS = ("passes", "tokenizer", "n_features", "ngram_range", "min_df")


@dataclass(frozen=True)
class DistillOptions:
    """What the command line asks of a distillation.

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
    test : str or None
    seed : int
    model_dir : str
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
    seed: int = 1
    model_dir: str = "pkl_objects"
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


DISTILL_OPTIONS = [
    click.option(
        "--unlabelled",
        multiple=True,
        type=click.Path(),
        metavar="PATH",
        help="Texts without labels: a folder of texts, a .txt with a text in each line, or any corpus, whose labels "
        "are ignored. May be given several times.",
    ),
    click.option(
        "--soft-labels",
        type=click.Path(dir_okay=False),
        metavar="FILE",
        help="JSON lines with texts and their probabilities, in place of --unlabelled and a teacher.",
    ),
    click.option("--teacher", type=TeacherName(), default="vectors", show_default=True, help="Teacher to train."),
    click.option(
        "--write-soft-labels",
        type=click.Path(dir_okay=False),
        metavar="FILE",
        help="Write the teacher's probabilities as --soft-labels reads them.",
    ),
    click.option("--passes", type=click.IntRange(1), help="Passes of SGD over the student's rows.  [default: 6]"),
    click.option("--tokenizer", type=click.Choice(list(TOKENIZERS)), help="Tokenizer of the student."),
    click.option("--n-features", type=Count(), help="Columns that n-grams are hashed to, such as 2**24."),
    click.option("--ngrams", "ngram_range", type=NGramRange(), help="Longest n-gram, or shortest and longest."),
    click.option("--min-df", type=click.IntRange(1), help="Fewest documents that earn a column a weight."),
    click.option("--keep", "n_keep", type=click.IntRange(1), help="Keep this many columns.  [default: all]"),
    click.option("--round", "round_to_bytes", is_flag=True, help="Round weights to 8 bits, for a smaller record."),
    click.option(
        "--n-holdout", type=click.IntRange(1), help="Documents held out.  [default: a tenth; none with --test]"
    ),
    click.option("--test", type=click.Path(), help="Evaluate on this corpus, which is read like CORPUS."),
    click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=1, show_default=True, help="Seed of all stages."),
    click.option(
        "--model-dir",
        type=click.Path(file_okay=False),
        default="pkl_objects",
        show_default=True,
        help="Folder to write.",
    ),
    click.option("--resume", is_flag=True, help="Go on after the last complete stage of the same run."),
    click.option("--keep-stages", is_flag=True, help="Leave the files of the stages in the model folder."),
    click.option("--json", "as_json", is_flag=True, help="Print the result as JSON."),
]


def as_distill_options(given: dict[str, Any]) -> DistillOptions:
    """Return what click gave as options that check themselves."""
    student = {name: given.pop(name) for name in STUDENT_SETTINGS}
    return DistillOptions(student=student, **given)
