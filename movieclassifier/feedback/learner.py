"""Learning votes in their order, within bounds.

Each step remembers the weights that it changed. A vote that is taken out costs the steps after it only, and gives the
same bits as a replay from the base: steps are taken back to their exact weights, the last first, and learned again.
Rows are evaluated many at a time; the sum of a row does not depend on its neighbours.
"""

import copy
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from movieclassifier.feedback.ballots import Ballots, Batch, TextRows, is_uniform
from movieclassifier.feedback.bounds import FREE_VOTES, Bounds
from movieclassifier.feedback.guarding import GuardScores
from movieclassifier.feedback.log.entities import CAP, CLIENT_SHARE, GUARD, VOTE_SHARE
from movieclassifier.feedback.space import Space
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.correcting import MARGIN

# How a ballot ended: nothing to change, a step, or held for one of the reasons.
UNCHANGED, STEPPED, TOO_FAR, TOO_LARGE, TOO_MUCH, GUARDED = range(6)
REASONS = {TOO_FAR: CAP, TOO_LARGE: VOTE_SHARE, TOO_MUCH: CLIENT_SHARE, GUARDED: GUARD}
# Ballots that are evaluated together: few while steps change the weights, many while nothing does.
FEW, MANY = 16, 1024


@dataclass(frozen=True)
class Step:
    """A ballot that changed weights, and all that it takes to take it back."""

    index: int
    places: NDArray[np.integer]
    old: NDArray[np.floating]
    distance2: float
    used: float


@dataclass(frozen=True)
class Trial:
    """What steps of some ballots would do to the weights as they are.

    Attributes
    ----------
    chosen : ndarray of shape (n,)
        The ballots that would change weights.
    starts : ndarray of shape (n + 1,)
    places : ndarray of shape (n_columns,)
    old, new : ndarray of shape (n_rows, n_columns)
    size2 : ndarray of shape (n,)
        Squared lengths of the steps.
    distance2 : ndarray of shape (n,)
        Squared distance from the base after each step alone.
    """

    chosen: NDArray[np.integer]
    starts: NDArray[np.int64]
    places: NDArray[np.int32]
    old: NDArray[np.floating]
    new: NDArray[np.floating]
    size2: NDArray[np.float64]
    distance2: NDArray[np.float64]

    def step(self, k: int) -> slice:
        """Return where the columns of one ballot are."""
        return slice(int(self.starts[k]), int(self.starts[k + 1]))


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
    weights : ndarray of shape (n_rows, n_places + 1)
    ballots : Ballots
    steps : list of Step
    outcome : ndarray of int8
        How each ballot ended.
    distance2 : float
        Squared distance of the weights from the base.
    used : dict of int to float
        The squared steps of each client, by its number.
    guard : GuardScores or None
    held : dict of int to str
        Why ballots are held, by the position of the event that accepted them.
    """

    def __init__(self, classifier: Classifier, bounds: Bounds, space: Space | None = None):
        ngrams = classifier.recipe.ngrams
        self.space = space or Space(classifier)
        self.weights = self.space.take(classifier.coef_)
        self.ballots = Ballots(self.space, len(self.weights), uniform=is_uniform(ngrams), dtype=ngrams.dtype)
        self.steps: list[Step] = []
        self.outcome = np.zeros(64, np.int8)
        self.distance2 = 0.0
        self.used: dict[int, float] = {}
        self.guard: GuardScores | None = None
        self.held: dict[int, str] = {}
        self._bounds = bounds
        self._base = self.weights.copy()
        self._intercept = classifier.intercept_.astype(float)
        norm2 = float(np.sum(self._base.astype(float) ** 2))
        self._cap2 = bounds.cap**2 * norm2 if norm2 or np.isfinite(bounds.cap) else np.inf
        self._next = 0
        self._changed: list[NDArray[np.integer]] = []

    def watch(self, guard: GuardScores) -> None:
        """Hold votes that take the weights below what a guard set allows."""
        self.guard = guard

    @property
    def cap_used(self) -> float:
        """The distance from the base as a share of the cap."""
        return float(np.sqrt(self.distance2 / self._cap2)) if self._cap2 else float(self.distance2 > 0)

    @property
    def n_applied(self) -> int:
        """The number of ballots that are not held."""
        return int(np.count_nonzero(self.ballots.alive[: len(self.ballots)])) - len(self.held)

    def reason(self, index: int) -> str | None:
        """Return why one ballot is held."""
        return REASONS.get(int(self.outcome[index]))

    def shares(self) -> dict[str, float]:
        """Return the squared steps of each client as a share of the squared cap."""
        return {
            self.ballots.names[number]: used / self._cap2 if self._cap2 else 0.0
            for number, used in self.used.items()
            if used
        }

    def values(self, index: int) -> NDArray[np.float64]:
        """Return the decision values of one ballot, of shape (n_rows,)."""
        return self._values(index, index + 1)[:, 0]

    def values_of(self, rows: TextRows) -> NDArray[np.float64]:
        """Return the decision values of a text, of shape (n_rows,)."""
        n = len(self.ballots)
        self.ballots.extend(Batch([-1], [-1], [0], [""], [False], rows))
        values = self.values(n)
        self.ballots.truncate(n)
        return values

    def copy(self) -> "Learner":
        """Return a learner that learns on its own; it must be done with before this one learns again."""
        other = copy.copy(self)
        other.weights, other.outcome = self.weights.copy(), self.outcome.copy()
        other.ballots, other.guard = self.ballots.copy(), self.guard.copy() if self.guard else None
        other.steps, other.used, other.held = list(self.steps), dict(self.used), dict(self.held)
        other._changed = []
        return other

    def learn(self, batches: Iterable[Batch]) -> None:
        """Learn ballots after all others."""
        for batch in batches:
            self.ballots.extend(batch)
        self._go_on()

    def remove(self, votes: list[int]) -> None:
        """Take ballots out, as if they had never been cast."""
        changed = []
        for vote in votes:
            index = self.ballots.index(vote)
            if index is not None:
                self.ballots.remove(index)
                self.held.pop(int(self.ballots.at[index]), None)
                # One that changed no weight leaves the others as they are.
                changed += [index] if self.outcome[index] == STEPPED else []
        if changed:
            self.take_back_to(min(changed))
            self._go_on()

    def take_back_to(self, index: int) -> None:
        """Take back the steps of a ballot and of all after it."""
        kept = len(self.steps)
        while kept and self.steps[kept - 1].index >= index:
            kept -= 1
        gone, self.steps = self.steps[kept:], self.steps[:kept]
        if gone:
            places = np.unique(np.concatenate([step.places for step in gone]))
            last = self.weights[:, places]
            for step in reversed(gone):
                self.weights[:, step.places] = step.old
                self.used[int(self.ballots.client[step.index])] = step.used
            self.distance2 = gone[0].distance2
            self._changed.append(places)
            if self.guard is not None:
                self.guard.add(self.guard.change(places, last, self.weights[:, places]))
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
            self.space.put(self.weights, np.unique(np.concatenate(changed)), coef)
        return bool(changed)

    def _go_on(self) -> None:
        if len(self.outcome) < len(self.ballots.vote):
            room = len(self.ballots.vote) - len(self.outcome)
            self.outcome = np.concatenate([self.outcome, np.zeros(room, np.int8)])
        size = FEW
        while self._next < len(self.ballots):
            stepped = self._learn_until(min(self._next + size, len(self.ballots)))
            size = FEW if stepped else min(2 * size, MANY)

    def _learn_until(self, stop: int) -> bool:
        """Learn ballots until one changes the weights; return whether one did."""
        first = self._next
        trial = self._try(first, stop)
        outcomes = self._judge(trial)
        taken = None
        for k in np.flatnonzero(outcomes == STEPPED).tolist():
            if self._take(trial, k):
                taken = k
                break
            outcomes[k] = GUARDED
        self._next = stop if taken is None else int(trial.chosen[taken]) + 1
        found = np.zeros(stop - first, np.int8)
        found[trial.chosen - first] = outcomes
        self._note(first, found[: self._next - first])
        return taken is not None

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

    def _values(self, first: int, stop: int) -> NDArray[np.float64]:
        places, x, starts = self.ballots.span(first, stop)
        values = np.empty((len(self.weights), stop - first))
        for row, weights in enumerate(self.weights):
            products = np.zeros(len(x) + 1)  # as in Weights.decide, for the same bits
            np.multiply(x, weights.take(places), out=products[:-1], dtype=np.float64)
            values[row] = _sums(products, starts) + self._intercept[row]
        return values

    def _try(self, first: int, stop: int) -> Trial:
        values = self._values(first, stop)
        sides = self._sides(self.ballots.target[first:stop])
        slack = MARGIN - sides * values
        wanting = np.flatnonzero((slack > 0).any(axis=0) & self.ballots.alive[first:stop])
        norms = self.ballots.norms(wanting + first)
        steps = (slack[:, wanting] > 0) & (norms > 0)
        kept = steps.any(axis=0)
        wanting, norms, steps = wanting[kept], norms[:, kept], steps[:, kept]
        chosen = wanting + first
        places, x, starts = self.ballots.rows(chosen)
        old = self.weights[:, places]
        new = old.copy()
        base = self._base[:, places]
        tau = np.divide(slack[:, wanting], norms, out=np.zeros_like(norms), where=steps)
        for row in range(len(old)):
            pull = x.astype(float) if self.space.ratio2 is None else x * self.space.ratio2[row, places]
            new[row] = old[row] + pull * np.repeat(sides[row, wanting] * tau[row], np.diff(starts))
        size2, added = np.zeros(len(chosen)), np.zeros(len(chosen))
        for row in range(len(old)):
            before, after, origin = old[row].astype(float), new[row].astype(float), base[row].astype(float)
            size2 += _sums(np.append((after - before) ** 2, 0.0), starts)
            added += _sums(np.append((after - origin) ** 2 - (before - origin) ** 2, 0.0), starts)
        return Trial(chosen, starts, places, old, new, size2, self.distance2 + added)

    def _sides(self, targets: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return 1 or -1 for each row of weights and each target."""
        rows = np.arange(len(self.weights))[:, None] if len(self.weights) > 1 else np.array([[1]])
        return np.where(targets[None] == rows, 1.0, -1.0)

    def _judge(self, trial: Trial) -> NDArray[np.int8]:
        """Return which steps the bounds hold, before the guard is asked."""
        outcomes = np.full(len(trial.chosen), STEPPED, np.int8)
        if self.guard is None and len(self.steps) < FREE_VOTES:
            return outcomes
        trusted = self.ballots.trusted[trial.chosen]
        used = np.array([self.used.get(number, 0.0) for number in self.ballots.client[trial.chosen].tolist()])
        share = self._bounds.client_share * self._cap2
        outcomes[~trusted & (used + trial.size2 > share)] = TOO_MUCH
        outcomes[~trusted & (trial.size2 > self._bounds.vote_share * self._cap2)] = TOO_LARGE
        outcomes[trial.distance2 > self._cap2] = TOO_FAR
        return outcomes

    def _take(self, trial: Trial, k: int) -> bool:
        """Take a step, unless the guard holds it."""
        part, index = trial.step(k), int(trial.chosen[k])
        places, old, new = trial.places[part], trial.old[:, part], trial.new[:, part]
        if self.guard is not None:
            change = self.guard.change(places, old, new)
            if not self.guard.allows(change):
                return False
            self.guard.add(change)
        client = int(self.ballots.client[index])
        used = self.used.get(client, 0.0)
        self.steps.append(Step(index, places, old.copy(), self.distance2, used))
        self.weights[:, places] = new
        self._changed.append(places)
        self.distance2 = float(trial.distance2[k])
        self.used[client] = used + float(trial.size2[k])
        return True


def _sums(products: NDArray[np.float64], starts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the sum over each row; `products` ends with a 0 that belongs to no row."""
    sums: NDArray[np.float64] = np.where(np.diff(starts) > 0, np.add.reduceat(products, starts[:-1]), 0.0)
    return sums
