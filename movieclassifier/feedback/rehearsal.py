"""Rehearsals: the effect that a vote would have, found by learning it and taking it back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from movieclassifier.feedback.ballots import Batch
from movieclassifier.feedback.learner import Learner
from movieclassifier.feedback.log.entities import Probabilities


@dataclass(frozen=True)
class Rehearsal:
    """The effect that learning a vote would have now.

    Attributes
    ----------
    before, after : dict of str to float
        Probabilities of the text.
    n_known : int
        Columns of the text that the model has a weight for. If there are none, nothing can be learned.
    held : str or None
        Why the vote would be held.
    """

    before: Probabilities
    after: Probabilities
    n_known: int
    held: str | None


def rehearse(
    learner: Learner,
    ballot: Batch,
    name: Callable[[NDArray[np.float64]], Probabilities],
    *,
    after: Sequence[Batch] = (),
    without: int | None = None,
) -> Rehearsal:
    """Return the effect of a ballot, and leave the learner as it was.

    Parameters
    ----------
    learner : Learner
    ballot : Batch
        One ballot.
    name : callable
        Turns decision values of shape (n_rows,) into probabilities by label.
    after : sequence of Batch
        Ballots that are learned before it.
    without : int, optional
        A vote that is taken out before it.

    Returns
    -------
    Rehearsal
    """
    trying = learner
    if without is not None:
        trying = learner.copy()
        trying.remove([without])
    kept = len(trying.ballots)
    trying.learn(after)
    n = len(trying.ballots)
    before = trying.values_of(ballot.rows)
    trying.learn([ballot])
    found = Rehearsal(name(before), name(trying.values(n)), trying.ballots.n_known(n), trying.reason(n))
    if trying is learner:
        learner.forget(kept)
    return found
