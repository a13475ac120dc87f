"""Options of every command that reads a corpus: its format, columns, labels and order."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from movieclassifier.commands.shared.corpus_types import FormatNames, FormatOption, LabelMapping
from movieclassifier.commands.shared.edge import add_options, warn
from movieclassifier.commands.shared.shell_words import words_of_shell
from movieclassifier.corpora.reading import ReadingOptions
from movieclassifier.system.printable import as_printable

if TYPE_CHECKING:
    from movieclassifier.corpora.corpus import Corpus
    from movieclassifier.corpora.readers.contract import BadRows
    from movieclassifier.corpora.survey import Survey


# Those of a table whose labels are not looked at.
ROW_OPTIONS: list[Any] = [
    click.option(
        "--format", cls=FormatOption, type=FormatNames(), help="Read files in this format.  [default: guessed]"
    ),
    click.option(
        "--text-column",
        "text_columns",
        multiple=True,
        metavar="COLUMN",
        help="Take the text from the column with this name, or with this number, counted from 0. Several columns are "
        "joined.  [default: a usual name]",
    ),
    click.option("--no-header", is_flag=True, help="Read the first row as a document."),
    click.option(
        "--delimiter",
        metavar="CHARACTER",
        callback=lambda context, option, value: value and value.replace("\\t", "\t"),
        help="Split columns at this character; \\t is a tab.  [default: a comma]",
    ),
    click.option("--no-quotes", is_flag=True, help="Read quotes as part of the text, and every line as a row."),
    click.option(
        "--escape",
        metavar="CHARACTER",
        help="Read a quote after this character as part of the text; '' turns this off.  "
        "[default: a backslash, if found]",
    ),
    click.option(
        "--encoding",
        metavar="NAME",
        help="Read files in this encoding, such as latin-1. For folders it may be utf-8,latin-1: a file that is "
        "not valid in the first is read in the second.  [default: utf-8]",
    ),
    click.option(
        "--skip-bad-rows",
        type=click.IntRange(0),
        default=0,
        metavar="N",
        help="Skip up to N rows that cannot be read.  [default: 0]",
    ),
]
LABEL_OPTIONS: list[Any] = [
    click.option(
        "--label-column",
        metavar="COLUMN",
        help="Take the label from the column with this name or number.  [default: a usual name]",
    ),
    click.option("--part", type=click.Choice(["train", "test"]), help="Read one of aclImdb's halves.  [default: both]"),
    click.option(
        "--labels",
        type=LabelMapping(),
        help="Read each value as a label, such as 0=negative,4=positive; 2= leaves these documents out.",
    ),
]
CORPUS_OPTIONS = [*ROW_OPTIONS[:2], *LABEL_OPTIONS, *ROW_OPTIONS[2:]]

ORDER_OPTIONS = [
    click.option(
        "--shuffle/--no-shuffle",
        "shuffle",
        default=None,
        help="Read the documents in random order, out of core.  [default: only for formats that are sorted by label]",
    ),
    click.option(
        "--shuffle-seed", type=click.IntRange(0), default=0, show_default=True, help="Use this seed for that order."
    ),
]


test_option = click.option("--test", type=click.Path(), help="Evaluate on this corpus, which is read like CORPUS.")
format_of_test = click.option(
    "--test-format", type=FormatNames(), help="Read the --test corpus in this format.  [default: that of CORPUS]"
)


def corpus_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of how to read a corpus and in which order; the command gets them as ``reading``."""
    return add_options(CORPUS_OPTIONS + ORDER_OPTIONS)(with_reading(command))


def reading_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of how to read a corpus in its own order; the command gets them as ``reading``."""
    return add_options(CORPUS_OPTIONS)(with_reading(command, shuffle=False))


def with_reading(command: Callable[..., Any], **fixed: Any) -> Callable[..., Any]:
    """Make :class:`ReadingOptions` of the options on the command line."""

    @wraps(command)
    def call(*arguments: Any, **options: Any) -> Any:
        given = {name: options.pop(name) for name in ReadingOptions.__dataclass_fields__ if name in options}
        return command(*arguments, reading=ReadingOptions(**given, **fixed), **options)

    return call


def chosen_corpus(paths: Sequence[str], reading: ReadingOptions) -> "Corpus":
    """Return the corpus that paths and options name; a guess is said on stderr.

    Parameters
    ----------
    paths : sequence of str
    reading : ReadingOptions

    Returns
    -------
    Corpus
        Shuffled if the options say so, or if they leave it open and the format is sorted by label.

    Raises
    ------
    OSError, ValueError
        As :func:`movieclassifier.corpora.corpus.open_corpus`; also if a file is named twice.
    """
    from movieclassifier.corpora.corpus import open_corpus
    from movieclassifier.corpora.named_once import check_named_once
    from movieclassifier.corpora.readers.formats import SORTED_FORMATS

    check_named_once(paths)
    corpus = open_corpus(*_with_stdin_copied(paths), reading=reading)
    check_named_once(corpus.addresses or corpus.paths)
    if reading.format is None:
        click.echo(f"{as_printable(paths[0])}: read as --format {corpus.format}.", err=True)
    shuffle = reading.shuffle
    is_sorted = shuffle is None and corpus.format in SORTED_FORMATS
    if shuffle or is_sorted:
        from movieclassifier.corpora.shuffled import shuffle_corpus  # it imports numpy

        corpus = shuffle_corpus(corpus, reading.shuffle_seed)
    if is_sorted:  # an empty folder is refused before
        click.echo(f"{as_printable(paths[0])}: sorted by label, therefore read with --shuffle.", err=True)
    return corpus


def _with_stdin_copied(paths: Sequence[str]) -> Sequence[str]:
    """Return the paths, with a copy in place of standard input; a slow one is told of every ten seconds."""
    if "-" not in paths:
        return paths
    from movieclassifier.corpora.spooling import spool_stdin
    from movieclassifier.system.progress import Progress

    context = click.get_current_context(silent=True)
    show = context.params.get("show") if context else False
    with Progress(None, "Copying standard input", unit="MB", scale=10**6, show=show) as progress:
        return [str(spool_stdin(progress.update)) if path == "-" else path for path in paths]


def corpus_to_test_on(path: str, reading: ReadingOptions, format: str | None = None) -> "Corpus":
    """Return the corpus of a ``--test`` option, in its own order.

    It is read with the same options. Of aclImdb, it is the half that is not trained on. If it has a format of its own,
    only the options of the labels and the bad rows are kept, since the others describe the columns of the first one.
    """
    if format is not None:
        kept = ReadingOptions(labels=reading.labels, skip_bad_rows=reading.skip_bad_rows)
        return chosen_corpus([path], replace(kept, format=format, shuffle=False))
    half = {"train": "test", "test": "train"}.get(reading.part or "")
    return chosen_corpus([path], replace(reading, part=half, shuffle=False))


def report_bad_rows(found: "Survey", corpus: "Corpus") -> None:
    """Say on stderr which rows a survey skipped, and how many documents have no text."""
    from movieclassifier.corpora.without_text import place_without_text

    _report(found.n_bad_rows, found.bad_rows)
    if n := found.without_text.n_documents:
        have = "1 document has" if n == 1 else f"{n:,} documents have"
        place = place_without_text(corpus) or f"document {found.without_text.first:,} as they are read"
        warn([f"{have} no text; {'it' if n == 1 else 'the first'} is {place}."])


def report_skipped(bad_rows: "BadRows") -> None:
    """Say on stderr which rows were skipped in one pass."""
    _report(bad_rows.n_skipped, bad_rows.messages)


def _report(n_bad_rows: int, messages: Sequence[str]) -> None:
    if not n_bad_rows:
        return
    click.echo("Skipped 1 bad row:" if n_bad_rows == 1 else f"Skipped {n_bad_rows:,} bad rows:", err=True)
    for message in messages:
        click.echo(f"  {words_of_shell(as_printable(message))}", err=True)
    if n_bad_rows > len(messages):
        click.echo("  …", err=True)
