"""A distillation as its report tells it: where teacher and student disagree, and the words the student learned.

The facts are in ``distilled.json`` in the folder of the record; the record itself stays small.
"""

import heapq
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NotRequired, TypedDict

import numpy as np
from numpy.typing import NDArray

from movieclassifier.corpora.readers.contract import Document
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.weights import look_up
from movieclassifier.reports.strong_ngrams import find_strong_ngrams
from movieclassifier.system.atomic import replace_file

NAME = "distilled.json"
N_EXAMPLES = 8
N_WORDS = 20
SHOWN = 400  # characters


class Word(TypedDict):
    """An n-gram that the student learned from texts without labels."""

    ngram: str
    weight: float
    n_documents: int


class Example(TypedDict):
    """A document on which teacher and student disagree, with the probabilities of both."""

    text: str
    label: int
    teacher: list[float]
    student: list[float]


class Distillation(TypedDict):
    """The facts of a distillation for its report, as JSON holds them.

    Attributes
    ----------
    names : list of str
        Of the classes.
    words : list of list of Word
        For each class.
    counts : dict of str to int
        As :func:`count_agreement` returns it, if there was a teacher.
    examples : list of Example
    """

    names: list[str]
    words: list[list[Word]]
    counts: NotRequired[dict[str, int]]
    examples: NotRequired[list[Example]]


def describe_distillation(
    classifier: Classifier,
    weights_alone: tuple[NDArray[np.int32], NDArray[np.floating]],
    unlabelled: Iterable[str],
    tested: tuple[Callable[[], Iterable[Document]], NDArray[np.intp], Mapping[str, NDArray[np.floating]]],
) -> Distillation:
    """Return the facts that a report shows of a distillation.

    Parameters
    ----------
    classifier : Classifier
        The student.
    weights_alone : tuple of ndarray
        Columns and weights, of shape (n_columns,) and (n_rows, n_columns), of a model of the labels alone.
    unlabelled : iterable of str
        It can be read again and again.
    tested : tuple
        A function that yields the test documents, their positions, and the probabilities by model.

    Returns
    -------
    Distillation
    """
    found: Distillation = {
        "names": list(classifier.label_names),
        "words": _words(classifier, weights_alone, unlabelled),
    }
    documents, y, proba = tested
    if "teacher" in proba:
        found["counts"] = count_agreement(y, proba["teacher"], proba["student"])
        found["examples"] = _examples(documents(), y, proba["teacher"], proba["student"])
    return found


def count_agreement(
    y: NDArray[np.integer], teacher: NDArray[np.floating], student: NDArray[np.floating]
) -> dict[str, int]:
    """Return how many documents both get right, each of them alone, and neither.

    Examples
    --------
    >>> count_agreement(np.array([0, 1]), np.array([[0.9, 0.1], [0.6, 0.4]]), np.array([[0.8, 0.2], [0.3, 0.7]]))
    {'both': 1, 'teacher': 0, 'student': 1, 'neither': 0}
    """
    by_teacher, by_student = teacher.argmax(axis=1) == y, student.argmax(axis=1) == y
    return {
        "both": int((by_teacher & by_student).sum()),
        "teacher": int((by_teacher & ~by_student).sum()),
        "student": int((by_student & ~by_teacher).sum()),
        "neither": int((~by_teacher & ~by_student).sum()),
    }


def _examples(
    documents: Iterable[Document], y: NDArray[np.intp], teacher: NDArray[np.floating], student: NDArray[np.floating]
) -> list[Example]:
    """Return the documents on which teacher and student differ most."""
    disagree = np.flatnonzero(teacher.argmax(axis=1) != student.argmax(axis=1))
    gaps = np.abs(teacher[disagree] - student[disagree]).max(axis=1)
    chosen = heapq.nlargest(N_EXAMPLES, zip(gaps.tolist(), (-disagree).tolist(), strict=True))
    wanted = {-place: None for _, place in chosen}
    texts = {number: text for number, (text, _) in enumerate(documents) if number in wanted}
    return [
        {
            "text": texts[number][:SHOWN] + ("…" if len(texts[number]) > SHOWN else ""),
            "label": int(y[number]),
            "teacher": teacher[number].round(3).tolist(),
            "student": student[number].round(3).tolist(),
        }
        for number in wanted
    ]


def _words(
    classifier: Classifier, weights_alone: tuple[NDArray[np.int32], NDArray[np.floating]], unlabelled: Iterable[str]
) -> list[list[Word]]:
    """Return the n-grams of each class to which the texts without labels have added most.

    An n-gram whose weight has shrunk is none of them: it does not speak for the other class.
    """
    weights = classifier.weights
    coef = weights.coef.copy()
    for row, alone in enumerate(weights_alone[1]):
        weight = coef[row, weights.columns]
        gain = weight - look_up(weights_alone[0], alone, weights.columns).astype(coef.dtype)
        coef[row, weights.columns] = np.where(gain * weight > 0, gain, 0)
    gained = classifier.copy()
    gained.weights = replace(weights, coef=coef)

    def documents() -> Iterator[Document]:
        return ((text, 0) for text in unlabelled)

    return [
        [{"ngram": word.ngram, "weight": round(word.weight, 3), "n_documents": word.n_documents} for word in words]
        for words in find_strong_ngrams(gained, documents, N_WORDS)
    ]


def save_distillation(model_dir: str | os.PathLike[str], facts: Distillation) -> None:
    """Write the facts into the folder of the record."""
    with replace_file(Path(model_dir) / NAME, "w") as file:
        json.dump(facts, file, ensure_ascii=False, indent=1)


def load_distillation(model: str | os.PathLike[str], classifier: Classifier) -> Distillation | None:
    """Return the facts in a model folder or beside a record; None if it is not distilled or the file is missing."""
    folder = Path(model) if Path(model).is_dir() else Path(model).parent
    path = folder / NAME
    if "distilled" not in classifier.metadata or not path.is_file():
        return None
    facts: Distillation = json.loads(path.read_text("utf-8"))
    return facts
