"""Judge items: a label, "other", or nothing if a text is too short or in a different language."""

import re
import unicodedata
from collections.abc import Sequence

from sqlalchemy import Connection

from movieclassifier.feedback.log.live.entities import OTHER, UNTOLD, Judgement, KeptItem
from movieclassifier.feedback.log.live.judgements import keep_judgements, unjudged_items
from movieclassifier.feedback.log.texts import clean
from movieclassifier.models.abstaining import judge_texts, thresholds_of, unknown_shares
from movieclassifier.models.classifier import Classifier

# Items that a page judges before it answers; the rest is judged between the rounds of collecting.
JUDGED_PER_PAGE = 100
# Words that a text in English has many of.
COMMON = re.compile(
    "the|of|and|to|an?|in|is|that|it|for|was|on|with|as|be|at|by|this|are|from|or|have|they|which|you|he|i|has|but|not|"
    "we|my|his|her|so|will|their|who|after|its|said"
)
COMMON_SHARE = 0.1
WORD = re.compile(r"[^\W\d_]+")


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
    kept = unjudged_items(connection, version, limit)
    found = judge_items(classifier, kept, language)
    keep_judgements(connection, version, [(each.id, judgement) for each, judgement in zip(kept, found, strict=True)])
    return len(kept)


def judge_items(classifier: Classifier, kept: Sequence[KeptItem], language: str) -> list[Judgement]:
    """Return what a model says of items, with nothing stored."""
    return judge(classifier, *_texts(kept), language)


def _texts(kept: Sequence[KeptItem]) -> tuple[list[str], list[str]]:
    return [clean(each.item.document) for each in kept], [each.item.language for each in kept]
