"""Weights that ballots move away from a base.

A ballot takes one step. The step is defined here; the compiled twin finds the same steps faster. Ballots are evaluated
many at a time; the sum of a row does not depend on its neighbours.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from movieclassifier.features.rows import sums_of_rows
from movieclassifier.feedback.ballot_steps import (
    STEPPED,
    TOO_FAR,
    TOO_LARGE,
    TOO_MUCH,
    UNCHANGED,
    AllowedStep,
    Step,
    Trial,
)
from movieclassifier.feedback.ballots import Ballots
from movieclassifier.feedback.bounds import Bounds
from movieclassifier.feedback.space import Space
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.correcting import MARGIN
from movieclassifier.system.compiled import moved_weights_twin

# Ballots that are evaluated together: few while steps change the weights, many while nothing does.
FEW, MANY = 16, 1024


@dataclass
class MovedWeights:
    """Weights that ballots move away from a base.

    Attributes
    ----------
    weights : ndarray of shape (n_rows, n_places + 1)
    base : ndarray of shape (n_rows, n_places + 1)
    intercept : ndarray of shape (n_rows,), float64
    bounds : Bounds
    cap2 : float
        The squared distance that weights may reach.
    distance2 : float
        Squared distance of the weights from the base.
    used : ndarray of shape (n_clients,), float64
        The squared steps of each client, by its number.
    steps : list of Step
        Those that led from the base to the weights.
    """

    weights: NDArray[np.floating]
    base: NDArray[np.floating]
    intercept: NDArray[np.float64]
    bounds: Bounds
    cap2: float
    distance2: float
    used: NDArray[np.float64]
    steps: list[Step] = field(default_factory=list)

    @classmethod
    def of(cls, classifier: Classifier, space: Space, bounds: Bounds) -> "MovedWeights":
        """Return the weights of a classifier, not moved yet."""
        base = np.ascontiguousarray(space.take(classifier.coef_))
        norm2 = float(np.sum(base.astype(float) ** 2))
        cap2 = bounds.cap**2 * norm2 if norm2 or np.isfinite(bounds.cap) else np.inf
        return cls(
            weights=base.copy(),
            base=base,
            intercept=classifier.intercept_.astype(float),
            bounds=bounds,
            cap2=cap2,
            distance2=0.0,
            used=np.zeros(16),
        )

    def copy(self) -> "MovedWeights":
        """Return a copy, which moves on its own."""
        return replace(self, weights=self.weights.copy(), used=self.used.copy(), steps=list(self.steps))

    def nbytes(self) -> int:
        """Return the memory that the weights and the steps take, in bytes."""
        return self.weights.nbytes + self.base.nbytes + sum(step.old.nbytes for step in self.steps)

    def take(self, candidate: AllowedStep, client: int) -> None:
        """Take a step on behalf of a client."""
        used = float(self.used[client])
        self.steps.append(Step(candidate.index, candidate.old, self.distance2, used))
        self.weights[:, candidate.places] = candidate.new
        self.distance2 = candidate.distance2
        self.used[client] = used + candidate.size2

    def take_back_to(self, ballots: Ballots, index: int) -> tuple[NDArray[np.integer], NDArray[np.floating]]:
        """Take back the steps of a ballot and of all after it; return the places and the weights there before."""
        kept = len(self.steps)
        while kept and self.steps[kept - 1].index >= index:
            kept -= 1
        gone, self.steps = self.steps[kept:], self.steps[:kept]
        rows = [ballots.places_of(step.index) for step in gone]
        places = ballots.space.union(rows)
        last = self.weights[:, places]
        for step, row in zip(reversed(gone), reversed(rows), strict=True):
            self.weights[:, row] = step.old
            self.used[ballots.client[step.index]] = step.used
            self.distance2 = step.distance2
        return places, last

    def values(self, ballots: Ballots, first: int, stop: int) -> NDArray[np.float64]:
        """Return the decision values of neighbouring ballots, of shape (n_rows, n)."""
        places, x, starts = ballots.span(first, stop)
        values = np.empty((len(self.weights), stop - first))
        for row, weights in enumerate(self.weights):
            products = np.multiply(x, weights.take(places), dtype=np.float64)  # as in Weights.decide, for the same bits
            values[row] = sums_of_rows(products, starts) + self.intercept[row]
        return values

    def candidates(self, ballots: Ballots, first: int, found: NDArray[np.int8], *, free: int) -> Iterator[AllowedStep]:
        """Yield steps that the bounds allow, in the order of the ballots; each sees the weights that are there then.

        Parameters
        ----------
        ballots : Ballots
        first : int
            The first ballot to learn.
        found : ndarray of shape (n,), int8
            Takes the outcomes of the ballots that yield no step, from the first on.
        free : int
            So many steps are allowed without bounds.
        """
        self._count_clients(len(ballots.names))
        twin = moved_weights_twin()
        values = ballots.scale if ballots.uniform else ballots.values
        if twin is None or values.dtype != self.weights.dtype:
            yield from self._define_candidates(ballots, first, found, free)
        else:
            yield from self._find_candidates(twin.Walk(ballots, self.intercept), ballots, first, found, free)

    def _find_candidates(
        self, walk: object, ballots: Ballots, first: int, found: NDArray[np.int8], free: int
    ) -> Iterator[AllowedStep]:
        values = ballots.scale if ballots.uniform else ballots.values
        index, stop = first, first + len(found)
        limits = {"margin": MARGIN, "cap2": self.cap2}
        limits |= {"client2": self.bounds.client_share * self.cap2, "vote2": self.bounds.vote_share * self.cap2}
        while index < stop:
            step = walk.find(  # type: ignore[attr-defined]
                self.weights,
                self.base,
                values,
                self.used,
                found[index - first :],
                index,
                stop,
                distance2=self.distance2,
                all_allowed=len(self.steps) < free,
                **limits,
            )
            if step is None:
                return
            index, new, size2, distance2 = step
            places = ballots.places_of(index)
            yield AllowedStep(
                index=index, places=places, old=self.weights[:, places], new=new, size2=size2, distance2=distance2
            )
            index += 1

    def _define_candidates(
        self, ballots: Ballots, first: int, found: NDArray[np.int8], free: int
    ) -> Iterator[AllowedStep]:
        index, stop, size = first, first + len(found), FEW
        while index < stop:
            upto, n_steps = min(index + size, stop), len(self.steps)
            trial = self._try(ballots, index, upto)
            outcomes = self._judge(ballots, trial, everything=n_steps < free)
            found[trial.chosen - first] = outcomes
            index, size = upto, min(2 * size, MANY)
            for k in np.flatnonzero(outcomes == STEPPED).tolist():
                yield trial.candidate(k)
                if len(self.steps) > n_steps:
                    index, size = int(trial.chosen[k]) + 1, FEW
                    found[index - first : upto - first] = UNCHANGED
                    break

    def _try(self, ballots: Ballots, first: int, stop: int) -> Trial:
        values = self.values(ballots, first, stop)
        sides = self._sides(ballots.target[first:stop])
        slack = MARGIN - sides * values
        wanting = np.flatnonzero((slack > 0).any(axis=0) & ballots.alive[first:stop])
        norms = ballots.norms(wanting + first)
        steps = (slack[:, wanting] > 0) & (norms > 0)
        kept = steps.any(axis=0)
        wanting, norms, steps = wanting[kept], norms[:, kept], steps[:, kept]
        places, x, starts = ballots.rows(wanting + first)
        tau = np.divide(slack[:, wanting], norms, out=np.zeros_like(norms), where=steps)
        old = self.weights[:, places]
        new = self._moved(ballots.space, places, x, np.repeat(sides[:, wanting] * tau, np.diff(starts), axis=1))
        size2, added = np.zeros(len(wanting)), np.zeros(len(wanting))
        for row in range(len(old)):
            before, after, origin = (w[row].astype(float) for w in (old, new, self.base[:, places]))
            size2 += sums_of_rows((after - before) ** 2, starts)
            added += sums_of_rows((after - origin) ** 2 - (before - origin) ** 2, starts)
        return Trial(
            chosen=wanting + first,
            starts=starts,
            places=places,
            old=old,
            new=new,
            size2=size2,
            distance2=self.distance2 + added,
        )

    def _moved(
        self, space: Space, places: NDArray[np.int32], x: NDArray[np.floating], pull: NDArray[np.float64]
    ) -> NDArray[np.floating]:
        """Return the weights at some places after steps."""
        ratio2 = 1.0 if space.ratio2 is None else space.ratio2[:, places]
        moved: NDArray[np.floating] = (self.weights[:, places] + x * ratio2 * pull).astype(self.weights.dtype)
        return moved

    def _sides(self, targets: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return 1 or -1 for each row of weights and each target."""
        rows = np.arange(len(self.weights))[:, None] if len(self.weights) > 1 else np.array([[1]])
        return np.where(targets[None] == rows, 1.0, -1.0)

    def _judge(self, ballots: Ballots, trial: Trial, *, everything: bool) -> NDArray[np.int8]:
        """Return which steps the bounds hold, and why; a step that alone is too large is that first."""
        outcomes = np.full(len(trial.chosen), STEPPED, np.int8)
        if everything:
            return outcomes
        trusted, used = ballots.trusted[trial.chosen], self.used[ballots.client[trial.chosen]]
        outcomes[~trusted & (used + trial.size2 > self.bounds.client_share * self.cap2)] = TOO_MUCH
        too_far = trial.distance2 > self.cap2
        outcomes[too_far] = TOO_FAR
        outcomes[~trusted & (trial.size2 > self.bounds.vote_share * self.cap2)] = TOO_LARGE
        outcomes[too_far & (trial.size2 > self.cap2)] = TOO_LARGE
        return outcomes

    def _count_clients(self, n: int) -> None:
        if n > len(self.used):
            self.used = np.pad(self.used, (0, max(n, 2 * len(self.used)) - len(self.used)))
