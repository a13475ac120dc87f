"""Judgements on articles: kept for one version of the model, made again for the next."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from movieclassifier.feedback.log.live.entities import ARTICLE, Judgement, KeptItem
from movieclassifier.feedback.log.live.items import kept_item
from movieclassifier.feedback.log.live.schema import items, judged
from movieclassifier.feedback.log.stored import read_probabilities, taking_apart


def has_unjudged(connection: Connection, version: str) -> bool:
    """Tell whether a version of the model has not judged all articles."""
    return connection.scalar(_unjudged(select(items.c.id), version).limit(1)) is not None


def unjudged_items(connection: Connection, version: str, limit: int) -> list[KeptItem]:
    """Return articles that a version of the model has not judged, the newest first."""
    chosen = _unjudged(select(items), version).order_by(items.c.shown_at.desc()).limit(limit)
    return [kept_item(row) for row in connection.execute(chosen)]


def _unjudged(chosen: Any, version: str) -> Any:
    is_stale = judged.c.model_version.is_(None) | (judged.c.model_version != version)
    return chosen.outerjoin(judged, judged.c.item == items.c.id).where(is_stale, items.c.kind == ARTICLE)


def keep_judgements(connection: Connection, version: str, found: Sequence[tuple[int, Judgement]]) -> None:
    """Keep what a version of the model says of items, in a transaction that writes.

    Parameters
    ----------
    connection : Connection
    version : str
    found : sequence of (int, Judgement)
        Numbers of items, and the judgements on them.
    """
    if not found:
        return
    connection.execute(delete(judged).where(judged.c.item.in_([id for id, _ in found])))
    connection.execute(
        insert(judged),
        [
            {
                "item": id,
                "model_version": version,
                "outcome": judgement.outcome,
                "label": judgement.label,
                "probability": judgement.probability,
                "probabilities": json.dumps(judgement.probabilities),
                "n_known": judgement.n_known,
                "unknown_share": judgement.unknown_share,
            }
            for id, judgement in found
        ],
    )


@taking_apart("a judgement")
def judgement_of(row: Row[Any]) -> Judgement:
    """Return a judgement of its row."""
    return Judgement(
        outcome=row.outcome,
        label=row.label,
        probability=row.probability,
        probabilities=read_probabilities(row.probabilities),
        n_known=row.n_known,
        unknown_share=row.unknown_share,
    )
