"""Corpora: what to read and in which format."""

import glob
import inspect
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from movieclassifier.corpora.readers.contract import BadRows, Document, Labels
from movieclassifier.corpora.readers.formats import BOOK_HEADER, BOOK_LABELS, COLUMN_OPTIONS, LABELS, READERS
from movieclassifier.corpora.readers.guessing import guess_format
from movieclassifier.corpora.readers.streams import first_lines
from movieclassifier.corpora.spooling import spool_stdin


@dataclass(frozen=True)
class Corpus:
    """What to read and how; iterating reads it from the start, again and again.

    Attributes
    ----------
    paths : tuple of Path
        Read one after the other, as one stream.
    format : str
        A name in :data:`READERS`.
    options : dict
        Options of the reader.
    labels : mapping of str to (int, str or None), optional
        What the values in the corpus stand for, None for what is left out; without it, they are yielded as they are.
    names : tuple of str
        What people call the paths; other than them where a stream was copied to a temporary file.
    bad_rows_before : tuple of str
        What was wrong with the first rows that were skipped when it was copied.
    n_bad_rows_before : int
    sha256 : str
        Of what was shuffled, where this is a shuffled copy.
    shuffle_seed : int or None
        Of the order of that copy.
    """

    paths: tuple[Path, ...]
    format: str = "csv"
    options: dict[str, Any] = field(default_factory=dict)
    labels: Labels | None = None
    names: tuple[str, ...] = ()
    bad_rows_before: tuple[str, ...] = ()
    n_bad_rows_before: int = 0
    sha256: str = ""
    shuffle_seed: int | None = None

    def __post_init__(self) -> None:
        if not self.names:
            # That of "." is empty.
            names = tuple(os.path.basename(os.path.abspath(path)) for path in self.paths)
            object.__setattr__(self, "names", names)

    def __iter__(self) -> Iterator[Document]:
        return self.documents(self.labels)

    def documents(self, labels: Labels | None, bad_rows: BadRows | None = None) -> Iterator[Document]:
        """Yield the documents with labels mapped in another way, counting bad rows in `bad_rows`."""
        reader = READERS[self.format]
        # One counter for all files: the limit is on the whole stream.
        options = {**self.options, "skip_bad_rows": bad_rows or self.bad_rows()}
        for path in self.paths:
            yield from reader(path, labels, **options)

    def values(self, bad_rows: BadRows) -> Iterator[tuple[str, str]]:
        """Yield the documents with labels as the corpus writes them, those that are left out excepted."""
        known: Labels | None = None
        if self.labels is not None:
            known = {value: None if label is None else value for value, label in self.labels.items()}
        return self.documents(known, bad_rows)  # type: ignore[return-value]  # values are str

    def bad_rows(self) -> BadRows:
        """Return a counter with this corpus's limit."""
        return BadRows(self.options.get("skip_bad_rows", 0))


def open_corpus(
    *paths: str | PathLike[str], format: str | None = None, labels: Labels | None = None, **options: Any
) -> Corpus:
    """Return the corpus at one or several paths.

    Parameters
    ----------
    *paths : str or path-like
        Files or folders that are read as one stream. ``*``, ``?`` and ``**`` stand for several, in the order of their
        names; ``-`` is standard input, which is copied to a temporary file.
    format : str, optional
        A name in :data:`READERS`; guessed by default.
    labels : mapping of str to (int, str or None), optional
        What the values in the corpus stand for; None leaves documents out. By default those of :data:`LABELS`; a CSV
        with the book's header ``review,sentiment`` has 0 and 1.
    **options
        Options of the reader.

    Returns
    -------
    Corpus

    Raises
    ------
    OSError
        If a path cannot be read.
    ValueError, TypeError
        If the format or an option is unknown, or an option's value is wrong.
    """
    if format is not None and format not in READERS:
        raise ValueError(f"format must be one of {', '.join(READERS)}; got {format!r}.")
    found = _expand(paths)
    format = format or _guess(found, options)
    _check_options(format, options)
    for path in found:
        READERS[format](path, labels, **options)  # checks the path and the options, and reads no document
    if labels is None:
        labels = LABELS.get(format)
        if format == "csv" and not COLUMN_OPTIONS & set(options) and first_lines(found[0], 1) == [BOOK_HEADER]:
            labels = BOOK_LABELS
    return Corpus(found, format, options, labels)


def _expand(paths: Sequence[str | PathLike[str]]) -> tuple[Path, ...]:
    """Return the paths that patterns stand for, and that of standard input."""
    found: list[Path] = []
    for path in [fspath(path) for path in paths]:
        if path == "-":
            found.append(spool_stdin())
        elif glob.has_magic(path) and not Path(path).exists():
            matches = sorted(glob.glob(path, recursive=True))
            if not matches:
                raise FileNotFoundError(f"{path}: there is no such file; nothing matches this pattern.")
            found.extend(map(Path, matches))
        else:
            found.append(Path(path))
    if not found:
        raise ValueError("no corpus; pass the path of one.")
    return tuple(found)


def _guess(paths: tuple[Path, ...], options: dict[str, Any]) -> str:
    """Return the format of all paths."""
    if "delimiter" in options:
        return "csv"
    formats: dict[str, Path] = {}
    for path in reversed(paths):
        if not path.exists():
            raise FileNotFoundError(f"{path}: there is no such file or folder.")
        formats[guess_format(path, presets=not COLUMN_OPTIONS & set(options))] = path
    if len(formats) > 1:
        guesses = ", ".join(f"{path} is {name}" for name, path in reversed(formats.items()))
        raise ValueError(f"these are not of one format ({guesses}); pass the --format of all, or one of them.")
    return next(iter(formats))


def _check_options(format: str, options: dict[str, Any]) -> None:
    known = [
        name
        for name, parameter in inspect.signature(READERS[format]).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY
    ]
    for name in options:
        if name not in known:
            flags = ", ".join(map(_flag, known))
            raise ValueError(f"--format {format} takes no {_flag(name)}; it takes {flags}.")


def _flag(name: str) -> str:
    """Return what the command line calls an option of a reader."""
    return {"header": "--no-header", "quoted": "--no-quotes"}.get(name, f"--{name.replace('_', '-')}")
