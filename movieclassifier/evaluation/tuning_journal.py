"""The journal of a search: a line of JSON for the search itself, then one for every result."""

import json
import math
import operator
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Score:
    """The figures of one recipe in cross-validation.

    Attributes
    ----------
    accuracy : float
    log_loss : float
        Nats per document.
    seconds : float
        What it took.
    """

    accuracy: float
    log_loss: float
    seconds: float

    def __post_init__(self) -> None:
        if not all(isinstance(value, int | float) and math.isfinite(value) for value in vars(self).values()):
            raise ValueError(f"a score consists of finite numbers; got {vars(self)!r:.80}")

    def rank(self) -> tuple[float, float]:
        """Return what to sort by: the better accuracy first, of equals the lower log loss."""
        return -self.accuracy, self.log_loss


class Journal:
    """The results of a search, on disk as soon as they are known.

    Parameters
    ----------
    path : str or path-like
        Made if it is missing. Results that an earlier run of the same search wrote are read.
    search : dict
        The settings that decide the results, as JSON holds them.

    Attributes
    ----------
    scores : dict of (int, int) to Score
        By number of the candidate and number of documents.

    Raises
    ------
    OSError
        If the file cannot be read or written.
    ValueError
        If it is the journal of a different search, or not a journal.
    """

    def __init__(self, path: str | os.PathLike[str], search: dict[str, Any]):
        self.path = Path(path)
        self.scores: dict[tuple[int, int], Score] = {}
        self._search = json.loads(json.dumps(search))  # as it is read again
        if self.path.exists():
            self._read()
        else:
            self._append({"search": search})

    def add(self, number: int, n_documents: int, score: Score) -> None:
        """Write down what a candidate got on so many documents."""
        self._append({"candidate": number, "n_documents": n_documents, **asdict(score)})
        self.scores[number, n_documents] = score

    def _read(self) -> None:
        try:
            text = self.path.read_text("utf-8")
        except UnicodeDecodeError as error:
            raise ValueError(f"{self.path} is not UTF-8, and thus not a journal; pass a different --output.") from error
        if "\n" not in text and json.dumps({"search": self._search}).startswith(text):
            # A kill came before the first line was whole.
            os.truncate(self.path, 0)
            self._append({"search": self._search})
            return
        # A kill may have cut the last line.
        lines = text[: text.rfind("\n") + 1].splitlines()
        try:
            head, *rows = [json.loads(line) for line in lines]
            differs = sorted(name for name in self._search if head["search"].get(name) != self._search[name])
            for row in rows:
                number, n_documents = row.pop("candidate"), row.pop("n_documents")
                self.scores[operator.index(number), operator.index(n_documents)] = Score(**row)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
            raise ValueError(
                f"{self.path} is not the journal of a search; pass a different --output, or remove it."
            ) from error
        if differs:
            raise ValueError(
                f"{self.path} belongs to a search with a different {', '.join(differs)}; pass a different --output, or "
                "remove it."
            )
        if len(text.encode()) > (end := len(text[: text.rfind("\n") + 1].encode())):
            os.truncate(self.path, end)

    def _append(self, row: dict[str, Any]) -> None:
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
            file.flush()
            os.fsync(file.fileno())
