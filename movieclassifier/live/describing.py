"""An item and what the model says of it, as JSON for programs."""

from typing import Any

from movieclassifier.feedback.log.live.entities import OTHER, Item, Judgement


def describe(item: Item, judgement: Judgement) -> dict[str, Any]:
    """Return an item and what the model says of it.

    Parameters
    ----------
    item : Item
    judgement : Judgement

    Returns
    -------
    dict
        ``label`` is None if the model can say nothing about the text; ``best`` is the most probable class.
    """
    return {
        "source": item.kind,
        "newspaper": item.source,
        "id": item.id,
        "url": item.url,
        "title": item.title,
        "author": item.author,
        "published": item.published.isoformat() if item.published else None,
        "language": item.language,
        "label": judgement.outcome or None,
        "best": judgement.label,
        "probability": round(judgement.probability, 6),
        "other": judgement.outcome == OTHER,
        "probabilities": {name: round(value, 6) for name, value in judgement.probabilities.items()},
        "unknown_share": judgement.unknown_share,
        "text_from": item.text_from,
    }
