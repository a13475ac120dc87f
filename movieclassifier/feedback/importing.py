"""Corrections from a CSV: anybody's with a text and a label column, or one that ``feedback export`` wrote."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from os import PathLike
from pathlib import Path

from movieclassifier.corpora.readers.tables import iter_csv
from movieclassifier.feedback.log.appending import Appending
from movieclassifier.feedback.log.entities import APPLIED, HELD, Client, Prediction
from movieclassifier.feedback.log.export import COLUMNS, original_cell
from movieclassifier.feedback.log.kept_predictions import insert_prediction, prediction_row
from movieclassifier.feedback.log.texts import clean
from movieclassifier.feedback.packed_rows import pack_row, text_rows
from movieclassifier.feedback.served_log import ServedLog
from movieclassifier.models.classifier import Classifier

IMPORT = "import"
CHUNK = 100
TEXT, LABEL, STATUS = (COLUMNS.index(name) for name in ("text", "label", "status"))


def iter_corrections(
    path: str | PathLike[str],
    names: Mapping[str, str],
    text_column: str | None = None,
    label_column: str | None = None,
) -> Iterator[tuple[str, str]]:
    """Return an iterator over texts and the names of their labels.

    Parameters
    ----------
    path : str or path-like
    names : mapping of str to str
        What the labels in the file stand for.
    text_column, label_column : str, optional
        As :func:`movieclassifier.corpora.readers.tables.iter_csv` finds them by default. Only accepted votes of an
        export of the log are taken, and its apostrophes before formulas are removed.

    Raises
    ------
    OSError
        If the path is not a file.
    ValueError
        If a row cannot be read.
    """
    documents = iter_csv(path, names, text_column=text_column, label_column=label_column)  # checks its arguments
    if text_column is None and label_column is None and _is_export(Path(path)):
        return _iter_export(Path(path), names)
    return ((text, str(label)) for text, label in documents)


def _is_export(path: Path) -> bool:
    with open(path, "rb") as file:
        return file.readline(1000).strip() == ",".join(COLUMNS).encode()


def _iter_export(path: Path, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for row in rows:
            if len(row) != len(COLUMNS):
                raise ValueError(f"{path}, line {rows.line_num}: {len(COLUMNS)} fields were expected, got {len(row)}.")
            if row[STATUS] in (APPLIED, HELD):
                label = original_cell(row[LABEL])
                if label not in names:
                    raise ValueError(
                        f"{path}, line {rows.line_num}: label must be one of {', '.join(names)}; got {label!r}."
                    )
                yield original_cell(row[TEXT]), names[label]


def import_votes(
    log: ServedLog, documents: Iterable[tuple[str, str]], by: str, progress: Callable[[int], object] = lambda n: None
) -> tuple[int, int]:
    """Take the owner's own corrections into the log, accepted; those already in it are left out.

    Parameters
    ----------
    log : ServedLog
    documents : iterable of (str, str)
        Texts and labels.
    by : str
    progress : callable, optional
        Called with the number of documents done since the last call.

    Returns
    -------
    n_new, n_known : int
    """
    source, counted = iter(documents), [0, 0]
    while chunk := list(islice(source, CHUNK)):
        predictions = log.predict([clean(text) for text, _ in chunk], explain=False)
        with log.appending() as appending:
            for prediction, (_, label) in zip(predictions, chunk, strict=True):
                counted[_import(appending, log.served.classifier, prediction, label, by)] += 1
        progress(len(chunk))
    return counted[1], counted[0]


def _import(log: Appending, classifier: Classifier, prediction: Prediction, label: str, by: str) -> bool:
    if label not in prediction.labels:
        raise ValueError(f"label must be one of {', '.join(prediction.labels)}; got {label!r}.")
    row = prediction_row(prediction, Client(IMPORT, by))
    if log.has_vote(row.digest, label):
        return False
    insert_prediction(log.connection, row)
    same = prediction.probabilities
    ngrams = classifier.recipe.ngrams
    features = pack_row(text_rows(classifier.rows([prediction.text]), ngrams), ngrams)
    log.vote(row, label, client=by, waits=None, before=same, after=same, n_known=0, features=features, trusted=True)
    return True
