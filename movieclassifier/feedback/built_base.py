"""A base that is ready to learn: its classifier, the votes that belong to it, and its guard."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from movieclassifier.feedback.ballots import Batch
from movieclassifier.feedback.bounds import UNBOUNDED, Bounds, allowed_loss
from movieclassifier.feedback.guard_scores import GuardScores
from movieclassifier.feedback.learner import Learner
from movieclassifier.feedback.log.appending import Accepted, folded_votes
from movieclassifier.feedback.log.bases import ancestry, guard_reference, load_base
from movieclassifier.feedback.log.replay import Foundation, iter_batches
from movieclassifier.models.classifier import Classifier


@dataclass(frozen=True)
class BuiltBase:
    """A classifier with the votes of its foundation, and the learner of the votes to come.

    Attributes
    ----------
    classifier : Classifier
    learner : Learner
        It has learned nothing yet.
    inside : frozenset of int
        Votes that are in the weights already, by their positions.
    """

    classifier: Classifier
    learner: Learner
    inside: frozenset[int]


def build_base(connection: Connection, foundation: Foundation, bounds: Bounds) -> BuiltBase:
    """Return what stands on a foundation.

    Parameters
    ----------
    connection : Connection
    foundation : Foundation
    bounds : Bounds
        They count from here: the votes below have passed the guard.
    """
    classifier, _ = load_base(connection, foundation.start)
    if foundation.replayed:
        replayed = Learner(classifier, UNBOUNDED)
        replayed.learn(read_ballots(connection, foundation.replayed, classifier))
        replayed.put(classifier.coef_)
    learner = Learner(classifier, bounds)
    _watch(learner, classifier, connection, foundation.served, bounds.tolerance)
    folded = {vote for vote, _ in folded_votes(connection, foundation.served)}
    return BuiltBase(classifier, learner, frozenset(folded | {vote for vote, _ in foundation.replayed}))


def read_ballots(connection: Connection, wanted: Sequence[Accepted], classifier: Classifier) -> Iterator[Batch]:
    """Yield accepted votes as numbers, in the order given; each must be for a label of the classifier."""
    targets = {name: number for number, name in enumerate(classifier.label_names)}
    return iter_batches(connection, wanted, classifier.recipe.ngrams, targets)


def _watch(learner: Learner, classifier: Classifier, connection: Connection, served: int, tolerance: float) -> None:
    """Let the guard set of the trained model hold votes that cost too much."""
    root = ancestry(connection, served)[-1]
    trained, arrays = load_base(connection, root)
    reference = guard_reference(connection, served, root)
    if reference is None or "guard_y" not in arrays or tolerance >= 1:
        return
    guard = GuardScores(
        learner.space,
        learner.moved.weights,
        classifier.intercept_,
        arrays=arrays,
        columns=trained.columns,
        floor=reference - allowed_loss(tolerance, len(arrays["guard_y"])),
    )
    learner.watch(guard)
