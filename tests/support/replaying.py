"""The rules of the log, written down a second time and plainly, to compare the served weights with."""

import json

import numpy as np
from sqlalchemy import select

from movieclassifier.feedback.bounds import Bounds
from movieclassifier.feedback.importing import IMPORT
from movieclassifier.feedback.log.bases import load_base
from movieclassifier.feedback.log.database import snapshot
from movieclassifier.feedback.log.schema import bases, predictions
from movieclassifier.feedback.log.store import FeedbackStore
from movieclassifier.models.guard import guard_accuracy


def replay(store: FeedbackStore, bounds: Bounds) -> str:
    """Read the log and the trained model only, apply the rules of the log, and return the digest of the weights."""
    with snapshot(store.engine) as connection:
        rows = connection.execute(select(bases.c.version, bases.c.parent, bases.c.folded, bases.c.guard_accuracy)).all()
        owners = dict(connection.execute(select(predictions.c.id, predictions.c.owner)).all())
        texts = dict(connection.execute(select(predictions.c.id, predictions.c.text)).all())
        folded = {row.version: json.loads(row.folded) for row in rows}
        root = min(row.version for row in rows)
        classifier, guard = load_base(connection, root)
        trained, _ = load_base(connection, root)
    learned, label_of, text_of, client_of, imported, set_aside, served = {}, {}, {}, {}, set(), set(), root
    for event in store.iter_events():
        vote = event.vote_position
        if event.kind in ("correct", "incorrect"):
            label_of[vote], text_of[vote] = event.label, texts[event.prediction_id]
            client_of[vote] = event.by
            imported |= {vote} if owners[event.prediction_id] == IMPORT else set()
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
    cap2 = bounds.cap**2 * np.sum(base.astype(float) ** 2)
    reference = max(
        (row.guard_accuracy for row in rows if row.version in (served, root) and row.guard_accuracy), default=0
    )
    guarded = "guard_y" in guard and bounds.tolerance < 1
    n_guards = len(guard.get("guard_y", ()))
    floor = reference - bounds.tolerance * max(n_guards, 500) / max(n_guards, 1) - 1e-9
    n_steps, used = 0, {}
    inside = [vote for vote, at in folded[served] if learned.get(vote) == at]
    for vote in sorted(set(learned) - set(inside), key=learned.__getitem__):
        before = classifier.coef_.copy()
        right = guard_accuracy(classifier, guard, trained.columns) if guarded else 0
        learn(vote)
        size2 = np.sum((classifier.coef_.astype(float) - before) ** 2)
        client, trusted = client_of[vote], vote in imported or learned[vote] != vote
        allowed = np.sum((classifier.coef_.astype(float) - base) ** 2) <= cap2
        allowed &= trusted or size2 <= bounds.vote_share * cap2
        allowed &= trusted or used.get(client, 0) + size2 <= bounds.client_share * cap2
        if not guarded or n_guards < 200:
            allowed |= n_steps < 5
        if guarded and guard_accuracy(classifier, guard, trained.columns) < min(right, floor):
            allowed = False
        if size2 and allowed:
            n_steps += 1
            used[client] = used.get(client, 0) + size2
        else:
            classifier.coef_[:] = before
    return classifier.weights_sha256()
