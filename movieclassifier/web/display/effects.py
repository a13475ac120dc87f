"""The effect that a vote would have if it were accepted now, in a few words."""

from movieclassifier.feedback.rehearsal import Rehearsal


def effect_of(found: Rehearsal) -> str:
    """Return the effect of a rehearsed vote.

    Parameters
    ----------
    found : Rehearsal
    """
    if not found.n_known:
        return "nothing: no word is known"
    if found.held:
        return f"held: {found.held}"
    if found.before == found.after:
        return "nothing: it is sure already"
    was, now = (max(answer, key=answer.__getitem__) for answer in (found.before, found.after))
    return f"{was} {_percent(found.before[was])} → {now} {_percent(found.after[now])}"


def _percent(probability: float) -> int:
    return min(99, round(100 * probability))
