"""Learning votes in their order, within bounds.

Each step remembers the weights that it changed. A vote that is taken out costs the steps after it only, and gives the
same bits as a replay from the base: steps are taken back to their exact weights, the last first, and learned again.
"""

import copy
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from movieclassifier.feedback.ballot_steps import (
    GUARDED,
    STEPPED,
    TOO_FAR,
    TOO_LARGE,
    TOO_MUCH,
    UNCHANGED,
    AllowedStep,
)
from movieclassifier.feedback.ballots import Ballots, Batch
from movieclassifier.feedback.bounds import Bounds, free_votes
from movieclassifier.feedback.guard_scores import GuardScores
from movieclassifier.feedback.log.entities import CAP, CLIENT_SHARE, GUARD, VOTE_SHARE
from movieclassifier.feedback.moved_weights import MovedWeights
from movieclassifier.feedback.packed_rows import TextRows, is_uniform
from movieclassifier.feedback.space import Space
from movieclassifier.models.classifier import Classifier

# Why a ballot is held, by its outcome.
REASONS = {TOO_FAR: CAP, TOO_LARGE: VOTE_SHARE, TOO_MUCH: CLIENT_SHARE, GUARDED: GUARD}


class Learner:
    """Weights that learn ballots within bounds, and can take back what they learned.

    Parameters
    ----------
    classifier : Classifier
        The base; it is not changed.
    bounds : Bounds
    space : Space, optional
        That of the classifier.

    Attributes
    ----------
    ballots : Ballots
    moved : MovedWeights
    outcome : ndarray of int8
        How each ballot ended.
    guard : GuardScores or None
    held : dict of int to str
        Why ballots are held, by the position of the event that accepted them.
    """

    def __init__(self, classifier: Classifier, bounds: Bounds, space: Space | None = None):
        ngrams = classifier.recipe.ngrams
        self.space = space or Space(classifier)
        self.moved = MovedWeights.of(classifier, self.space, bounds)
        self.ballots = Ballots(self.space, len(self.moved.weights), uniform=is_uniform(ngrams), dtype=ngrams.dtype)
        self.outcome = np.zeros(64, np.int8)
        self.guard: GuardScores | None = None
        self.held: dict[int, str] = {}
        self._next = 0
        self._changed: list[NDArray[np.integer]] = []

    def watch(self, guard: GuardScores) -> None:
        """Hold votes that take the weights below what a guard set allows."""
        self.guard = guard

    @property
    def cap_used(self) -> float:
        """The distance from the base as a share of the cap."""
        moved = self.moved
        return float(np.sqrt(moved.distance2 / moved.cap2)) if moved.cap2 else float(moved.distance2 > 0)

    @property
    def n_applied(self) -> int:
        """The number of ballots that are not held."""
        return int(np.count_nonzero(self.ballots.alive[: len(self.ballots)])) - len(self.held)

    def reason(self, index: int) -> str | None:
        """Return why one ballot is held."""
        return REASONS.get(int(self.outcome[index]))

    def shares(self) -> dict[str, float]:
        """Return the squared steps of each client as a share of the squared cap."""
        names, cap2 = self.ballots.names, self.moved.cap2
        clients = np.flatnonzero(self.moved.used[: len(names)]).tolist()
        return {names[number]: float(self.moved.used[number] / cap2) if cap2 else 0.0 for number in clients}

    def nbytes(self) -> int:
        """Return the memory that the ballots, the steps and the weights take, in bytes."""
        return self.ballots.nbytes() + self.moved.nbytes() + self.outcome.nbytes

    def values(self, index: int) -> NDArray[np.float64]:
        """Return the decision values of one ballot, of shape (n_rows,)."""
        return self.moved.values(self.ballots, index, index + 1)[:, 0]

    def values_of(self, rows: TextRows) -> NDArray[np.float64]:
        """Return the decision values of a text, of shape (n_rows,)."""
        n = len(self.ballots)
        self.ballots.extend(Batch(vote=[-1], at=[-1], target=[0], client=[""], trusted=[False], rows=rows))
        values = self.values(n)
        self.ballots.truncate(n)
        return values

    def copy(self) -> "Learner":
        """Return a learner that learns on its own; it must be done with before this one learns again."""
        other = copy.copy(self)
        other.moved, other.outcome = self.moved.copy(), self.outcome.copy()
        other.ballots, other.guard = self.ballots.copy(), self.guard.copy() if self.guard else None
        other.held, other._changed = dict(self.held), []
        return other

    def learn(self, batches: Iterable[Batch]) -> None:
        """Learn ballots after those that are there."""
        for batch in batches:
            self.ballots.extend(batch)
        self._learn_new()

    def remove(self, votes: list[int]) -> None:
        """Take ballots out, as if they had never been cast."""
        changed = []
        for vote in votes:
            index = self.ballots.index(vote)
            if index is not None:
                self.ballots.remove(index)
                self.held.pop(int(self.ballots.at[index]), None)
                # A ballot that changed no weight can be taken out without learning the later ones again.
                changed += [index] if self.outcome[index] == STEPPED else []
        if changed:
            self.take_back_to(min(changed))
            self._learn_new()

    def take_back_to(self, index: int) -> None:
        """Take back the steps of a ballot and of all after it."""
        places, last = self.moved.take_back_to(self.ballots, index)
        if len(places):
            self._changed.append(places)
            if self.guard is not None:
                self.guard.add(self.guard.change(places, last, self.moved.weights[:, places]))
        self._next = min(self._next, index)

    def forget(self, n: int) -> None:
        """Take back and drop all ballots but the first."""
        self.take_back_to(n)
        for at in self.ballots.at[n : len(self.ballots)].tolist() if self.held else ():
            self.held.pop(at, None)
        self.outcome[n:] = UNCHANGED
        self.ballots.truncate(n)

    def put(self, coef: NDArray[np.floating]) -> bool:
        """Write the weights that changed since the last time into dense ones; return whether any did."""
        changed, self._changed = self._changed, []
        if changed:
            self.space.put(self.moved.weights, self.space.union(changed), coef)
        return bool(changed)

    def _learn_new(self) -> None:
        if len(self.outcome) < len(self.ballots.vote):
            room = len(self.ballots.vote) - len(self.outcome)
            self.outcome = np.concatenate([self.outcome, np.zeros(room, np.int8)])
        first = self._next
        found = np.zeros(len(self.ballots) - first, np.int8)
        free = free_votes(self.guard.n_documents if self.guard else 0)
        for candidate in self.moved.candidates(self.ballots, first, found, free=free):
            found[candidate.index - first] = STEPPED if self._take(candidate) else GUARDED
        self._next = len(self.ballots)
        self._note(first, found)

    def _note(self, first: int, outcomes: NDArray[np.int8]) -> None:
        """Keep the outcomes of ballots, and the reasons of those that are held."""
        before = self.outcome[first : first + len(outcomes)]
        for i in np.flatnonzero(outcomes != before).tolist():
            at = int(self.ballots.at[first + i])
            if outcomes[i] >= TOO_FAR:
                self.held[at] = REASONS[int(outcomes[i])]
            else:
                self.held.pop(at, None)
        before[:] = outcomes

    def _take(self, candidate: AllowedStep) -> bool:
        """Take a step, unless the guard holds it."""
        if self.guard is not None:
            change = self.guard.change(candidate.places, candidate.old, candidate.new)
            if not self.guard.allows(change):
                return False
            self.guard.add(change)
        self.moved.take(candidate, int(self.ballots.client[candidate.index]))
        self._changed.append(candidate.places)
        return True
