"""Judge items: a label, "other", or nothing if a text is too short or in a different language."""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from movieclassifier.feedback.log.live_tables import items, judged
from movieclassifier.feedback.log.texts import clean
from movieclassifier.live.items import ARTICLE
from movieclassifier.live.storage.items import KeptItem, kept_item
from movieclassifier.models.abstaining import judge_texts, thresholds_of, unknown_shares
from movieclassifier.models.classifier import Classifier

OTHER = "other"
UNTOLD = ""
# Items that a page judges before it answers; the rest is judged between the rounds of collecting.
JUDGED_PER_PAGE = 100
# Words that a text in English has many of.
COMMON = re.compile(
    "the|of|and|to|an?|in|is|that|it|for|was|on|with|as|be|at|by|this|are|from|or|have|they|which|you|he|i|has|but|not|"
    "we|my|his|her|so|will|their|who|after|its|said"
)
COMMON_SHARE = 0.1
WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Judgement:
    """The model's judgement on a text.

    Attributes
    ----------
    outcome : str
        The label that is shown: the model's, :data:`OTHER`, or :data:`UNTOLD`.
    label : str
        The most probable one.
    probability : float
        Of that label.
    probabilities : dict of str to float
    n_known : int
        N-grams that the model knows.
    unknown_share : float
        The share of words that it does not know.
    """

    outcome: str
    label: str
    probability: float
    probabilities: dict[str, float]
    n_known: int
    unknown_share: float


def judge(
    classifier: Classifier, texts: Sequence[str], languages: Sequence[str], language: str = "en"
) -> list[Judgement]:
    """Return what a model says of texts.

    Parameters
    ----------
    classifier : Classifier
    texts : sequence of str
    languages : sequence of str
        As their sources declare them; "" is unknown.
    language : str
        Of the texts that the model knows; "any" judges all.
    """
    if not texts:
        return []
    thresholds = thresholds_of(classifier.metadata)
    y_proba, n_known = judge_texts(classifier, texts)
    unknown = unknown_shares(classifier, texts)
    found = []
    for text, declared, row, n, share in zip(
        texts, languages, y_proba, n_known.tolist(), unknown.tolist(), strict=True
    ):
        best = int(row.argmax())
        label, probability = classifier.label_names[best], float(row[best])
        least = thresholds.of(n) if speaks(text, declared, language) else None
        outcome = UNTOLD if least is None else label if probability >= least else OTHER
        named = dict(zip(classifier.label_names, row.tolist(), strict=True))
        found.append(
            Judgement(
                outcome=outcome,
                label=label,
                probability=probability,
                probabilities=named,
                n_known=n,
                unknown_share=round(share, 6),
            )
        )
    return found


def speaks(text: str, declared: str, language: str) -> bool:
    """Tell whether a text is in the model's language, as far as can be seen.

    Examples
    --------
    >>> speaks("The town voted for a bridge", "", "en"), speaks("Город проголосовал за мост", "", "en")
    (True, False)
    """
    if language == "any":
        return True
    if declared and declared.split("-")[0] not in (language, "und", "mul"):
        return False
    words = [word.casefold() for word in WORD.findall(text[:4000])]
    if language != "en" or not words:
        return True
    latin = sum(unicodedata.name(word[0], "").startswith("LATIN") for word in words)
    if latin < len(words) / 2:
        return False
    return (
        declared != ""
        or len(words) < 20
        or sum(COMMON.fullmatch(word) is not None for word in words) >= COMMON_SHARE * len(words)
    )


def judge_kept(
    connection: Connection, classifier: Classifier, version: str, language: str, limit: int = JUDGED_PER_PAGE
) -> int:
    """Judge articles that were not judged by this version, the newest first; return how many.

    Parameters
    ----------
    connection : Connection
        In a transaction that writes.
    classifier : Classifier
    version : str
    language : str
    limit : int
    """
    is_stale = judged.c.model_version.is_(None) | (judged.c.model_version != version)
    chosen = (
        select(items)
        .outerjoin(judged, judged.c.item == items.c.id)
        .where(is_stale, items.c.kind == ARTICLE)
        .order_by(items.c.shown_at.desc())
        .limit(limit)
    )
    kept = [kept_item(row) for row in connection.execute(chosen)]
    found = judge(classifier, *_texts(kept), language)
    if not kept:
        return 0
    connection.execute(delete(judged).where(judged.c.item.in_([each.id for each in kept])))
    connection.execute(
        insert(judged),
        [
            {
                "item": each.id,
                "model_version": version,
                "outcome": judgement.outcome,
                "label": judgement.label,
                "probability": judgement.probability,
                "probabilities": json.dumps(judgement.probabilities),
                "n_known": judgement.n_known,
                "unknown_share": judgement.unknown_share,
            }
            for each, judgement in zip(kept, found, strict=True)
        ],
    )
    return len(kept)


def judge_items(classifier: Classifier, kept: Sequence[KeptItem], language: str) -> list[Judgement]:
    """Return what a model says of items, with nothing stored."""
    return judge(classifier, *_texts(kept), language)


def _texts(kept: Sequence[KeptItem]) -> tuple[list[str], list[str]]:
    return [clean(each.item.document) for each in kept], [each.item.language for each in kept]


def judgement_of(row: Row[Any]) -> Judgement:
    """Return a judgement of its row."""
    return Judgement(
        outcome=row.outcome,
        label=row.label,
        probability=row.probability,
        probabilities=json.loads(row.probabilities),
        n_known=row.n_known,
        unknown_share=row.unknown_share,
    )
