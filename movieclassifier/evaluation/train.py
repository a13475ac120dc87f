"""Train and evaluate a classifier with one call, as ``movieclassifier train`` does."""

# With this, help() shows type hints as they are written here.
from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from movieclassifier.corpora.corpus import AS_FOUND, Corpus, open_corpus
from movieclassifier.corpora.minibatches import split_holdout
from movieclassifier.corpora.readers.contract import Document, Label
from movieclassifier.corpora.readers.formats import SORTED_FORMATS
from movieclassifier.corpora.reading import ReadingOptions
from movieclassifier.corpora.shuffled import shuffle_corpus
from movieclassifier.corpora.spooling import spool
from movieclassifier.corpora.survey import MAX_LABELS, survey
from movieclassifier.evaluation.unseen import evaluate_unseen
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.scoring import score_documents
from movieclassifier.recipes.linear import Recipe
from movieclassifier.recipes.names import make_recipe
from movieclassifier.system.memory import share_heap
from movieclassifier.training.fit import fit
from movieclassifier.training.options import TrainingOptions
from movieclassifier.training.planning import make_plan, provenance, unseen_documents

Source = str | os.PathLike[str] | Iterable[Document]
STREAM = "stream.jsonl"
READING = {"text_column", *(option.name for option in fields(ReadingOptions))}
COLUMNS = "reading=ReadingOptions(text_columns=(…), label_column=…)"


def train(
    source: Source,
    *,
    recipe: str | Recipe = "default",
    test: Source | None = None,
    reading: ReadingOptions | None = None,
    n_train: int | None = None,
    n_holdout: int | None = None,
    minibatch_size: int = 1000,
    n_keep: int | None = None,
    seed: int = 1,
    n_threads: int = 1,
    allow_sorted: bool = False,
    show_progress: bool | None = False,
    **settings: Any,
) -> Classifier:
    """Train a classifier on a corpus that need not fit in memory, and evaluate it.

    Parameters
    ----------
    source : str, path-like or iterable of (str, label)
        The path of a corpus, of any format that ``movieclassifier train`` reads; or texts with their labels, which are
        copied to a temporary file, as they are read several times.
    recipe : str or Recipe, default="default"
        A name in :data:`movieclassifier.RECIPES`, or a recipe.
    test : str, path-like or iterable of (str, label), optional
        A corpus of its own to evaluate on; by default the last tenth of the source is held out.
    reading : ReadingOptions, optional
        How to read corpora that are given as paths.
    n_train, n_holdout : int, optional
        Documents to train on (all before the holdout), and to hold out (a tenth; 0 evaluates nothing).
    minibatch_size : int, default=1000
    n_keep : int, optional
        Columns to keep; all by default.
    seed : int, default=1
        Seed for the order of documents in SGD.
    n_threads : int, default=1
        Vectorizing threads. The result does not depend on it.
    allow_sorted : bool, default=False
        Whether to train even if the documents are sorted by label.
    show_progress : bool or None, default=False
        None shows progress on stderr if that is a terminal.
    **settings
        Settings of the recipe to replace, such as ``passes=3`` or ``n_features=2**20``; see
        :func:`movieclassifier.make_recipe`.

    Returns
    -------
    Classifier
        Its ``metadata["metrics"]`` holds what was measured. Saved to a folder, it has the bytes that the command
        writes.

    Raises
    ------
    OSError, ValueError
        If the source cannot be read, has too few documents or one class only, or is sorted by label.
    TypeError
        If a setting is not one of a recipe.

    Examples
    --------
    >>> from movieclassifier import train
    >>> films = [("a fine film", "good"), ("a dull film", "bad"), ("so fine", "good"), ("so dull", "bad")] * 25
    >>> classifier = train(films, n_features=2**10)
    >>> classifier.predict(["dull", "fine"]).tolist()
    ['bad', 'good']
    >>> classifier.metadata["metrics"]["accuracy"]
    1.0
    """
    check_settings(settings)
    reading = reading or AS_FOUND
    options = TrainingOptions(
        recipe=make_recipe(recipe, **settings),
        n_train=n_train,
        n_holdout=n_holdout,
        minibatch_size=minibatch_size,
        seed=seed,
        n_keep=n_keep,
        allow_sorted=allow_sorted,
    )
    corpus = as_corpus(source, reading)
    tested = None if test is None else as_corpus(test, replace(reading, shuffle=False))
    share_heap()  # before the first thread, which would get a heap of its own
    found = survey(corpus)
    plan, n_held_out = make_plan(corpus, found, options, with_test=tested is not None)
    stream, holdout = split_holdout(corpus.stream(found.labels), plan.n_train, n_held_out)
    classifier = fit(stream, plan, n_threads=n_threads, show_progress=show_progress)
    classifier.metadata |= provenance(corpus, plan, n_held_out, None if tested is None else tested.names[0])
    separate = None if tested is None else tested.documents(found.labels)
    sample, unseen = unseen_documents(holdout, n_held_out, separate)
    again = corpus.documents(found.labels)
    evaluate_unseen(classifier, sample, lambda: score_documents(classifier, unseen, n_threads), again)
    return classifier


def check_settings(settings: Iterable[str]) -> None:
    """Refuse names that are not settings of a recipe.

    Raises
    ------
    TypeError
        With the names there are, or with the place of options of reading.
    """
    known = [name for name in Recipe().to_dict() if name != "name"]
    for name in settings:
        if name in READING:
            raise TypeError(f"train() takes no {name!r}: it is an option of reading; pass {COLUMNS}.")
        if name not in known and name != "name":
            raise TypeError(f"train() takes no {name!r}; the settings of a recipe are {', '.join(known)}.")


def as_corpus(source: Source, reading: ReadingOptions = AS_FOUND) -> Corpus:
    """Return the corpus at a path, or a copy of texts with labels; shuffled if its format is sorted by label.

    Parameters
    ----------
    source : str, path-like or iterable of (str, label)
    reading : ReadingOptions

    Raises
    ------
    OSError, TypeError, ValueError
        If there is nothing to read, or an item is not a text with a label.
    """
    if not isinstance(source, str | os.PathLike):
        return _copied(source)
    corpus = open_corpus(source, reading=reading)
    shuffle = corpus.format in SORTED_FORMATS if reading.shuffle is None else reading.shuffle
    return shuffle_corpus(corpus, reading.shuffle_seed) if shuffle else corpus


def _copied(documents: Iterable[Document]) -> Corpus:
    """Return a corpus of JSON lines, whose labels are those of the documents, integers or texts."""
    labels: dict[str, Label] = {}
    with spool(STREAM) as file:
        for number, document in enumerate(documents, 1):
            text, label = _checked(document, number)
            if labels.setdefault(str(label), label) != label or len(labels) > MAX_LABELS:
                raise ValueError(f"document {number:,}: the label {label!r} is one too many; expected a few classes.")
            file.write(json.dumps({"text": text, "label": label}).encode() + b"\n")
    if not labels:
        raise ValueError("there are no documents; pass texts with their labels, or the path of a corpus.")
    ordered = dict(sorted(labels.items(), key=lambda pair: (isinstance(pair[1], str), pair[1])))
    reading = ReadingOptions(format="jsonl", text_columns=("text",), label_column="label")
    return Corpus((Path(file.name),), "jsonl", reading, ordered, (STREAM,))


def _checked(document: object, number: int) -> tuple[str, Label]:
    if not (isinstance(document, tuple | list) and len(document) == 2):
        raise TypeError(f"document {number:,} must be a text and its label; got {type(document).__name__}.")
    text, label = document
    label = label.item() if hasattr(label, "item") else label
    if not isinstance(text, str) or not isinstance(label, str | int) or isinstance(label, bool):
        kinds = f"{type(text).__name__} and {type(label).__name__}"
        raise TypeError(f"document {number:,} must be a str and a label that is a str or an int; got {kinds}.")
    return text, label
