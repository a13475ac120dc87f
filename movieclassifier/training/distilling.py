"""Distilling: a teacher labels texts without labels, and the student, a model like all others, learns from both."""

import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from movieclassifier.corpora.readers.contract import Label
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.pruning import prune
from movieclassifier.models.weights import Weights
from movieclassifier.recipes.linear import Recipe
from movieclassifier.system.atomic import replace_file
from movieclassifier.training.row_store import hash_block
from movieclassifier.training.soft_linear import SoftLinear
from movieclassifier.training.teachers.lessons import Lessons, Probabilities, Stages, in_batches
from movieclassifier.training.teachers.linear_student import fit_on_both
from movieclassifier.training.teachers.vectors import VectorsSettings, fit_naive_bayes

FOLDER = "distilling"  # in the model folder
PLAN = "plan.json"
BASE_BYTES = 250_000_000  # of Python, scikit-learn and a window of texts
NETWORK_BYTES = 800_000_000  # of Keras, JAX and a network: 650 MB were seen with a thousand texts


@dataclass(frozen=True)
class Student:
    """The settings of a student.

    Parameters
    ----------
    recipe : Recipe
        Its n-grams and passes are used.
    classes : tuple of labels
        Ascending.
    label_names : tuple of str
    """

    recipe: Recipe
    classes: tuple[Label, ...]
    label_names: tuple[str, ...]


class StagePlan(TypedDict):
    """All that decides the bits of the stages, as JSON holds it.

    Attributes
    ----------
    version : str
        Of movieclassifier.
    recipe : dict
        Of the student.
    teacher : str
        Its name, or "soft labels".
    corpus, unlabelled : str
        Digests of the texts.
    reading : dict
        How the corpus is read.
    n_train, seed : int
    """

    version: str
    recipe: dict[str, Any]
    teacher: str
    corpus: str
    unlabelled: str
    reading: dict[str, Any]
    n_train: int
    seed: int


def open_stages(model_dir: str, plan: StagePlan, resume: bool, show: bool | None = False) -> Stages:
    """Return the folder of the stages: an empty one, or that of the same run, to go on with.

    Parameters
    ----------
    model_dir : str
    plan : StagePlan
    resume : bool
    show : bool or None

    Raises
    ------
    ValueError
        If the stages in the folder are of a different run.
    """
    folder = Path(model_dir) / FOLDER
    path = folder / PLAN
    now = json.loads(json.dumps(plan))
    if resume and path.exists():
        before = json.loads(path.read_text("utf-8"))
        differing = sorted(name for name in now.keys() | before.keys() if now.get(name) != before.get(name))
        if differing:
            raise ValueError(
                f"{folder} is of a run with a different {', '.join(differing)}; start without resume=True."
            )
        return Stages(folder, show)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with replace_file(path, "w") as file:
        json.dump(now, file, indent=2)
    return Stages(folder, show)


def label_texts(lessons: Lessons, label: Probabilities) -> NDArray[np.float32]:
    """Return the teacher's probabilities for the texts without labels, of shape (n_unlabelled, n_classes)."""

    def make() -> dict[str, Any]:
        found = np.empty((lessons.n_unlabelled, lessons.n_classes), np.float32)
        n_done = 0
        with lessons.stages.progress("Labelling", lessons.n_unlabelled) as progress:
            for part in in_batches(lessons.unlabelled, label):
                found[n_done : n_done + len(part)] = part
                n_done += len(part)
                progress.update(len(part))
        return {"probabilities": found}

    return lessons.stages.arrays("soft_labels", make)["probabilities"]


def read_labels(lessons: Lessons, rows: Callable[[], Iterable[Sequence[float]]]) -> NDArray[np.float32]:
    """Return probabilities from a file in place of a teacher's."""
    make = lambda: {"probabilities": np.array(list(rows()), np.float32)}  # noqa: E731
    return lessons.stages.arrays("soft_labels", make)["probabilities"]


def fit_student(lessons: Lessons, soft: NDArray[np.float32], student: Student, n_keep: int | None = None) -> Classifier:
    """Fit the student to labels and soft labels.

    A label has twice the importance of a soft label. The log-count ratio is that of both together, each document
    counted with its importance and its probability of each class.

    Where few columns are kept, they are those that matter most in a student with all of them, and the student is
    fitted again with these alone: on the test half of aclImdb that takes back half of the loss.

    Parameters
    ----------
    lessons : Lessons
    soft : ndarray of shape (n_unlabelled, n_classes)
    student : Student
    n_keep : int, optional
        How many columns are kept; all by default.

    Returns
    -------
    Classifier
    """
    recipe = student.recipe
    settings: dict[str, Any] = {"passes": recipe.passes, "min_df": recipe.min_df}
    fit = partial(fit_on_both, lessons, soft, recipe.ngrams, **settings)
    fitted = SoftLinear(**lessons.stages.arrays("student", fit))
    n_steps = recipe.passes * (lessons.n_labelled + lessons.n_unlabelled)
    classifier = make_classifier(fitted, student, lessons.seed, n_steps)
    if n_keep is None or n_keep >= len(fitted.columns):
        return classifier
    kept = prune(classifier, n_keep, fitted.frequency).columns
    again = SoftLinear(**lessons.stages.arrays(f"student_{n_keep}", lambda: fit(only=kept)))
    return make_classifier(again, student, lessons.seed, n_steps)


def make_classifier(fitted: SoftLinear, student: Student, seed: int, n_steps: int) -> Classifier:
    """Return a linear layer as the classifier that is kept and served."""
    recipe = student.recipe
    coef = np.zeros((len(fitted.coef), recipe.ngrams.n_features), recipe.ngrams.dtype)
    coef[:, fitted.columns] = fitted.coef
    intercept, ratio = fitted.intercept.astype(np.float64), fitted.ratio.astype(recipe.ngrams.dtype)
    weights = Weights(coef, intercept, fitted.columns, ratio, t=float(n_steps + 1))
    return Classifier(recipe, student.classes, weights, label_names=student.label_names, seed=seed)


def naive_bayes(lessons: Lessons, recipe: Recipe) -> Probabilities:
    """Return the linear model that is fitted to the labels alone, with the n-grams of the student."""
    ngrams = recipe.ngrams
    fitted = fit_naive_bayes(lessons, ngrams)
    return lambda texts: np.exp(fitted.log_probabilities(hash_block(texts, ngrams)))


def memory_bound(lessons: Lessons, recipe: Recipe, *, with_network: bool = False) -> int:
    """Return about how many bytes a run with the teacher ``vectors`` takes at most, or with one that has a network.

    The n-grams' vectors and the counts of hashed columns do not grow with the corpora. Only a few
    numbers per text grow with them, and the vector of each labelled text. The teacher is still in memory when the
    student is fitted.
    """
    settings, n_texts = VectorsSettings(), lessons.n_labelled + lessons.n_unlabelled
    n_classes, size, choice = lessons.n_classes, settings.embedding.size, settings.choice
    n_columns = max(choice.ngrams.n_features, recipe.ngrams.n_features)
    counts = n_columns * 4 * (2 * n_classes + 3)
    weights = choice.max_ngrams * 4 * (choice.n_folds + 1) * (n_classes + 1)
    vectors = settings.n_embeddings * choice.max_ngrams * (4 * size + 8)
    texts = n_texts * (24 + 8 * n_classes) + lessons.n_labelled * size * 12
    return BASE_BYTES + vectors + max(counts, weights) + texts + NETWORK_BYTES * with_network
