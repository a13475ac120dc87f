"""Choosing the thresholds of a model on a corpus."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from sqlalchemy import Engine

from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.minibatches import holdout_sizes
from movieclassifier.corpora.named_once import check_named_once
from movieclassifier.corpora.survey import survey
from movieclassifier.feedback.log.database import snapshot
from movieclassifier.feedback.log.replay import voted_texts
from movieclassifier.models.abstaining import Thresholds, choose_thresholds, judge_held_out, risk_table
from movieclassifier.models.persistence import hint_at_model, load_classifier, model_path
from movieclassifier.models.record import load_record
from movieclassifier.models.writing import save_record

MAX_DOCUMENTS = 5000
# Fewer votes than these would say more about the people who voted than about the news.
MIN_VOTED = 50


def choose_on(
    paths: Sequence[str],
    model: str | None,
    coverage: float,
    risk: float | None,
    voted: Sequence[tuple[str, str]] = (),
) -> tuple[Thresholds, list[tuple[str, float, float, float]]]:
    """Return the thresholds for the last tenth of a corpus, and the table of coverage and risk that they are from.

    Parameters
    ----------
    paths : sequence of str
    model : str or None
    coverage, risk : float
        As for :func:`~movieclassifier.models.abstaining.choose_thresholds`.
    voted : sequence of (str, str)
        Texts that people voted on, with the names of their labels; they count once there are :data:`MIN_VOTED`.

    Raises
    ------
    OSError, ValueError
        If the corpus or the model cannot be read, or have other labels.
    """
    classifier = load_classifier(model)
    corpus = open_corpus(*paths)
    check_named_once(corpus.addresses or corpus.paths)
    found = survey(corpus)
    n_train, n_holdout = holdout_sizes(found.n_documents, None, None)
    known = {name: label for label, name in zip(classifier.classes_.tolist(), classifier.label_names, strict=True)}
    documents = []
    for text, label in islice(corpus.documents(found.labels), n_train, n_train + min(n_holdout, MAX_DOCUMENTS)):
        label = label if label in classifier.classes_.tolist() else known.get(str(label), label)
        if label not in classifier.classes_.tolist():
            names = ", ".join(classifier.label_names)
            raise ValueError(f"{corpus.names[0]}: label {label!r} is not one of {names}.{hint_at_model(model)}")
        documents.append((text, label))
    if len(voted) >= MIN_VOTED:
        documents += [(text, known.get(name, name)) for text, name in voted]
    held_out = judge_held_out(classifier, documents)
    return choose_thresholds(held_out, coverage, risk), risk_table(held_out)


def read_voted(engine: Engine) -> list[tuple[str, str]]:
    """Return the texts of accepted votes, with the names of their labels."""
    with snapshot(engine) as connection:
        return [(vote.text, vote.label) for vote in voted_texts(connection)]


def save_thresholds(model: str | None, chosen: Thresholds) -> Path:
    """Write thresholds to a model file; its weights stay as they are.

    Returns
    -------
    Path
    """
    path = model_path(model)
    classifier, extra = load_record(path)
    classifier.metadata["threshold"] = chosen.to_dict()
    save_record(path, classifier, extra)
    return path
