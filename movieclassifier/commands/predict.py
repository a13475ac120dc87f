"""``movieclassifier predict``: labels and probabilities for texts, and for tables of them."""

import json
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from movieclassifier.commands.shared.answers import answer_texts, plain_line, terminal_line
from movieclassifier.commands.shared.common_options import (
    json_lines_option,
    model_option,
    output_option,
    progress_option,
)
from movieclassifier.commands.shared.corpus_options import ROW_OPTIONS, report_skipped, with_reading
from movieclassifier.commands.shared.edge import Command, add_options, is_terminal
from movieclassifier.commands.shared.given_texts import decode
from movieclassifier.commands.shared.reading_before import reading_for_texts
from movieclassifier.corpora.reading import ReadingOptions
from movieclassifier.system.printable import as_printable

if TYPE_CHECKING:
    from movieclassifier.models.classifier import Classifier

CHUNK = 1000
EXAMPLES = [
    ("Classify two texts:", "movieclassifier predict 'A wonderful film' 'Dull and too long'"),
    ("Add columns with the answers to a table:", "movieclassifier predict --input reviews.csv -o answers.csv"),
]


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("texts", metavar="[TEXT]...", nargs=-1)
@click.option(
    "--input",
    "path",
    type=click.Path(),
    help="Classify the texts in this file: a table, JSON lines or a corpus, or a text in each line. - is standard "
    "input with a text in each line.",
)
@output_option("Write the rows of --input to this file, with columns for the answers.")
@model_option
@click.option(
    "--top-k", "n_top", metavar="K", type=click.IntRange(1), default=1, help="Name the K most probable labels."
)
@click.option(
    "--threshold",
    metavar="PROBABILITY",
    type=click.FloatRange(0, 1),
    help="Name no label if the probability of the best one is lower.",
)
@json_lines_option
@add_options(ROW_OPTIONS)
@with_reading
@progress_option
def main(
    texts: tuple[str, ...],
    path: str | None,
    output: str | None,
    reading: ReadingOptions,
    show: bool | None,
    **options: Any,
) -> None:
    """Predict the label of each TEXT.

    Without TEXT and --input, each line of standard input is a text. A text gets no label if the model knows none of its
    words. If --input has the columns of the training corpus and no option for reading is given, it is read with the
    options of the training.
    """
    from movieclassifier.models.persistence import load_classifier

    if texts and path is not None:
        raise click.UsageError("pass texts or --input, not both.")
    if texts == ("-",):
        texts, path = (), "-"
    if output is not None and path in (None, "-"):
        raise click.UsageError("--output goes with the --input of a file.")
    if output is not None and is_same_file(str(path), output):
        raise click.UsageError(f"--output {as_printable(output)} is the file of --input; name a different one.")
    classifier = load_classifier(options["model"], with_guard=False)
    settings = {"n_top": options["n_top"], "threshold": options["threshold"]}
    if path in (None, "-"):
        if not texts and sys.stdin.isatty():
            click.echo("Type a text and press Enter; Ctrl-D ends.", err=True)
        source: Iterable[str] = texts or iter_lines()
        _print(classifier, source, CHUNK if texts or path else 1, options["as_json"], settings)
        _hint_at_files(texts)
        return
    from movieclassifier.corpora.readers.contract import BadRows
    from movieclassifier.corpora.whole_rows import open_rows

    bad_rows = BadRows(reading.skip_bad_rows)
    reading = reading_for_texts(reading, classifier.metadata, str(path))
    with open_rows(str(path), reading, bad_rows) as rows:
        if output is None:
            _print(classifier, (text for text, _ in rows.rows), CHUNK, options["as_json"], settings)
        else:
            n_rows = _write(classifier, rows, output, show, settings)
            click.echo(f"{output}: {n_rows:,} rows", err=True)
    report_skipped(bad_rows)


def _print(classifier: "Classifier", texts: Iterable[str], size: int, as_json: bool, settings: dict[str, Any]) -> None:
    """Print the answer on each text; a person sees bars and colours, a program tabs."""
    for_person, width = is_terminal(), max(map(len, classifier.label_names))
    for chunk in _chunks(texts, size):
        for text, answer in zip(chunk, answer_texts(classifier, chunk, **settings), strict=True):
            if as_json:
                click.echo(json.dumps(answer.to_dict()))
            else:
                click.echo(terminal_line(answer, text, width) if for_person else plain_line(answer, text))


def _write(classifier: "Classifier", rows: Any, output: str, show: bool | None, settings: dict[str, Any]) -> int:
    """Write the rows with their answers; return how many there are."""
    from movieclassifier.commands.shared.answer_tables import open_answers
    from movieclassifier.system.progress import Progress

    with (
        open_answers(output, rows) as write,
        Progress(None, "Predicting", unit="rows", show=show) as bar,
    ):
        for chunk in _chunks(rows.rows, CHUNK):
            for (_, row), answer in zip(
                chunk, answer_texts(classifier, [t for t, _ in chunk], **settings), strict=True
            ):
                write(row, answer)
            bar.update(len(chunk))
        return bar.n_done


def _chunks(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Yield `size` items at a time; fewer where they come so slowly that a second has passed."""
    chunk: list[Any] = []
    for item in items:
        if not chunk:
            end = time.monotonic() + 1
        chunk.append(item)
        if len(chunk) >= size or time.monotonic() >= end:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def is_same_file(one: str, other: str) -> bool:
    """Tell whether two paths are of the same file."""
    return Path(other).exists() and Path(one).exists() and Path(one).samefile(other)


def _hint_at_files(texts: tuple[str, ...]) -> None:
    """Say on stderr that a text is the name of a file, if it is."""
    for text in texts:
        try:
            is_file = Path(text).is_file()
        except (OSError, ValueError):  # too long for a name, or a NUL
            continue
        if is_file:
            name = as_printable(text)
            click.echo(f"{name} is a file, whose name was classified; --input {name} classifies its texts.", err=True)


def iter_lines() -> Iterator[str]:
    """Yield the lines of standard input, blank ones too, so that there are as many answers as lines."""
    with open(sys.stdin.fileno(), "rb", closefd=False) as file:
        for number, line in enumerate(file, 1):
            yield decode(line, f"-, line {number}").strip()
