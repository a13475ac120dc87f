"""Tallies: how many documents there are of each label and how many without a text, counted some at a time."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from movieclassifier.corpora.readers.contract import Document, is_blank
from movieclassifier.corpora.without_text import WithoutText

Tally = tuple[Counter[str], WithoutText]
SIZE = 256


def tallies_of(documents: Iterable[Document]) -> Iterator[Tally]:
    """Yield tallies of documents whose labels are the values in the corpus; an error comes after all before it.

    Examples
    --------
    >>> list(tallies_of([("fine", "1"), (" ", "0"), ("dull", "0")]))
    [(Counter({'0': 2, '1': 1}), WithoutText(n_documents=1, first=2))]
    """
    looked_at = ((value, is_blank(text)) for text, value in documents)
    while True:
        some: list[tuple[str, bool]] = []
        try:
            some.extend(islice(looked_at, SIZE))  # type: ignore[arg-type]  # values are str
        except BaseException:
            yield _tally(some)
            raise
        if not some:
            return
        yield _tally(some)


def _tally(some: list[tuple[str, bool]]) -> Tally:
    numbers = [number for number, (_, blank) in enumerate(some, 1) if blank]
    return Counter(value for value, _ in some), WithoutText(len(numbers), numbers[0] if numbers else 0)
