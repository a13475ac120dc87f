"""Retraining: corpus and accepted votes together, in place of the served base.

It is the only way for new words to get weights, and for a label that people voted for to become a class. Here the two
wings of the program meet: it trains, and it knows the log. A server never imports it; it runs in a process of its own.
"""

import json
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Engine

from movieclassifier.corpora.corpus import Corpus
from movieclassifier.corpora.readers.contract import Document
from movieclassifier.evaluation.metrics import evaluate
from movieclassifier.feedback.bounds import DEFAULT_TOLERANCE
from movieclassifier.feedback.log.appending import Accepted, folded_votes
from movieclassifier.feedback.log.bases import base_name, find_version, load_base, served_version
from movieclassifier.feedback.log.database import snapshot
from movieclassifier.feedback.log.entities import RETRAINED
from movieclassifier.feedback.log.replay import VotedText, voted_texts
from movieclassifier.feedback.retraining_checks import accuracy_by_name, check_holdout
from movieclassifier.feedback.retraining_material import Material, gather, nothing_new
from movieclassifier.feedback.retraining_report import RetrainReport
from movieclassifier.feedback.updating import UpdateRefused, serve_new_base
from movieclassifier.models.abstaining import measure_thresholds
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.guard import N_GUARD, guard_accuracy, make_guard
from movieclassifier.models.naming import name_strongest
from movieclassifier.models.scoring import score_documents
from movieclassifier.models.writing import record_bytes
from movieclassifier.system.progress import counting_silence, tells
from movieclassifier.training.fit import fit
from movieclassifier.training.plan import Plan

# The last fifth of the new votes is what a model trained without it is checked on.
CHECKED_SHARE = 5
MIN_CHECKED = 5


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
    material = gather(corpus, base, votes)
    waiting = Counter(vote.label for vote in votes if vote.label not in material.classes)
    used = [vote for vote in votes if vote.label in material.classes]
    new = [vote for vote in used if vote.accepted not in served.folded]
    if not new:
        raise UpdateRefused(nothing_new(waiting))
    on_votes = _check_votes(material, base, used, new=new, tolerance=tolerance, n_threads=n_threads)
    classifier = _fit(material, base, used, n_threads)
    on_holdout = check_holdout(material, base, classifier, tolerance)
    record, accuracy = _record(material, classifier, corpus, len(used))
    version = serve_new_base(
        engine,
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
    return RetrainReport(
        version=find_version(engine, version),
        n_votes=len(used),
        n_new=len(new),
        new_labels=tuple(label for label in material.classes if label not in base.label_names),
        waiting=dict(waiting),
        on_holdout=on_holdout,
        on_votes=on_votes,
    )


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
        version = served_version(connection)
        base, _ = load_base(connection, version)
        return _Served(
            version,
            base_name(connection, version),
            base,
            set(folded_votes(connection, version)),
            voted_texts(connection),
        )


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
    return fit(material.train(votes), plan, n_threads=n_threads, show_progress=None if tells() else False)


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


def retrain_apart(
    url: str,
    corpus: Corpus,
    by: str,
    tolerance: float | None = None,
    note: str = "",
    n_threads: int = 1,
    tell: bool = False,
) -> RetrainReport:
    """Retrain in this process, on a database that is opened for it; `tell` shows on stderr how far it is."""
    from movieclassifier.feedback.log.store import FeedbackStore

    store = FeedbackStore(url)
    try:
        with counting_silence() if tell else nullcontext():
            return retrain(store.engine, corpus, by, tolerance=tolerance, note=note, n_threads=n_threads)
    finally:
        store.close()
