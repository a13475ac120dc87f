"""Options of reading a corpus. The same bytes yield different documents if the columns, labels or order differ."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from movieclassifier.corpora.readers.columns import Column
from movieclassifier.corpora.readers.contract import PARTS, BadRows, Labels, check_encoding
from movieclassifier.corpora.readers.dialects import check_delimiter, check_escape

if TYPE_CHECKING:
    from movieclassifier.corpora.survey import Survey

# Options that describe the columns. A file that is read with one of them is a plain table.
COLUMN_OPTIONS = ("text_columns", "label_column", "no_header", "delimiter", "no_quotes", "escape")
# Options that decide which documents the bytes yield. The number of bad rows allowed decides only if reading succeeds.
CHOSEN = ("format", *COLUMN_OPTIONS, "encoding", "part", "labels")
# The option for each argument of a reader, where their names differ.
OPTION_OF = {"text_column": "text_columns", "header": "no_header", "quoted": "no_quotes"}


@dataclass(frozen=True)
class ReadingOptions:
    """Options of reading a corpus; the defaults read it as it is found.

    Attributes
    ----------
    format : str, optional
        A name in :data:`movieclassifier.corpora.readers.formats.READERS`; guessed by default.
    text_columns : tuple of (str or int)
        Names or positions (from 0) of the columns with the text; several are joined by line breaks.
    label_column : str or int, optional
    no_header : bool
        Whether the first row is a document.
    no_quotes : bool
        Whether quotes belong to the text, in which case every line is a row.
    delimiter : str, optional
        The character between two columns.
    escape : str, optional
        The character that makes a quote after it part of the text; found by default, an empty one turns escapes off.
    encoding : str, optional
        For folders several may be given, parted by commas; they are tried in this order.
    part : {"train", "test"}, optional
        One of aclImdb's official halves.
    labels : mapping of str to (int, str or None), optional
        The label that each value in the corpus stands for; None leaves its documents out.
    skip_bad_rows : int
        How many rows that cannot be read may be skipped.
    shuffle : bool, optional
        Whether to read in random order; by default only for formats that are sorted by label.
        :func:`movieclassifier.corpora.shuffled.shuffle_corpus` does it.
    shuffle_seed : int
        Seed of that order.

    Raises
    ------
    ValueError, TypeError
        If a value is invalid.
    """

    format: str | None = None
    text_columns: tuple[Column, ...] = ()
    label_column: Column | None = None
    no_header: bool = False
    no_quotes: bool = False
    delimiter: str | None = None
    escape: str | None = None
    encoding: str | None = None
    part: str | None = None
    labels: Labels | None = None
    skip_bad_rows: int = 0
    shuffle: bool | None = None
    shuffle_seed: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.text_columns, tuple):
            raise TypeError(f"text_columns must be a tuple of names or numbers; got {self.text_columns!r}.")
        if self.delimiter is not None:
            check_delimiter(self.delimiter)
        check_escape(self.escape, self.delimiter or ",")
        for encoding in self.encoding.split(",") if self.encoding is not None else ():
            check_encoding(encoding)
        if self.part not in (None, *PARTS):
            raise ValueError(f"part must be one of {', '.join(PARTS)}; got {self.part!r}.")
        BadRows(self.skip_bad_rows)  # checks the number

    @property
    def describes_columns(self) -> bool:
        """Whether one of the options describes the columns of a table."""
        return any(name in COLUMN_OPTIONS for name in self.chosen())

    def reader_arguments(self) -> dict[str, Any]:
        """Return the options that are given, as arguments of a reader; the reader has defaults for the rest.

        Examples
        --------
        >>> ReadingOptions(text_columns=("title", "text"), no_header=True).reader_arguments()
        {'text_column': ('title', 'text'), 'header': False}
        """
        texts = self.text_columns
        arguments = {
            "text_column": texts[0] if len(texts) == 1 else texts or None,
            "label_column": self.label_column,
            "header": False if self.no_header else None,
            "delimiter": self.delimiter,
            "quoted": False if self.no_quotes else None,
            "escape": self.escape,
            "encoding": self.encoding,
            "part": self.part,
            "skip_bad_rows": self.skip_bad_rows or None,
        }
        return {name: value for name, value in arguments.items() if value is not None}

    def chosen(self) -> dict[str, Any]:
        """Return the options that change the documents, as JSON holds them; empty for a corpus read as it is found.

        Examples
        --------
        >>> ReadingOptions(text_columns=("title", "text"), encoding="latin-1", skip_bad_rows=3).chosen()
        {'text_columns': ['title', 'text'], 'encoding': 'latin-1'}
        """
        values = {name: getattr(self, name) for name in CHOSEN}
        return {
            name: _as_json(value) for name, value in values.items() if value not in (None, ()) and value is not False
        }

    def given(self) -> dict[str, Any]:
        """Return all options that are not the defaults, as JSON holds them; :meth:`from_given` takes them back.

        Examples
        --------
        >>> given = ReadingOptions(text_columns=("title",), labels={"2": None}, shuffle_seed=4).given()
        >>> given
        {'text_columns': ['title'], 'labels': {'2': None}, 'shuffle_seed': 4}
        >>> ReadingOptions.from_given(given)
        ReadingOptions(...text_columns=('title',)...labels={'2': None}...shuffle_seed=4)
        """
        values = {field.name: (getattr(self, field.name), field.default) for field in fields(self)}
        return {name: _as_json(value) for name, (value, default) in values.items() if value != default}

    @classmethod
    def from_given(cls, given: Mapping[str, Any]) -> "ReadingOptions":
        """Return the options that :meth:`given` returned."""
        columns = {"text_columns": tuple(given["text_columns"])} if "text_columns" in given else {}
        return cls(**dict(given) | columns)

    def describe(self, found: "Survey") -> dict[str, Any]:
        """Return everything that decides which documents the bytes yield and in which order, as JSON holds it.

        Parameters
        ----------
        found : Survey
            Of the corpus that was read with these options.
        """
        shuffled = {} if found.shuffle_seed is None else {"shuffle_seed": found.shuffle_seed}
        values = {field.name: _as_json(getattr(self, field.name)) for field in fields(self)}
        del values["shuffle"], values["shuffle_seed"]
        return values | {"labels": dict(found.labels)} | shuffled


def same_reading(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether two choices read the same; if only one of them names a format, the other may guess the same one.

    Parameters
    ----------
    one, other : mapping
        As :meth:`ReadingOptions.chosen` returns them.
    """
    names = (one.keys() | other.keys()) - (set() if "format" in one and "format" in other else {"format"})
    return all(one.get(name) == other.get(name) for name in names)


def as_options(chosen: Mapping[str, Any]) -> str:
    r"""Return a choice as the command line writes it.

    Examples
    --------
    >>> as_options({"text_columns": ["title", "text"], "no_header": True, "labels": {"0": "bad", "2": None}})
    '--text-column title --text-column text --no-header --labels 0=bad,2='
    >>> as_options({})
    'the default options'
    """
    words = []
    for name, value in chosen.items():
        if isinstance(value, dict):
            value = ",".join(f"{old}={'' if new is None else new}" for old, new in value.items())
        values = value if isinstance(value, list) else [value]
        words += [flag(name) if each is True else f"{flag(name)} {each}" for each in values]
    return " ".join(words).replace("\t", "\\t") or "the default options"


def flag(name: str) -> str:
    """Return the command line's name of a reading option or of a reader's argument.

    Examples
    --------
    >>> flag("text_columns"), flag("header"), flag("skip_bad_rows")
    ('--text-column', '--no-header', '--skip-bad-rows')
    """
    names = {"text_columns": "text-column", "header": "no-header", "quoted": "no-quotes"}
    return f"--{names.get(name, name.replace('_', '-'))}"


def _as_json(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value
