"""The rules of the log, written down a second time and plainly, to compare the served weights with."""

import json

import numpy as np
from sqlalchemy import select

from movieclassifier.feedback.log.bases import load_base
from movieclassifier.feedback.log.database import snapshot
from movieclassifier.feedback.log.schema import bases, predictions
from movieclassifier.feedback.log.store import FeedbackStore


def replay(store: FeedbackStore, cap: float) -> str:
    """Read the log and the trained model only, apply the rules of the log, and return the digest of the weights."""
    with snapshot(store.engine) as connection:
        rows = connection.execute(select(bases.c.version, bases.c.parent, bases.c.folded)).all()
        texts = dict(connection.execute(select(predictions.c.id, predictions.c.text)).all())
        folded = {row.version: json.loads(row.folded) for row in rows}
        root = min(row.version for row in rows)
        classifier, _ = load_base(connection, root)
    learned, label_of, text_of, set_aside, served = {}, {}, {}, set(), root
    for event in store.iter_events():
        vote = event.vote_position
        if event.kind in ("correct", "incorrect"):
            label_of[vote], text_of[vote] = event.label, texts[event.prediction_id]
            if event.status == "accepted":
                learned[vote] = event.position
        elif event.kind == "approve":
            learned[vote] = event.position
            set_aside.discard(vote)
        elif event.kind in ("undo", "reject"):
            learned.pop(vote, None)
            set_aside.discard(vote)
        else:
            served = event.version
            if event.kind == "rollback":
                back = {vote: at for vote, at in folded[served] if vote in learned or vote in set_aside}
                set_aside = (set_aside | set(learned)) - set(back)
                learned = back
    class_of = dict(zip(classifier.label_names, classifier.classes_.tolist(), strict=True))

    def learn(vote) -> None:
        classifier.learn(text_of[vote], class_of[label_of[vote]])

    for vote, at in folded[served]:
        if learned.get(vote) == at:
            learn(vote)
    base = classifier.coef_.copy()
    limit = cap * np.linalg.norm(base.astype(float))
    inside = [vote for vote, at in folded[served] if learned.get(vote) == at]
    for number, vote in enumerate(sorted(set(learned) - set(inside), key=learned.__getitem__)):
        before = classifier.coef_.copy()
        learn(vote)
        if np.linalg.norm(classifier.coef_.astype(float) - base) > limit and number >= 5:
            classifier.coef_[:] = before
            break
    return classifier.weights_sha256()
