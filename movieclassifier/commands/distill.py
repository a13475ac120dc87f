"""``movieclassifier distill``: a teacher labels texts without labels, and the student learns from them, too."""

from pathlib import Path
from typing import Any

import click

from movieclassifier.commands.shared.common_options import progress_option
from movieclassifier.commands.shared.corpus_options import corpus_options
from movieclassifier.commands.shared.distill_options import DISTILL_OPTIONS, DistillOptions, as_distill_options
from movieclassifier.commands.shared.edge import Command, add_options, warn
from movieclassifier.corpora.reading import ReadingOptions

EXAMPLES = [
    (
        "Learn from 50,000 reviews without a label, too:",
        "movieclassifier distill data/movie_train.csv --unlabelled data/aclImdb/train/unsup",
    ),
    (
        "Keep the teacher's labels for later:",
        "movieclassifier distill a.csv --unlabelled b.txt --write-soft-labels soft.jsonl",
    ),
]


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("paths", metavar="CORPUS...", nargs=-1, required=True)
@corpus_options
@add_options(DISTILL_OPTIONS)
@progress_option
def main(paths: tuple[str, ...], reading: ReadingOptions, **given: Any) -> None:
    """Learn from texts without labels, too.

    A heavier model, the teacher, is trained on CORPUS and labels the texts without labels; the student is trained on
    both. The student is a model like all others and does not need the teacher. Texts that CORPUS or --test contains
    are left out. At the end one table compares naive Bayes on the labels alone, the teacher and the student.
    """
    distill(paths, reading, as_distill_options(given))


def distill(paths: tuple[str, ...], reading: ReadingOptions, options: DistillOptions) -> None:
    """Run the command; see :func:`main`."""
    # Imported here, so that --help does not wait.
    from movieclassifier.commands.shared import distill_steps, train_steps
    from movieclassifier.commands.shared.costs import measure_costs
    from movieclassifier.evaluation.caveats import find_caveats
    from movieclassifier.models.origin import load_record_facts, replacement_note
    from movieclassifier.models.rounding import round_weights
    from movieclassifier.reports.distilled_run import save_distillation
    from movieclassifier.system.waiting import telling_of_wait
    from movieclassifier.training.distilling import fit_student, open_stages
    from movieclassifier.training.teachers import load_teacher

    if not options.soft_labels:
        load_teacher(options.teacher)  # refuses one whose packages are missing, before anything is done
    costs, before = measure_costs(), load_record_facts(options.model_dir)
    texts = distill_steps.read_texts(paths, reading, options)
    student = distill_steps.make_student(texts, options)
    train_steps.lock(Path(options.model_dir))
    plan = distill_steps.make_plan(texts, student, options)
    stages = open_stages(options.model_dir, plan, options.resume, options.show)
    lessons = distill_steps.make_lessons(texts, student, stages, options)
    teacher, soft = distill_steps.teach(lessons, texts, options)
    classifier = fit_student(lessons, soft, student, options.n_keep)
    if options.round_to_bytes:
        classifier = round_weights(classifier)
    with telling_of_wait("Testing naive Bayes, teacher and student", options.show):
        result = distill_steps.compare_all(classifier, teacher, lessons, texts) | {"stages": stages.costs()}
    classifier.metadata |= distill_steps.provenance(texts, options)
    classifier.metadata["metrics"] = result.pop("metrics")
    distill_steps.save_student(options, classifier, list(texts.guard()))
    save_distillation(options.model_dir, result.pop("report"))
    if options.write_soft_labels:
        distill_steps.write_soft_labels(options.write_soft_labels, texts, soft, student.label_names)
    if not options.keep_stages:
        stages.remove()
    tell = distill_steps.result_json if options.as_json else distill_steps.result_table
    click.echo(tell(result, costs()))
    warn(find_caveats(classifier.metadata["metrics"]))
    replaced = replacement_note(before, load_record_facts(options.model_dir))
    click.echo(f"The model is in {options.model_dir}{replaced}.", err=True)
