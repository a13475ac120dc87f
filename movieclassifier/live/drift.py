"""Drift: how far what is read is from what the model was trained on, in sentences."""

import math
from collections.abc import Sequence

from movieclassifier.feedback.log.live.entities import DayOfSource

MIN_ITEMS = 20
# Standard errors that a share may be off its mean of four weeks.
BAND = 3.0
MAX_UNKNOWN = 2.0  # times the holdout's


def warnings_of(days: Sequence[DayOfSource], unknown_share: float) -> list[str]:
    """Return what has left its band on the last day, in sentences.

    Parameters
    ----------
    days : sequence of DayOfSource
        The oldest first.
    unknown_share : float
        Of the documents that were held out of the training; 0 where it was not measured.
    """
    if not days or days[-1].n < MIN_ITEMS:
        return []
    last, before = days[-1], [day for day in days[:-1] if day.n >= MIN_ITEMS]
    found = []
    if unknown_share and last.unknown_share > MAX_UNKNOWN * unknown_share:
        found.append(
            f"On {last.day}, {last.unknown_share:.1%} of the words were unknown to the model; it was "
            f"{unknown_share:.1%} on the documents that were held out of its training. "
            "Correct some articles, and retrain."
        )
    told = sum(day.n - day.n_untold for day in before)
    if told:
        mean = sum(day.n_other for day in before) / told
        error = math.sqrt(max(mean * (1 - mean), 0.01) / max(1, last.n - last.n_untold))
        if abs(last.other_share - mean) > BAND * error:
            found.append(
                f"On {last.day}, {last.other_share:.0%} of the articles were “other”; it was {mean:.0%} on the "
                f"{len(before)} days before."
            )
    return found
