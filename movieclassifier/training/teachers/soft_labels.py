"""Soft labels in a file: texts, and the probability of each class that a teacher elsewhere gave them."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.corpora.readers.streams import open_text
from movieclassifier.corpora.unlabelled import is_among

EXAMPLE = '{"text": "…", "probabilities": {"negative": 0.25, "positive": 0.75}}'
# How far a sum of probabilities that were rounded may be from 1.
TOLERANCE = 0.01


@dataclass(frozen=True)
class SoftLabels:
    """A file of JSON lines, each with a text and its probabilities; texts that are known are left out.

    Attributes
    ----------
    path : Path
    names : tuple of tuple of str
        For each class the keys that may stand for it: the name of the label, and the label.
    known : ndarray of shape (n_known,), uint64
        Digests of the texts to leave out, ascending.
    """

    path: Path
    names: tuple[tuple[str, ...], ...]
    known: NDArray[np.uint64]

    def __iter__(self) -> Iterator[str]:
        return (text for text, _ in self.rows() if not self.is_known(text))

    def all_texts(self) -> Iterator[str]:
        """Yield all texts, the known ones included."""
        return (text for text, _ in self.rows())

    def is_known(self, text: str) -> bool:
        """Tell whether a text is left out."""
        return is_among(text, self.known)

    def probabilities(self) -> Iterator[list[float]]:
        """Yield the probabilities of the texts that are not left out, in the order of the classes."""
        return (row for text, row in self.rows() if not self.is_known(text))

    def rows(self) -> Iterator[tuple[str, list[float]]]:
        """Yield all texts and their probabilities.

        Raises
        ------
        OSError
            If the file cannot be read.
        ValueError
            If a line is not what is expected; the message names it.
        """
        with open_text(self.path, "utf-8", "\n") as lines:
            for number, line in enumerate(lines, 1):
                if not line.isspace():
                    try:
                        yield _read(line, self.names)
                    except ValueError as error:
                        raise ValueError(f"{self.path}, line {number}: {error}") from None


def _read(line: str, names: Sequence[Sequence[str]]) -> tuple[str, list[float]]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError(f"this is not valid JSON; expected {EXAMPLE}.") from None
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise ValueError(f"expected an object with a text, such as {EXAMPLE}.")
    found = row.get("probabilities")
    if not isinstance(found, dict):
        raise ValueError(f"expected probabilities by label, such as {EXAMPLE}; got {json.dumps(found)[:80]}.")
    return row["text"], _in_order(found, names)


def _in_order(found: dict[str, Any], names: Sequence[Sequence[str]]) -> list[float]:
    keys = [next((name for name in both if name in found), None) for both in names]
    if None in keys or len(found) != len(names):
        expected = ", ".join(both[-1] for both in names)
        raise ValueError(f"expected a probability of each of {expected}; got {', '.join(found)[:80]}.")
    row = [found[key] for key in keys if key is not None]
    numbers = all(isinstance(value, int | float) and 0 <= value <= 1 for value in row)
    if not numbers or abs(sum(row) - 1) > TOLERANCE:
        raise ValueError(f"expected probabilities whose sum is 1; got {', '.join(map(str, row))[:80]}.")
    return [float(value) for value in row]


def soft_label_lines(
    texts: Iterable[str], probabilities: Iterable[Sequence[float]], names: Sequence[str]
) -> Iterator[str]:
    r"""Yield the lines of a file of soft labels.

    Parameters
    ----------
    texts : iterable of str
    probabilities : iterable of sequence of float
    names : sequence of str
        Of the classes.

    Yields
    ------
    str
        With a line break.

    Examples
    --------
    >>> next(soft_label_lines(["Fine."], [[0.25, 0.75]], ["negative", "positive"]))
    '{"text": "Fine.", "probabilities": {"negative": 0.25, "positive": 0.75}}\n'
    """
    for text, row in zip(texts, probabilities, strict=True):
        shares = dict(zip(names, map(float, row), strict=True))
        yield json.dumps({"text": text, "probabilities": shares}) + "\n"
