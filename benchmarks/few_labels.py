"""Hide most labels of a corpus, and compare a student of the rest with recipes that know the labels alone, in folds.

    python benchmarks/few_labels.py bbc-fulltext.zip --share 0.5
    python benchmarks/few_labels.py sentiment140_sample.csv --n-labelled 1000

Every document is tested once. Of those outside its fold, some keep their labels, and the texts of the rest are the
texts without labels; a text that the fold has, too, is not among them.
"""

import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from movieclassifier.commands.shared.edge import Command
from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.readers.contract import Document
from movieclassifier.corpora.survey import survey
from movieclassifier.evaluation.candidates import Outline, Streaming
from movieclassifier.evaluation.teacher_table import paired_differences, score_rows, teacher_table
from movieclassifier.models.decisions import probabilities
from movieclassifier.models.scoring import score_documents
from movieclassifier.recipes.names import make_recipe
from movieclassifier.training.distilling import Student, fit_student, label_texts
from movieclassifier.training.teachers import TEACHERS, load_teacher
from movieclassifier.training.teachers.lessons import Lessons, Stages, in_batches

ALONE = {"default": make_recipe("default"), "default, 3 passes": make_recipe("default", passes=3)}


def cut(n: int, n_folds: int, n_labelled: int, seed: int) -> Iterator[tuple[NDArray[np.intp], ...]]:
    """Yield the places of the labelled, the unlabelled and the tested documents of each fold."""
    for tested in np.array_split(np.random.RandomState(seed).permutation(n), n_folds):
        others = np.random.RandomState(seed).permutation(np.setdiff1d(np.arange(n), tested))
        yield others[:n_labelled], others[n_labelled:], tested


def known_by_labels(name: str, labelled: Sequence[Document], outline: Outline, tested: Sequence[Document]) -> Any:
    """Train a recipe on the labels alone; return its probabilities for the tested documents."""
    _, found = Streaming(ALONE[name]).fit(labelled, outline).predict(tested)
    return found


def distilled(
    teacher_name: str, labelled: Sequence[Document], outline: Outline, texts: list[str], tested: Sequence[Document]
) -> dict[str, Any]:
    """Train teacher and student; return the probabilities of both for the tested documents."""
    y = outline.positions(label for _, label in labelled)
    places = [(text, int(place)) for (text, _), place in zip(labelled, y, strict=True)]
    with tempfile.TemporaryDirectory() as folder:
        lessons = Lessons(places, texts, y, len(texts), len(outline.classes), Stages(Path(folder)), outline.seed)
        teacher = load_teacher(teacher_name).teach(lessons)
        by_teacher = np.concatenate(list(in_batches((text for text, _ in tested), teacher)))
        made = Student(make_recipe("student"), outline.classes, tuple(map(str, outline.classes)))
        classifier = fit_student(lessons, label_texts(lessons, teacher), made)
    _, values = score_documents(classifier, tested)
    return {"teacher": by_teacher, "student": probabilities(values, classifier.temperature_)}


def compare(
    documents: Sequence[Document], classes: tuple[Any, ...], n_folds: int, n_labelled: int, *, teacher: str, seed: int
) -> tuple[NDArray[np.intp], dict[str, NDArray[np.float64]]]:
    """Return the true positions of all documents and the probabilities of each model, fold after fold."""
    found: list[dict[str, Any]] = []
    truth = []
    for labelled_places, others, tested_places in cut(len(documents), n_folds, n_labelled, seed):
        began = time.process_time()
        labelled, tested = ([documents[i] for i in places] for places in (labelled_places, tested_places))
        seen = {text for text, _ in [*labelled, *tested]}
        texts = [text for text, _ in (documents[i] for i in others) if text not in seen]
        counts = tuple(sum(label == other for _, label in labelled) for other in classes)
        outline = Outline(classes, counts, len(labelled), seed)
        alone = {name: known_by_labels(name, labelled, outline, tested) for name in ALONE}
        found.append(alone | distilled(teacher, labelled, outline, texts, tested))
        y = outline.positions(label for _, label in tested)
        truth.append(y)
        scores = ", ".join(f"{name} {(proba.argmax(axis=1) == y).mean():.4f}" for name, proba in found[-1].items())
        told = f"{len(labelled):,} labels, {len(texts):,} texts without, {time.process_time() - began:.0f} s of CPU"
        click.echo(f"fold {len(found)}: {scores} ({told})")
    return np.concatenate(truth), {name: np.concatenate([fold[name] for fold in found]) for name in found[0]}


@click.command(cls=Command)
@click.argument("corpus")
@click.option("--n-labelled", type=click.IntRange(2), help="Documents that keep their labels in each fold.")
@click.option("--share", type=click.FloatRange(0, 1), default=0.5, show_default=True, help="The same as a share.")
@click.option("--folds", "n_folds", type=click.IntRange(2), default=5, show_default=True, help="Number of folds.")
@click.option("--teacher", type=click.Choice(list(TEACHERS)), default="vectors", show_default=True, help="The teacher.")
@click.option("--seed", type=int, default=1, show_default=True, help="Seed for folds, labels and training.")
def main(corpus: str, n_labelled: int | None, share: float, n_folds: int, teacher: str, seed: int) -> None:
    """Hide most labels of CORPUS, and compare a student with recipes that know the labels alone."""
    opened = open_corpus(corpus)
    facts = survey(opened)
    documents = list(opened.documents(facts.labels))
    n_labelled = n_labelled or int(share * len(documents) * (n_folds - 1) / n_folds)
    y, proba = compare(documents, facts.classes, n_folds, n_labelled, teacher=teacher, seed=seed)
    click.echo(teacher_table(score_rows(y, proba), paired_differences(y, proba, "student"), len(y)))


if __name__ == "__main__":
    main()
