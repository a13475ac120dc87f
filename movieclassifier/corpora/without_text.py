"""Documents without a text: how many there are, and where the first one is."""

from collections import deque
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from movieclassifier.corpora.readers.contract import NO_TEXT, AsIs, BadRows, WithText

if TYPE_CHECKING:
    from movieclassifier.corpora.corpus import Corpus

# Documents among which the first one without a text is looked for once more, to tell its line.
MAX_LOOKED_AT = 200_000


@dataclass(frozen=True)
class WithoutText:
    """Documents whose text is empty or blank: how many, and which is the first, counted from 1 as they are read."""

    n_documents: int = 0
    first: int = 0

    def followed_by(self, n_before: int, after: "WithoutText") -> "WithoutText":
        """Return the sum with documents that come after the first `n_before`."""
        first = self.first or (after.first and n_before + after.first)
        return WithoutText(self.n_documents + after.n_documents, first)


class NoText(Exception):
    """The first document without a text has been found; the message says where it is."""


class FirstWithoutText(BadRows):
    """A counter that any number of bad rows passes, and that stops at the first document without a text."""

    def add(self, message: str) -> None:
        """Raise :class:`NoText` with the place of the row if it has no text."""
        if message.endswith(NO_TEXT):
            raise NoText(message.removesuffix(f": {NO_TEXT}"))


def place_without_text(corpus: "Corpus") -> str | None:
    """Return file and line of the first document without a text; None if it is not among the first ones.

    The corpus is read in its own order, by the definition of its format.
    """
    labels = corpus.labels if corpus.labels is not None else AsIs()
    documents = replace(corpus, copy=None).documents(WithText(labels), FirstWithoutText())
    try:
        deque(islice(documents, MAX_LOOKED_AT), maxlen=0)
    except NoText as found:
        return str(found)
    except (OSError, ValueError):  # it was read before, but not necessarily here
        return None
    return None
