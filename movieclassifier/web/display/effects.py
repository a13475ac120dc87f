"""The effect that a vote would have if it were accepted now, in a few words."""

from collections.abc import Mapping

from movieclassifier.feedback.learner import Rehearsal

HELD = "held: beyond what votes may change before the next check"


def effect_of(found: Rehearsal, before: Mapping[str, float], after: Mapping[str, float]) -> str:
    """Return the effect of a rehearsed vote.

    Parameters
    ----------
    found : Rehearsal
    before, after : mapping of str to float
        Probabilities by label.
    """
    if not found.lesson.n_known:
        return "nothing: no word is known"
    if found.held:
        return HELD
    if not found.lesson.changed:
        return "nothing: it is sure already"
    was, now = (max(answer, key=answer.__getitem__) for answer in (before, after))
    return f"{was} {_percent(before[was])} → {now} {_percent(after[now])}"


def _percent(probability: float) -> int:
    return min(99, round(100 * probability))
