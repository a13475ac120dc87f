"""The source of a training: a corpus that was surveyed, and its pieces if workers read them themselves."""

from collections.abc import Iterator
from dataclasses import dataclass

from movieclassifier.corpora.corpus import Corpus
from movieclassifier.corpora.minibatches import split_holdout
from movieclassifier.corpora.pieces import Excerpt
from movieclassifier.corpora.readers.contract import Document
from movieclassifier.corpora.survey import Survey


@dataclass(frozen=True)
class CorpusSource:
    """A corpus, its survey, and its documents in pieces.

    Attributes
    ----------
    corpus : Corpus
    found : Survey
    excerpt : Excerpt or None
        All documents; None where they are read as one stream.
    """

    corpus: Corpus
    found: Survey
    excerpt: Excerpt | None = None

    def split(self, n_train: int, n_holdout: int) -> tuple[Excerpt | Iterator[Document], Excerpt | Iterator[Document]]:
        """Return the documents to train on and the holdout; streams have to be read in this order."""
        if self.excerpt is None:
            return split_holdout(self.corpus.stream(self.found.labels), n_train, n_holdout)
        return self.excerpt.part(0, n_train), self.excerpt.part(n_train, n_train + n_holdout)

    def documents(self) -> Excerpt | Iterator[Document]:
        """Return all documents."""
        return self.corpus.documents(self.found.labels) if self.excerpt is None else self.excerpt
