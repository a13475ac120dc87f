"""Updates: accepted votes are folded into a new base if the guard agrees; and the way back to an earlier one."""

from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from movieclassifier.feedback.bounds import DEFAULT_TOLERANCE, UNBOUNDED, allowed_loss
from movieclassifier.feedback.log.appending import Accepted, appending, folded_votes, votes_beyond
from movieclassifier.feedback.log.bases import (
    ancestry,
    base_name,
    find_version,
    guard_reference,
    has_version,
    load_base,
    parent_of,
    served_version,
    store_base,
)
from movieclassifier.feedback.log.database import snapshot
from movieclassifier.feedback.log.entities import UPDATE
from movieclassifier.feedback.log.errors import NotFound
from movieclassifier.feedback.model_files import accuracy_on_guard
from movieclassifier.feedback.served_model import ServedModel
from movieclassifier.feedback.update_reports import RollbackReport, UpdateReport
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.writing import record_bytes


class UpdateRefused(ValueError):
    """The guard refused an update, or there was nothing to fold; the log and the served base stay as they are."""


def update_base(
    engine: Engine, by: str, *, tolerance: float | None = None, without_guard: bool = False, note: str = ""
) -> UpdateReport:
    """Fold the accepted votes, those beyond the cap included, into a new base, and serve it if it passes the guard.

    Parameters
    ----------
    engine : Engine
    by : str
        Who asks for it.
    tolerance : float, default=0.01
        How much accuracy on the guard set it may cost.
    without_guard : bool
        Fold into a model that has no guard set, unchecked.
    note : str

    Returns
    -------
    UpdateReport

    Raises
    ------
    UpdateRefused
        If the guard refuses, if there is no guard set, or if there is nothing to fold.
    """
    tolerance = DEFAULT_TOLERANCE if tolerance is None else tolerance
    candidate = _fold(engine, tolerance, without_guard)
    classifier = candidate.classifier
    classifier.weights.cover()
    classifier.metadata = classifier.metadata.copy()
    classifier.metadata["n_corrections"] = len(candidate.folded)
    record = record_bytes(classifier, {})
    version = serve_new_base(
        engine,
        UPDATE,
        candidate.parent,
        name=candidate.name,
        record=record,
        classifier=classifier,
        folded=candidate.folded,
        accuracy=candidate.accuracy,
        by=by,
        note=note,
    )
    return UpdateReport(find_version(engine, version), candidate.n_new, candidate.accuracy, candidate.reference)


def serve_new_base(
    engine: Engine,
    kind: str,
    parent: int,
    *,
    name: str,
    record: bytes,
    classifier: Classifier,
    folded: list[Accepted],
    accuracy: float | None,
    by: str,
    note: str,
) -> int:
    """Store a base and serve it in one transaction; return its version.

    Raises
    ------
    UpdateRefused
        If its parent is no longer the base that is served.
    """
    with appending(engine) as log:
        if log.base_version != parent:
            raise UpdateRefused("a different base was served meanwhile; run it again.")
        version = store_base(
            log.connection,
            kind,
            parent,
            name=name,
            record=record,
            classifier=classifier,
            folded=folded,
            accuracy=accuracy,
            by=by,
            note=note,
        )
        log.serve(version, by, note)
    return version


@dataclass(frozen=True)
class _Candidate:
    """A base that has passed the guard and is not stored yet."""

    classifier: Classifier
    parent: int
    name: str
    folded: list[Accepted]
    n_new: int
    accuracy: float | None
    reference: float | None


def _fold(engine: Engine, tolerance: float, without_guard: bool) -> _Candidate:
    """Learn the accepted votes without bounds, and check the result."""
    with snapshot(engine) as connection:
        served = ServedModel(engine, UNBOUNDED)
        served.refresh(connection)
        parent = served_version(connection)
        folded = served.votes_in_weights(connection)
        before = folded_votes(connection, parent)
        if folded == before:
            raise UpdateRefused("there is nothing to fold: no vote was accepted or taken out since the last update.")
        root = ancestry(connection, parent)[-1]
        accuracy, reference = _check(
            connection, served.classifier, parent, root=root, tolerance=tolerance, without_guard=without_guard
        )
        return _Candidate(
            classifier=served.classifier,
            parent=parent,
            name=base_name(connection, root),
            folded=folded,
            n_new=len(set(folded) - set(before)),
            accuracy=accuracy,
            reference=reference,
        )


def roll_back(engine: Engine, version: int | None, by: str, note: str = "") -> RollbackReport:
    """Serve an earlier base again, bit for bit. Accepted votes that it does not hold wait for a review.

    Parameters
    ----------
    engine : Engine
    version : int or None
        None is the parent of the served one.
    by : str
    note : str

    Returns
    -------
    RollbackReport

    Raises
    ------
    NotFound
        If there is no such version.
    """
    with appending(engine) as log:
        if version is None:
            version = parent_of(log.connection, log.base_version)
            if version is None:
                raise NotFound(f"version {log.base_version} was not made by an update; name the version to go back to.")
        _check_version(log.connection, version)
        n_aside = log.roll_back(version, by, note)
    return RollbackReport(find_version(engine, version), n_aside)


def set_aside_by_rollback(engine: Engine, version: int) -> int:
    """Return how many accepted votes would wait for a review again after a rollback.

    Raises
    ------
    NotFound
        If there is no such version.
    """
    with snapshot(engine) as connection:
        _check_version(connection, version)
        return len(votes_beyond(connection, version))


def _check_version(connection: Connection, version: int) -> None:
    if not has_version(connection, version):
        raise NotFound(f"there is no version {version}; movieclassifier rollback --list shows them.")


def _check(
    connection: Connection,
    candidate: Classifier,
    parent: int,
    root: int,
    tolerance: float,
    without_guard: bool,
) -> tuple[float | None, float | None]:
    """Return the accuracy of a candidate on the guard set, and the accuracy that it is compared with."""
    trained, arrays = load_base(connection, root)
    accuracy = accuracy_on_guard(trained, arrays, candidate)
    if accuracy is None:
        if without_guard:
            return None, None
        raise UpdateRefused(
            "the trained model has no guard set to check an update with; the command movieclassifier update "
            "--without-guard makes it unchecked."
        )
    reference = guard_reference(connection, parent, root)
    allowed = allowed_loss(tolerance, len(arrays["guard_y"]))
    if reference is not None and accuracy < reference - allowed:
        raise UpdateRefused(
            f"the guard refused the update: accuracy {accuracy:.4f} on the guard set, {reference:.4f} before; it may "
            f"lose {allowed:.4g}. Reject the votes that are wrong, or pass a higher --tolerance. movieclassifier "
            "feedback clients shows whose votes moved the model most."
        )
    return accuracy, reference
