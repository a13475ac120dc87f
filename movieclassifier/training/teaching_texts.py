"""The texts of a distillation: labelled ones, those without labels, and those to evaluate on."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from movieclassifier.corpora.corpus import Corpus
from movieclassifier.corpora.readers.contract import Document, Label
from movieclassifier.corpora.survey import Survey
from movieclassifier.corpora.unlabelled import Unlabelled
from movieclassifier.models.guard import N_GUARD
from movieclassifier.training.teachers.soft_labels import SoftLabels


@dataclass(frozen=True)
class Counted:
    """The counts of one pass over texts without labels.

    Attributes
    ----------
    n_texts : int
        Texts that stay.
    n_left_out : int
        Texts that equal one of the corpora.
    sha256 : str
        Digest of those that stay.
    """

    n_texts: int
    n_left_out: int
    sha256: str


def count_texts(unlabelled: Unlabelled | SoftLabels) -> Counted:
    """Count texts without labels.

    Raises
    ------
    ValueError
        If no text stays.
    """
    n_texts, n_left_out, digest = 0, 0, hashlib.sha256()
    for text in unlabelled.all_texts():
        if unlabelled.is_known(text):
            n_left_out += 1
        else:
            n_texts += 1
            digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
    if not n_texts:
        raise ValueError("no text without a label is left; pass texts that are not in the corpus or in test=….")
    return Counted(n_texts, n_left_out, digest.hexdigest())


@dataclass(frozen=True)
class TeachingTexts:
    """The corpora of a distillation; every iteration over one reads it from the start.

    Attributes
    ----------
    corpus : Corpus
    found : Survey
        Of that corpus.
    n_train : int
        Documents of it to train on. Those behind them are the holdout.
    test : Corpus or None
        A separate corpus to evaluate on.
    unlabelled : Unlabelled or SoftLabels
    counted : Counted
        Of the texts without labels.
    """

    corpus: Corpus
    found: Survey
    n_train: int
    test: Corpus | None
    unlabelled: Unlabelled | SoftLabels
    counted: Counted

    @property
    def classes(self) -> tuple[Label, ...]:
        """The labels, ascending."""
        return self.found.classes

    @property
    def has_holdout(self) -> bool:
        """Whether documents of the corpus are left to evaluate on."""
        return self.n_train < self.found.n_documents

    def __iter__(self) -> Iterator[Document]:
        """Yield the documents to train on, with positions of classes in place of labels."""
        positions = {label: position for position, label in enumerate(self.classes)}
        for text, label in islice(self.corpus.documents(self.found.labels), self.n_train):
            yield text, positions[label]

    def unseen(self) -> Iterator[Document]:
        """Yield the documents to evaluate on."""
        return self.holdout() if self.test is None else self.test.documents(self.found.labels)

    def holdout(self) -> Iterator[Document]:
        """Yield the documents of the corpus that are not trained on."""
        return islice(self.corpus.documents(self.found.labels), self.n_train, None)

    def guard(self) -> Iterator[Document]:
        """Yield the documents of the guard set: of the holdout where there is one, else of the test corpus."""
        return islice(self.holdout() if self.has_holdout else self.unseen(), N_GUARD)
