"""How the corpus of a model was read, so that the options need not be typed again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from movieclassifier.corpora.reading import COLUMN_OPTIONS, ReadingOptions, as_options

if TYPE_CHECKING:
    from movieclassifier.models.classifier import Classifier

# Options of a training that new texts are read with; a half of the training's corpus is not one of them.
OF_LABELLED = ("format", *COLUMN_OPTIONS, "encoding", "labels")
OF_TEXTS = tuple(name for name in OF_LABELLED if name not in ("label_column", "labels"))


def reading_as_before(reading: ReadingOptions, metadata: Mapping[str, Any]) -> ReadingOptions:
    """Return how a model's corpus was read, if nothing is said now; a line on stderr says so.

    Parameters
    ----------
    reading : ReadingOptions
        Of the command line.
    metadata : mapping
        Where the model came from.
    """
    before = metadata.get("reading")
    if not before or reading.chosen():
        return reading
    _tell(before)
    return _replaced(reading, before)


def reading_for_evaluation(reading: ReadingOptions, classifier: "Classifier", paths: Sequence[str]) -> ReadingOptions:
    """Return how the corpus of the training was read, if nothing is said now and the new corpus can be read so.

    Its labels may also be the classes of the model, or their names.

    Parameters
    ----------
    reading : ReadingOptions
        Of the command line.
    classifier : Classifier
    paths : sequence of str
        The new corpus.
    """
    from movieclassifier.corpora.corpus import open_corpus
    from movieclassifier.corpora.label_values import labels_of_classes

    own = labels_of_classes(None, classifier.classes_.tolist(), classifier.label_names)

    def with_names(candidate: ReadingOptions) -> ReadingOptions:
        return replace(candidate, labels=candidate.labels and {**own, **candidate.labels})

    def read_first(candidate: ReadingOptions) -> None:
        if "-" not in paths:  # standard input can be read only once
            corpus = open_corpus(*paths, reading=with_names(candidate))
            next(corpus.values(corpus.bad_rows()))

    found = _if_readable(reading, classifier.metadata, OF_LABELLED, read_first)
    return found if found is reading else with_names(found)


def reading_for_retraining(
    reading: ReadingOptions, metadata: Mapping[str, Any], paths: Sequence[str]
) -> ReadingOptions:
    """Return how the corpus of the training was read, if nothing is said now and the corpus can be read so.

    Parameters
    ----------
    reading : ReadingOptions
        Of the command line.
    metadata : mapping
        Where the served model came from.
    paths : sequence of str
        The corpus to train on once more.
    """
    from movieclassifier.corpora.corpus import open_corpus

    def read_first(candidate: ReadingOptions) -> None:
        if "-" not in paths:  # standard input can be read only once
            next(iter(open_corpus(*paths, reading=candidate)))

    return _if_readable(reading, metadata, OF_LABELLED, read_first)


def reading_for_texts(reading: ReadingOptions, metadata: Mapping[str, Any], path: str) -> ReadingOptions:
    """Return how the texts of the training were read, if nothing is said now and the file can be read so.

    Parameters
    ----------
    reading : ReadingOptions
        Of the command line.
    metadata : mapping
        Where the model came from.
    path : str
        The file of new texts. If its name does not end as that of a table, it is one only if it has the columns by
        name: each line of a text file has a column 0.
    """
    from movieclassifier.corpora.readers.contract import BadRows
    from movieclassifier.corpora.whole_rows import TABLE_ENDINGS, open_rows

    named = [str(column) for column in metadata.get("reading", {}).get("text_columns", ())]
    is_table = TABLE_ENDINGS & {suffix.lower() for suffix in Path(path).suffixes}
    if not is_table and (not named or all(map(str.isdigit, named))):
        return reading

    def read_first(candidate: ReadingOptions) -> None:
        with open_rows(path, candidate, BadRows(candidate.skip_bad_rows)) as rows:
            next(rows.rows)

    return _if_readable(reading, metadata, OF_TEXTS, read_first)


def _if_readable(
    reading: ReadingOptions,
    metadata: Mapping[str, Any],
    names: Sequence[str],
    read_first: Callable[[ReadingOptions], None],
) -> ReadingOptions:
    """Return the options of the training, if nothing is said now and the first document can be read with them."""
    before = {name: value for name, value in metadata.get("reading", {}).items() if name in names}
    if not before or reading.chosen():
        return reading
    candidate = _replaced(reading, before)
    try:
        read_first(candidate)
    except (OSError, ValueError, StopIteration):
        return reading
    _tell(before)
    return candidate


def _replaced(reading: ReadingOptions, before: Mapping[str, Any]) -> ReadingOptions:
    columns = {"text_columns": tuple(before["text_columns"])} if "text_columns" in before else {}
    return replace(reading, **dict(before) | columns)


def _tell(before: Mapping[str, Any]) -> None:
    click.echo(f"Reading with {as_options(before)}, as for the training.", err=True)
