"""How a corpus is read: its bytes give other documents with another column, other labels, or in another order."""

from collections.abc import Callable
from typing import Any

from movieclassifier.corpora.survey import Survey

# The option's name, the reader's name for it, and the reader's value for a given one.
READER_OPTIONS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "text_columns": ("text_column", lambda columns: columns[0] if len(columns) == 1 else list(columns)),
    "label_column": ("label_column", str),
    "no_header": ("header", lambda no_header: not no_header),
    "no_quotes": ("quoted", lambda no_quotes: not no_quotes),
    "delimiter": ("delimiter", lambda delimiter: delimiter.replace("\\t", "\t")),
    "encoding": ("encoding", str),
    "part": ("part", str),
    "skip_bad_rows": ("skip_bad_rows", int),
}

READING = ("format", *READER_OPTIONS)
# How many bad rows may be skipped decides whether a corpus can be read, not what is read.
CHOSEN = ("format", *(name for name in READER_OPTIONS if name != "skip_bad_rows"), "labels")


def reading(found: Survey, options: dict[str, Any]) -> dict[str, Any]:
    """Return what decides which documents the bytes of a corpus give, and in which order.

    Parameters
    ----------
    found : Survey
    options : dict
        What :func:`movieclassifier.commands.shared.corpus_options.corpus_options` adds to a command's arguments.
    """
    shuffled = {} if found.shuffle_seed is None else {"shuffle_seed": found.shuffle_seed}
    return {name: options.get(name) for name in READING} | {"labels": dict(found.labels)} | shuffled


def chosen_reading(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options that change what is read, as JSON holds them; none for a corpus that is read as it is found.

    Examples
    --------
    >>> chosen_reading({"text_columns": ("title", "text"), "no_header": False, "labels": None, "encoding": "latin-1"})
    {'text_columns': ['title', 'text'], 'encoding': 'latin-1'}
    """
    chosen = {name: options[name] for name in CHOSEN if options.get(name) not in (None, False, ())}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in chosen.items()}


def same_reading(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Tell whether two choices read the same; a format that only one of them names may be what the other guesses."""
    names = (one.keys() | other.keys()) - (set() if "format" in one and "format" in other else {"format"})
    return all(one.get(name) == other.get(name) for name in names)


def as_options(chosen: dict[str, Any]) -> str:
    """Return a choice as the command line writes it.

    Examples
    --------
    >>> as_options({"text_columns": ["title", "text"], "no_header": True, "labels": {"0": "bad", "2": None}})
    '--text-column title --text-column text --no-header --labels 0=bad,2='
    >>> as_options({})
    'no option that says how'
    """
    words = []
    for name, value in chosen.items():
        option = "--text-column" if name == "text_columns" else f"--{name.replace('_', '-')}"
        if isinstance(value, dict):
            value = ",".join(f"{old}={'' if new is None else new}" for old, new in value.items())
        values = value if isinstance(value, list) else [value]
        words += [option if each is True else f"{option} {each}" for each in values]
    return " ".join(words) or "no option that says how"
