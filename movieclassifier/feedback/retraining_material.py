"""The documents of a retraining: a corpus, the accepted votes, and the labels that become classes."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from movieclassifier.corpora.corpus import Corpus
from movieclassifier.corpora.minibatches import holdout_sizes
from movieclassifier.corpora.readers.contract import Document, Label
from movieclassifier.corpora.survey import Survey, survey
from movieclassifier.feedback.log.replay import VotedText
from movieclassifier.feedback.updating import UpdateRefused
from movieclassifier.models.classifier import Classifier

# Votes that a new label needs before it is a class: with fewer, a class is a handful of texts learned by heart.
MIN_NEW_LABEL = 10


@dataclass(frozen=True)
class Material:
    """The documents of a retraining.

    Attributes
    ----------
    corpus : Corpus
    found : Survey
    names : dict of label to str
        The corpus's labels as people read them.
    classes : dict of str to label
        What is trained, by its name; new labels among them.
    n_train, n_holdout : int
        Of the corpus.
    """

    corpus: Corpus
    found: Survey
    names: dict[Label, str]
    classes: dict[str, Label]
    n_train: int
    n_holdout: int

    def train(self, votes: Sequence[VotedText]) -> Iterator[Document]:
        """Yield the training part, with the votes spread evenly among it."""
        documents = islice(self.corpus.documents(self.found.labels), self.n_train)
        return interleaved(
            ((text, self.classes[self.names[label]]) for text, label in documents),
            self.n_train,
            [(vote.text, self.classes[vote.label]) for vote in votes],
        )

    def holdout(self) -> Iterator[tuple[str, str]]:
        """Yield the texts that are held out, with the names of their labels."""
        documents = islice(self.corpus.documents(self.found.labels), self.n_train, self.n_train + self.n_holdout)
        return ((text, self.names[label]) for text, label in documents)


def gather(corpus: Corpus, base: Classifier, votes: Sequence[VotedText]) -> Material:
    """Return what is trained: the corpus's labels, and those that have enough votes."""
    found = survey(corpus)
    known = dict(zip(base.classes_.tolist(), base.label_names, strict=True))
    names = {label: known.get(label, str(label)) for label in found.classes}
    counts = Counter(vote.label for vote in votes)
    more = sorted(label for label, n in counts.items() if label not in names.values() and n >= MIN_NEW_LABEL)
    lost = [label for label in base.label_names if label not in (*names.values(), *more)]
    if lost:
        raise UpdateRefused(
            f"the corpus has no document of {', '.join(map(repr, lost))}, which the served model knows, and there are "
            f"fewer than {MIN_NEW_LABEL} votes for it; pass the corpus that the model was trained on."
        )
    classes: dict[str, Label] = {name: label for label, name in names.items()}
    if more:  # labels of one type: numbers become the names that people know them by
        has_numbers = any(isinstance(label, int) for label in names)
        classes = {name: name if has_numbers else label for name, label in classes.items()}
        classes |= {label: label for label in more}
    n_train, n_holdout = holdout_sizes(found.n_documents)
    return Material(corpus=corpus, found=found, names=names, classes=classes, n_train=n_train, n_holdout=n_holdout)


def interleaved(documents: Iterable[Document], n: int, more: Sequence[Document]) -> Iterator[Document]:
    """Yield `n` documents with further ones spread evenly among them.

    Examples
    --------
    >>> [text for text, _ in interleaved([("a", 0), ("b", 0), ("c", 0), ("d", 0)], 4, [("1", 1), ("2", 1)])]
    ['a', '1', 'b', 'c', '2', 'd']
    """
    waiting = list(more)
    # In an order of its own: people correct one topic after the other, and a sorted stream teaches little.
    if len(waiting) > 2:
        random.Random(0).shuffle(waiting)
    done = 0
    for place, document in enumerate(documents):
        yield document
        while done < len(waiting) and (place + 1) * len(waiting) >= (done + 0.5) * n:
            yield waiting[done]
            done += 1
    yield from waiting[done:]


def nothing_new(waiting: Counter[str]) -> str:
    """Say that there is nothing to train on, and which label has most of the votes that it needs."""
    if not waiting:
        return "there is nothing to learn: no vote was accepted since the last retraining."
    label, n = waiting.most_common(1)[0]
    return f"there is nothing to learn yet: {label!r} has {n} votes, and becomes a label with {MIN_NEW_LABEL}."
