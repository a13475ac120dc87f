"""Steps around a distillation on the command line: reading, the plan, the comparison, and the model's origin."""

import json
import platform
from collections.abc import Iterable
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from movieclassifier import __version__
from movieclassifier.commands.shared.corpus_options import chosen_corpus, corpus_to_test_on, report_bad_rows
from movieclassifier.commands.shared.distill_options import DistillOptions
from movieclassifier.commands.shared.trained_on import warn_of_trained_on
from movieclassifier.corpora.corpus import Corpus
from movieclassifier.corpora.minibatches import holdout_sizes
from movieclassifier.corpora.named_once import check_named_once
from movieclassifier.corpora.readers.contract import Document
from movieclassifier.corpora.reading import ReadingOptions
from movieclassifier.corpora.survey import Survey, survey
from movieclassifier.corpora.unlabelled import open_unlabelled, text_digests
from movieclassifier.evaluation.metrics import evaluate
from movieclassifier.evaluation.teacher_table import paired_differences, score_rows, teacher_table
from movieclassifier.models.abstaining import measure_thresholds
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.decisions import probabilities
from movieclassifier.models.guard import make_guard
from movieclassifier.models.metadata import Provenance
from movieclassifier.models.naming import name_strongest
from movieclassifier.models.scoring import score_documents
from movieclassifier.models.writing import save_model
from movieclassifier.recipes.names import make_recipe
from movieclassifier.reports.distilled_run import describe_distillation
from movieclassifier.system.atomic import check_replaceable, replace_file
from movieclassifier.system.progress import telling
from movieclassifier.training.capacity import check_capacity
from movieclassifier.training.distilling import StagePlan, Student, label_texts, memory_bound, naive_bayes, read_labels
from movieclassifier.training.planning import BOOK_MAPPINGS, BOOK_NAMES, PACKAGES
from movieclassifier.training.teachers import NEURAL, describe, load_teacher
from movieclassifier.training.teachers.lessons import Lessons, Probabilities, Stages, in_batches
from movieclassifier.training.teachers.soft_labels import SoftLabels, soft_label_lines
from movieclassifier.training.teachers.vectors import fit_naive_bayes
from movieclassifier.training.teaching_texts import TeachingTexts, count_texts


def read_texts(paths: tuple[str, ...], reading: ReadingOptions, options: DistillOptions) -> TeachingTexts:
    """Open and survey the corpora, and count the texts without labels."""
    if options.write_soft_labels:
        check_replaceable(options.write_soft_labels)
    check_named_once(options.unlabelled)
    corpus = chosen_corpus(paths, reading)
    test = corpus_to_test_on(options.test, reading, options.test_format) if options.test else None
    if test is not None:
        warn_of_trained_on(corpus, test)
    found = survey(corpus)
    report_bad_rows(found, corpus)
    if len(found.classes) < 2:
        raise ValueError(f"there must be documents of at least two classes; all are labelled {found.classes[0]!r}.")
    n_holdout = 0 if test is not None and options.n_holdout is None else options.n_holdout
    n_train, _ = holdout_sizes(found.n_documents, None, n_holdout)
    tested: Iterable[Document] = () if test is None else test.documents(found.labels)
    known = text_digests(text for text, _ in telling(chain(corpus.documents(found.labels), tested), "Reading"))
    if options.soft_labels:
        names = zip(label_names(corpus, found), map(str, found.classes), strict=True)
        unlabelled: Any = SoftLabels(Path(options.soft_labels), tuple(names), known)
    else:
        unlabelled = open_unlabelled(options.unlabelled, known)
    counted = count_texts(unlabelled)
    left_out = f"{counted.n_left_out:,} are left out because CORPUS or --test has them."
    click.echo(f"{counted.n_texts:,} texts without labels; {left_out}", err=True)
    return TeachingTexts(corpus=corpus, found=found, n_train=n_train, test=test, unlabelled=unlabelled, counted=counted)


def label_names(corpus: Corpus, found: Survey) -> tuple[str, ...]:
    """Return the labels as people read them."""
    names = BOOK_NAMES if corpus.labels in BOOK_MAPPINGS else {}
    return tuple(names.get(label, str(label)) for label in found.classes)


def make_student(texts: TeachingTexts, options: DistillOptions) -> Student:
    """Return the student that the options ask for."""
    recipe = make_recipe("student", **options.student)
    check_capacity(recipe, len(texts.classes))
    return Student(recipe, texts.classes, label_names(texts.corpus, texts.found))


def make_plan(texts: TeachingTexts, student: Student, options: DistillOptions) -> StagePlan:
    """Return everything that decides the bits of the stages."""
    return {
        "version": __version__,
        "recipe": student.recipe.to_dict(),
        "teacher": options.teacher_name,
        "corpus": texts.found.sha256,
        "reading": texts.corpus.reading.describe(texts.found),
        "n_train": texts.n_train,
        "unlabelled": texts.counted.sha256,
        "seed": options.seed,
    }


def make_lessons(texts: TeachingTexts, student: Student, stages: Stages, options: DistillOptions) -> Lessons:
    """Return what the teacher is given, and say on stderr how much memory it takes at most."""
    y = np.fromiter((position for _, position in texts), np.intp)
    lessons = Lessons(
        labelled=texts,
        unlabelled=texts.unlabelled,
        y=y,
        n_unlabelled=texts.counted.n_texts,
        n_classes=len(texts.classes),
        stages=stages,
        seed=options.seed,
    )
    bound = memory_bound(lessons, student.recipe, with_network=options.teacher_name in NEURAL)
    click.echo(f"This takes at most about {bound / 1e6:,.0f} MB of memory.", err=True)
    return lessons


def teach(
    lessons: Lessons, texts: TeachingTexts, options: DistillOptions
) -> tuple[Probabilities | None, NDArray[np.float32]]:
    """Return the teacher, where there is one, and the probabilities of the texts without labels."""
    if isinstance(texts.unlabelled, SoftLabels):
        return None, read_labels(lessons, texts.unlabelled.probabilities)
    teacher: Probabilities = load_teacher(options.teacher).teach(lessons)
    return teacher, label_texts(lessons, teacher)


def compare_all(
    classifier: Classifier, teacher: Probabilities | None, lessons: Lessons, texts: TeachingTexts
) -> dict[str, Any]:
    """Return the rows of the table, the differences, and the metrics of the student."""
    y, values = score_documents(classifier, texts.unseen())
    models = {"naive Bayes": naive_bayes(lessons, classifier.recipe)}
    if teacher is not None:
        models["teacher"] = teacher
    proba = {}
    for name, model in models.items():
        proba[name] = np.concatenate(list(in_batches((text for text, _ in texts.unseen()), model)))
    proba["student"] = probabilities(values, classifier.temperature_)
    positions = y.astype(np.intp)
    alone = fit_naive_bayes(lessons, classifier.recipe.ngrams)
    tested = (texts.unseen, positions, proba)
    return {
        "metrics": evaluate(y, values, classifier),
        "report": describe_distillation(classifier, (alone.columns, alone.coef), texts.unlabelled, tested),
        "n_documents": len(y),
        "rows": score_rows(positions, proba),
        "differences": paired_differences(positions, proba, "student"),
    }


def provenance(texts: TeachingTexts, options: DistillOptions) -> Provenance:
    """Return where the student came from, without the paths and times of the machine."""
    corpus, counted = texts.corpus, texts.counted
    found: Provenance = {
        "corpus": list(corpus.names),
        "sha256": texts.found.sha256,
        "n_train": texts.n_train,
        "n_holdout": texts.found.n_documents - texts.n_train,
        "evaluated_on": "the holdout" if options.test is None else Path(options.test).name,
        "seed": options.seed,
        "distilled": {
            "teacher": options.teacher_name,
            "settings": {} if options.soft_labels else describe(options.teacher),
            "unlabelled": options.sources,
            "sha256": counted.sha256,
            "n_unlabelled": counted.n_texts,
            "n_left_out": counted.n_left_out,
        },
        "versions": {"movieclassifier": __version__, "python": platform.python_version()}
        | {name: version(name) for name in PACKAGES},
    }
    if corpus.shuffle_seed is not None:
        found["shuffle_seed"] = corpus.shuffle_seed
    if reading := corpus.reading.chosen():
        found["reading"] = reading
    if options.n_keep is not None:
        found["n_keep"] = options.n_keep
    return found


def save_student(options: DistillOptions, classifier: Classifier, sample: list[Document]) -> None:
    """Write the student with the measures of a sample that it was not trained on, and with that as its guard set."""
    classifier.metadata["ngrams"] = name_strongest(classifier, [text for text, _ in sample])
    classifier.metadata["threshold"] = measure_thresholds(classifier, sample)
    save_model(options.model_dir, classifier, make_guard(classifier, sample), pickles=options.pickles)


def write_soft_labels(path: str, texts: TeachingTexts, soft: NDArray[np.float32], names: tuple[str, ...]) -> None:
    """Write the teacher's probabilities as JSON lines."""
    with replace_file(path, "w") as file:
        file.writelines(soft_label_lines(texts.unlabelled, soft.tolist(), names))


def result_table(result: dict[str, Any], costs: dict[str, float]) -> str:
    """Return the comparison and the costs of each stage as people read them."""
    width = max(len(stage["stage"]) for stage in result["stages"])
    lines = [f"{'stage':<{width}}   seconds  CPU seconds  peak MB so far"]
    for stage in result["stages"]:
        figures = f"{stage['seconds']:8.1f}  {stage['cpu_seconds']:11.1f}  {stage['peak_MB']:14,}"
        lines.append(f"{stage['stage']:<{width}}  {figures}")
    lines.append(f"{'in all':<{width}}  {costs['seconds']:8.1f}               {costs['peak_MB']:14,}")
    return "\n".join([teacher_table(result["rows"], result["differences"], result["n_documents"]), "", *lines])


def result_json(result: dict[str, Any], costs: dict[str, float]) -> str:
    """Return the same as JSON."""
    return json.dumps(result | costs, indent=2)
