"""Find the text and the label among the columns of a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from movieclassifier.system.printable import as_printable

Column = str | int

# Names that columns of published corpora have; the book's come first.
TEXT_COLUMNS = ("review", "text", "sentence", "tweet", "content", "reviewtext")
# The label column of texts without labels: the text stands in for the label.
NO_LABEL = ""
LABEL_COLUMNS = ("sentiment", "label", "labels", "class", "category", "polarity", "status", "stars", "overall")
# pandas names columns so where nobody does, without and with its index; the book's newer code writes such a file.
BOOK_NUMBERS = (["0", "1"], ["", "0", "1"])


@dataclass(frozen=True)
class Choice:
    """The columns that were asked for; several texts are joined by line breaks."""

    text: Column | Sequence[Column] | None = None
    label: Column | None = None

    def texts(self) -> list[Column | None]:
        """Return the text columns as a list; None stands for the usual one."""
        return [self.text] if self.text is None or isinstance(self.text, str | int) else list(self.text)


@dataclass(frozen=True)
class Columns:
    """The positions of texts and label in a row, the number of fields, and the name of the label column."""

    texts: tuple[int, ...]
    label: int
    n_fields: int
    label_name: str


def find_columns(choice: Choice, names: list[str] | None, n_fields: int, where: str, hint: str = ".") -> Columns:
    """Return where texts and label are.

    Parameters
    ----------
    choice : Choice
    names : list of str or None
        The header; None if there is none.
    n_fields : int
    where : str
        File and line, for messages.
    hint : str, default="."
        Further advice if there are no usual names.

    Raises
    ------
    ValueError
        If a column is missing, or if no column was named and none has a usual name.

    Examples
    --------
    >>> find_columns(Choice(), ["id", "Text", "label"], 3, "tweets.csv, line 1")
    Columns(texts=(1,), label=2, n_fields=3, label_name='label')
    """
    if names in BOOK_NUMBERS and choice == Choice():
        return Columns((n_fields - 2,), n_fields - 1, n_fields, "sentiment")
    expected = "a column such as review or text" if choice.label == NO_LABEL else "columns such as review,sentiment"
    finder = _Finder(names, n_fields, where, hint, expected)
    texts = tuple(
        finder.position(column, TEXT_COLUMNS, 0, "ReadingOptions(text_columns=…)") for column in choice.texts()
    )
    if choice.label == NO_LABEL:
        return Columns(texts, texts[0], n_fields, "no column")
    label = finder.position(choice.label, LABEL_COLUMNS, 1, "ReadingOptions(label_column=…)")
    if label in texts:
        raise ValueError(
            f"{where}: text and label are both in column {label}; pass different ReadingOptions(text_columns=…)."
        )
    return Columns(texts, label, n_fields, names[label] if names else f"column {label}")


@dataclass(frozen=True)
class _Finder:
    names: list[str] | None
    n_fields: int
    where: str
    hint: str
    expected: str

    def position(self, column: Column | None, usual: tuple[str, ...], usual_position: int, option: str) -> int:
        """Return the position of a column that was asked for, or else of the usual one."""
        if column is not None:
            return self._asked(column, option)
        if self.names is not None:
            return self._usual(self.names, usual, option)
        if self.n_fields > 2 or (self.n_fields == 1 and usual_position):
            raise ValueError(f"{self.where}: which of the {self.n_fields} columns? Pass {option} with a number from 0.")
        return usual_position

    def _usual(self, names: list[str], usual: tuple[str, ...], option: str) -> int:
        lower = [name.strip().lower() for name in names]
        for name in usual:
            if name in lower:
                return self._only(lower, name, option)
        raise ValueError(f"{self.where}: expected {self.expected}; got {_listed(names)}. Pass {option}{self.hint}")

    def _asked(self, column: Column, option: str) -> int:
        names = self.names or []
        if isinstance(column, str) and column in names:
            return self._only(names, column, option)
        try:
            position = int(column)
        except ValueError:
            there = f"the columns are {_listed(names)}" if names else "without a header columns have numbers from 0"
            raise ValueError(
                f"{self.where}: no column is called {column!r}; {there}. Pass a different {option}."
            ) from None
        if not 0 <= position < self.n_fields:
            raise ValueError(
                f"{self.where}: no column {position}; there are {self.n_fields}, from 0. Pass a different {option}."
            )
        return position

    def _only(self, names: list[str], name: str, option: str) -> int:
        if (n := names.count(name)) > 1:
            raise ValueError(f"{self.where}: {n} columns are called {name!r}; pass {option} with a number.")
        return names.index(name)


def _listed(names: list[str]) -> str:
    shown = as_printable(",".join(names))
    return shown if len(shown) <= 120 else shown[:120] + "…"
