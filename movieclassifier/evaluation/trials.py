"""Trials of a candidate: trained and tested on one split of the documents, or on several."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module

import numpy as np
from numpy.typing import NDArray

from movieclassifier.corpora.parts import Split
from movieclassifier.corpora.readers.contract import Document, Label
from movieclassifier.evaluation.candidates import Candidate, Outline
from movieclassifier.features.tokenizers import TOKENIZERS
from movieclassifier.features.words import english_stop_words
from movieclassifier.system.compiled import csv_rows_twin, hashing_twin, training_twin
from movieclassifier.system.memory import peak_megabytes

NEEDED = (
    "movieclassifier.training.fit",
    "movieclassifier.vectorizer",
    "sklearn.feature_extraction.text",
    "sklearn.naive_bayes",
    "sklearn.pipeline",
    "sklearn.svm",
)


@dataclass(frozen=True)
class Outcome:
    """The outcome of one candidate on one split.

    Attributes
    ----------
    y, y_pred : ndarray of shape (n_samples,)
        True and predicted positions of the classes.
    y_proba : ndarray of shape (n_samples, n_classes) or None
        None for a candidate that has no probabilities.
    train_seconds : float
        From the first document read to the last step, vectorizing included.
    model_bytes : int
        Size of the file that the model is saved as.
    peak_megabytes : float
        The largest resident size of the process so far, before the model's size is found out.
    """

    y: NDArray[np.intp]
    y_pred: NDArray[np.intp]
    y_proba: NDArray[np.floating] | None
    train_seconds: float
    model_bytes: int
    peak_megabytes: float


def run(candidate: Candidate, splits: Sequence[Split], outlines: Sequence[Outline]) -> list[Outcome]:
    """Train and test one candidate on every split."""
    from threadpoolctl import threadpool_limits

    warm_up(candidate)
    # One thread of BLAS for everyone: times can be compared, and are lower for the streaming recipes.
    with threadpool_limits(limits=1, user_api="blas"):
        return [run_split(candidate, split, outline) for split, outline in zip(splits, outlines, strict=True)]


def warm_up(candidate: Candidate) -> None:
    """Import and load what training needs, so that no candidate's time holds it."""
    for module in NEEDED:
        import_module(module)
    for find_twin in (hashing_twin, training_twin, csv_rows_twin):
        find_twin()
    english_stop_words()
    # The recipe's tokenizer, or the note, may load WordNet, which takes seconds.
    recipe = getattr(candidate, "recipe", None)
    if recipe is not None:
        TOKENIZERS[recipe.ngrams.tokenizer]("films")
    candidate.note()


def run_split(candidate: Candidate, split: Split, outline: Outline) -> Outcome:
    """Train and test one candidate on one split."""
    start = time.perf_counter()
    fitted = candidate.fit(iter(split.train), outline)
    seconds = time.perf_counter() - start
    labels: list[Label] = []
    y_pred, y_proba = fitted.predict(_noting(split.test, labels))
    # Read first: finding out the size takes memory, too, and more for some candidates than for others.
    peak = peak_megabytes()
    return Outcome(
        y=outline.positions(labels),
        y_pred=y_pred,
        y_proba=y_proba,
        train_seconds=seconds,
        model_bytes=fitted.n_bytes(),
        peak_megabytes=peak,
    )


def _noting(documents: Iterable[Document], labels: list[Label]) -> Iterator[Document]:
    """Yield documents, and append their labels to a list."""
    for text, label in documents:
        labels.append(label)
        yield text, label
