"""Retraining: corpus and accepted votes together, in place of the served base.

It is the only way for new words to get weights, and for a label that people voted for to become a class. Here the two
wings of the program meet: it trains, and it knows the log. A server never imports it; it runs in a process of its own.
"""

import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Engine, select

from movieclassifier.corpora.corpus import Corpus
from movieclassifier.corpora.minibatches import holdout_sizes
from movieclassifier.corpora.readers.contract import Document, Label
from movieclassifier.corpora.survey import Survey, survey
from movieclassifier.evaluation.metrics import evaluate
from movieclassifier.feedback.bounds import DEFAULT_TOLERANCE
from movieclassifier.feedback.log.appending import Accepted, appending, folded_votes
from movieclassifier.feedback.log.bases import find_version, load_base, store_base
from movieclassifier.feedback.log.database import snapshot
from movieclassifier.feedback.log.entities import RETRAINED
from movieclassifier.feedback.log.facts import Version
from movieclassifier.feedback.log.replay import VotedText, voted_texts
from movieclassifier.feedback.log.schema import bases, head
from movieclassifier.feedback.updating import UpdateRefused
from movieclassifier.models.abstaining import measure_thresholds
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.guard import N_GUARD, guard_accuracy, make_guard
from movieclassifier.models.naming import name_strongest
from movieclassifier.models.record import record_bytes
from movieclassifier.models.scoring import score_documents
from movieclassifier.training.fit import fit
from movieclassifier.training.plan import Plan

# Votes that a new label needs before it is a class: with fewer, a class is a handful of texts learned by heart.
MIN_NEW_LABEL = 10
# The last fifth of the new votes is what a model trained without it is checked on.
CHECKED_SHARE = 5
MIN_CHECKED = 5


@dataclass(frozen=True)
class RetrainReport:
    """The result of a retraining.

    Attributes
    ----------
    version : Version
        The new base.
    n_votes, n_new : int
        Votes that it was trained on; those of them that the base before did not hold.
    new_labels : tuple of str
        Labels that are classes now and were not.
    waiting : dict of str to int
        Votes for labels that still have too few, by label.
    on_holdout : tuple of (float, float)
        Accuracy on the holdout of the corpus: of the new base, and of the one before.
    on_votes : tuple of (float, float) or None
        Accuracy on the last fifth of the new votes: of a model that was trained without them, and of the base before;
        None where they were too few.
    """

    version: Version
    n_votes: int
    n_new: int
    new_labels: tuple[str, ...]
    waiting: dict[str, int]
    on_holdout: tuple[float, float]
    on_votes: tuple[float, float] | None

    def __str__(self) -> str:
        lines = [
            f"Version {self.version.version} is served: trained on the corpus and {self.n_votes} votes, "
            f"{self.n_new} of them new; accuracy {self.on_holdout[0]:.4f} on the holdout, "
            f"{self.on_holdout[1]:.4f} before."
        ]
        if self.on_votes:
            lines.append(
                f"On the last votes, trained without them: {self.on_votes[0]:.4f}, {self.on_votes[1]:.4f} before."
            )
        if self.new_labels:
            lines.append(f"New labels: {', '.join(self.new_labels)}.")
        for label, n in self.waiting.items():
            lines.append(f"{label!r} has {n} votes; it becomes a label with {MIN_NEW_LABEL}.")
        return "\n".join(lines)


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


def retrain(
    engine: Engine, corpus: Corpus, by: str, *, tolerance: float | None = None, note: str = "", n_threads: int = 1
) -> RetrainReport:
    """Train on a corpus and on the accepted votes, and serve the new base if it passes both checks.

    The recipe is that of the served base. The corpus's own holdout, its last tenth, is not trained on.

    Parameters
    ----------
    engine : Engine
    corpus : Corpus
    by : str
        Who asks for it.
    tolerance : float, default=0.01
        How much accuracy it may cost, on the holdout and on the last votes.
    note : str
    n_threads : int

    Returns
    -------
    RetrainReport

    Raises
    ------
    UpdateRefused
        If there is no new vote, if a check fails, or if a label of the served base would be lost.
    OSError, ValueError
        If the corpus cannot be read or trained on.
    """
    tolerance = DEFAULT_TOLERANCE if tolerance is None else tolerance
    served = _read_served(engine)
    base, votes = served.base, served.votes
    material = _material(corpus, base, votes)
    waiting = Counter(vote.label for vote in votes if vote.label not in material.classes)
    used = [vote for vote in votes if vote.label in material.classes]
    new = [vote for vote in used if vote.accepted not in served.folded]
    if not new:
        raise UpdateRefused(_nothing_new(waiting))
    on_votes = _check_votes(material, base, used, new=new, tolerance=tolerance, n_threads=n_threads)
    classifier = _fit(material, base, used, n_threads)
    on_holdout = _check_holdout(material, base, classifier, tolerance)
    record, accuracy = _record(material, classifier, corpus, len(used))
    with appending(engine) as log:
        if log.base_version != served.version:
            raise UpdateRefused("a different base was served meanwhile; run it again.")
        version = store_base(
            log.connection,
            RETRAINED,
            served.version,
            name=served.name,
            record=record,
            classifier=classifier,
            folded=[vote.accepted for vote in used],
            accuracy=accuracy,
            by=by,
            note=note,
        )
        log.serve(version, by, note)
    new_labels = tuple(label for label in material.classes if label not in base.label_names)
    return RetrainReport(
        version=find_version(engine, version),
        n_votes=len(used),
        n_new=len(new),
        new_labels=new_labels,
        waiting=dict(waiting),
        on_holdout=on_holdout,
        on_votes=on_votes,
    )


def interleaved(documents: Iterable[Document], n: int, more: Sequence[Document]) -> Iterator[Document]:
    """Yield `n` documents with others spread evenly among them.

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


@dataclass(frozen=True)
class _Served:
    """The base that is served, and the votes of the log.

    Attributes
    ----------
    version : int
    name : str
        Of the trained model that it comes from.
    base : Classifier
    folded : set of Accepted
        The votes in its weights.
    votes : list of VotedText
        All accepted votes.
    """

    version: int
    name: str
    base: Classifier
    folded: set[Accepted]
    votes: list[VotedText]


def _read_served(engine: Engine) -> _Served:
    with snapshot(engine) as connection:
        version = connection.execute(select(head.c.base_version)).scalar_one()
        name = connection.execute(select(bases.c.name).where(bases.c.version == version)).scalar_one()
        base, _ = load_base(connection, version)
        return _Served(version, name, base, set(folded_votes(connection, version)), voted_texts(connection))


def _material(corpus: Corpus, base: Classifier, votes: Sequence[VotedText]) -> Material:
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


def _fit(material: Material, base: Classifier, votes: Sequence[VotedText], n_threads: int) -> Classifier:
    ordered = sorted(material.classes.items(), key=lambda pair: pair[1])
    counts: Counter[str] = Counter(vote.label for vote in votes)
    for value, n in material.found.label_counts.items():
        label = material.found.labels[value]
        if label is not None:
            counts[material.names[label]] += n
    plan = Plan(
        base.recipe,
        tuple(label for _, label in ordered),
        tuple(counts[name] for name, _ in ordered),
        material.n_train + len(votes),
        sha256=material.found.sha256,
        reading=json.dumps(material.corpus.reading.describe(material.found)),
        seed=base.seed,
        n_keep=base.metadata.get("n_keep"),
        corpus=material.corpus.names,
        label_names=tuple(name for name, _ in ordered),
    )
    return fit(material.train(votes), plan, n_threads=n_threads)


def _check_votes(
    material: Material,
    base: Classifier,
    used: Sequence[VotedText],
    new: Sequence[VotedText],
    tolerance: float,
    n_threads: int,
) -> tuple[float, float] | None:
    """Return the accuracy on the last fifth of the new votes of a model without them, and of the base."""
    checked = list(new[-(len(new) // CHECKED_SHARE) :]) if len(new) >= CHECKED_SHARE * MIN_CHECKED else []
    if not checked:
        return None
    left_out = {vote.accepted for vote in checked}
    candidate = _fit(material, base, [vote for vote in used if vote.accepted not in left_out], n_threads)
    pairs = [(vote.text, vote.label) for vote in checked]
    found, before = accuracy_by_name(candidate, pairs), accuracy_by_name(base, pairs)
    if found < before - tolerance:
        raise UpdateRefused(
            f"on the last {len(checked)} votes, a model trained without them is right in {found:.4f}, the served base "
            f"in {before:.4f}; it may lose {tolerance:g}. Look at the last votes, or pass a higher --tolerance."
        )
    return found, before


def _check_holdout(
    material: Material, base: Classifier, classifier: Classifier, tolerance: float
) -> tuple[float, float]:
    held_out = list(material.holdout())
    found, before = accuracy_by_name(classifier, held_out), accuracy_by_name(base, held_out)
    if not _has_same_holdout(material, base):
        # The base may have been trained on some of these; what it reached on documents that it had not seen counts.
        before = min(before, base.metadata.get("metrics", {}).get("accuracy", before))
    if found < before - tolerance:
        raise UpdateRefused(
            f"the guard refused the retrained model: accuracy {found:.4f} on the holdout of the corpus, {before:.4f} "
            f"before; it may lose {tolerance:g}. Reject what is wrong in the log, or pass a higher --tolerance."
        )
    return found, before


def _has_same_holdout(material: Material, base: Classifier) -> bool:
    """Tell whether the base was trained on the same corpus in the same order."""
    known = base.metadata.get("sha256"), base.metadata.get("shuffle_seed"), base.metadata.get("n_train")
    return known == (material.found.sha256, material.corpus.shuffle_seed, material.n_train)


def accuracy_by_name(classifier: Classifier, pairs: Sequence[tuple[str, str]]) -> float:
    """Return the share of texts whose label a model tells, by the names of the labels."""
    names = dict(zip(classifier.classes_.tolist(), classifier.label_names, strict=True))
    predicted = classifier.predict([text for text, _ in pairs]).tolist()
    result: float = sum(names[label] == name for label, (_, name) in zip(predicted, pairs, strict=True)) / len(pairs)
    return result


def _record(material: Material, classifier: Classifier, corpus: Corpus, n_votes: int) -> tuple[bytes, float]:
    """Return the bytes of a record with its guard set, and the accuracy on that."""
    sample: list[Document] = [(text, material.classes[name]) for text, name in islice(material.holdout(), N_GUARD)]
    arrays = make_guard(classifier, sample)
    documents = ((text, material.classes[name]) for text, name in material.holdout())
    classifier.metadata |= {
        "corpus": list(corpus.names),
        "sha256": material.found.sha256,
        "n_train": material.n_train,
        "n_holdout": material.n_holdout,
        "evaluated_on": "the holdout",
        "n_corrections": n_votes,
        "ngrams": name_strongest(classifier, [text for text, _ in sample]),
        "threshold": measure_thresholds(classifier, sample),
        "metrics": evaluate(*score_documents(classifier, documents), classifier),
    }
    if corpus.shuffle_seed is not None:
        classifier.metadata["shuffle_seed"] = corpus.shuffle_seed
    if reading := corpus.reading.chosen():
        classifier.metadata["reading"] = reading
    return record_bytes(classifier, arrays), guard_accuracy(classifier, arrays, classifier.columns)


def _nothing_new(waiting: Counter[str]) -> str:
    if not waiting:
        return "there is nothing to learn: no vote was accepted since the last retraining."
    label, n = waiting.most_common(1)[0]
    return f"there is nothing to learn yet: {label!r} has {n} votes, and becomes a label with {MIN_NEW_LABEL}."


def retrain_apart(
    url: str, corpus: Corpus, by: str, tolerance: float | None = None, note: str = "", n_threads: int = 1
) -> RetrainReport:
    """Retrain in this process, on a database that is opened for it; what a process of its own calls."""
    from movieclassifier.feedback.log.store import FeedbackStore

    store = FeedbackStore(url)
    try:
        return retrain(store.engine, corpus, by, tolerance=tolerance, note=note, n_threads=n_threads)
    finally:
        store.close()
