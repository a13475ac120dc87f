"""Bases: what training wrote, and what accepted votes were folded into after passing the guard."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, Row, func, insert, select

from movieclassifier.classifier import Classifier
from movieclassifier.feedback.database import reading
from movieclassifier.feedback.entities import NotFound, Version
from movieclassifier.feedback.log import Accepted, appending, folded_votes, now
from movieclassifier.feedback.rows import moment
from movieclassifier.feedback.schema import bases, head
from movieclassifier.feedback.serving import ServedModel, cover_weights, load_base
from movieclassifier.guard import guard_accuracy
from movieclassifier.persistence import BUNDLED, load_record, record_bytes

TRAINED, UPDATE = "trained", "update"
BUNDLED_NAME = BUNDLED
LISTED = [column for column in bases.c if column.name not in ("record", "record_sha256")]
# Share of the guard set that an update may answer worse. Both models answer the same documents, so much less than
# the standard error of either accuracy is a sign.
DEFAULT_TOLERANCE = 0.01


class UpdateRefused(ValueError):
    """The guard refused an update, or there was nothing to fold; the log and the served base stay as they are."""


@dataclass(frozen=True)
class UpdateReport:
    """What an update did.

    Attributes
    ----------
    version : Version
        The new base.
    n_new : int
        Votes that it holds and its parent did not.
    accuracy, reference : float or None
        On the guard set: of the new base, and the best of its parent and the trained model; None without a guard set.
    """

    version: Version
    n_new: int
    accuracy: float | None
    reference: float | None

    def __str__(self) -> str:
        votes = f"{self.n_new} new {'vote' if self.n_new == 1 else 'votes'}, {self.version.n_folded} in all"
        guard = "unchecked" if self.accuracy is None else f"accuracy {self.accuracy:.4f} on the guard set"
        before = "" if self.reference is None else f", {self.reference:.4f} before"
        return f"Version {self.version.version} is served: {votes}; {guard}{before}."


def register_trained(engine: Engine, path: Path, by: str = "system") -> tuple[int, bool]:
    """Store a trained model as a base, and serve it, unless the database has seen this very file.

    A file that is already known changes nothing: of two servers with different files on one database, none takes the
    other's model away by restarting.

    Parameters
    ----------
    engine : Engine
    path : Path
        A record.
    by : str

    Returns
    -------
    version : int
        Of this model.
    is_new : bool

    Raises
    ------
    OSError, ValueError
        If the record cannot be read.
    """
    record = path.read_bytes()
    digest = hashlib.sha256(record).hexdigest()
    same = select(bases.c.version).where(bases.c.record_sha256 == digest)
    with reading(engine) as connection:
        known = connection.scalar(same)
    if known is not None:
        return known, False
    classifier, arrays = load_record(path)
    accuracy = _accuracy(classifier, arrays, classifier)
    with appending(engine) as log:
        known = log.connection.scalar(same)  # another worker may have been quicker
        if known is None:
            version = _store(log.connection, TRAINED, None, model_name(path), record, classifier, [], accuracy, by)
            log.serve(version, by, "a newly trained model")
    return (version, True) if known is None else (known, False)


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
    with reading(engine) as connection:
        candidate = ServedModel(engine, cap=float("inf"))
        candidate.refresh(connection)
        parent = connection.execute(select(head.c.base_version)).scalar_one()
        folded = candidate.votes_in_weights(connection)
        n_new = len(set(folded) - set(folded_votes(connection, parent)))
        if folded == folded_votes(connection, parent):
            raise UpdateRefused("there is nothing to fold: no vote was accepted or taken out since the last update.")
        root = _root(connection, parent)
        accuracy, reference = _check(connection, candidate.classifier, parent, root, tolerance, without_guard)
        name = connection.execute(select(bases.c.name).where(bases.c.version == root)).scalar_one()
    classifier = candidate.classifier
    cover_weights(classifier)
    classifier.metadata = classifier.metadata | {"n_corrections": len(folded)}
    record = record_bytes(classifier, {})
    with appending(engine) as log:
        if log.base_version != parent:
            raise UpdateRefused("another base was served meanwhile; run it again.")
        version = _store(log.connection, UPDATE, parent, name, record, classifier, folded, accuracy, by, note)
        log.serve(version, by, note)
    return UpdateReport(find_version(engine, version), n_new, accuracy, reference)


def roll_back(engine: Engine, version: int | None, by: str, note: str = "") -> Version:
    """Serve an earlier base again, bit for bit. Accepted votes that it does not hold wait for a review.

    Parameters
    ----------
    engine : Engine
    version : int or None
        None is the parent of the served one.
    by : str
    note : str

    Raises
    ------
    NotFound
        If there is no such version.
    """
    with appending(engine) as log:
        if version is None:
            version = log.connection.scalar(select(bases.c.parent).where(bases.c.version == log.base_version))
            if version is None:
                raise NotFound(f"version {log.base_version} was not made by an update; name the version to go back to.")
        if log.connection.scalar(select(bases.c.version).where(bases.c.version == version)) is None:
            raise NotFound(f"there is no version {version}; movieclassifier rollback --list shows them.")
        log.roll_back(version, by, note)
    return find_version(engine, version)


def model_name(path: Path) -> str:
    """Return a model's file and folder, without the rest of the machine's paths.

    Examples
    --------
    >>> model_name(Path("pkl_objects/classifier.npz"))
    'pkl_objects/classifier.npz'
    """
    return "/".join(path.absolute().parts[-2:])


def list_versions(engine: Engine) -> list[Version]:
    """Return all bases, the newest first."""
    with reading(engine) as connection:
        served = connection.scalar(select(head.c.base_version))
        rows = connection.execute(select(*LISTED).order_by(bases.c.version.desc())).all()
    return [_version(row, served) for row in rows]


def find_version(engine: Engine, version: int) -> Version:
    """Return one base."""
    with reading(engine) as connection:
        served = connection.scalar(select(head.c.base_version))
        row = connection.execute(select(*LISTED).where(bases.c.version == version)).one()
    return _version(row, served)


def _check(
    connection: Connection,
    candidate: Classifier,
    parent: int,
    root: int,
    tolerance: float,
    without_guard: bool,
) -> tuple[float | None, float | None]:
    """Return the accuracy on the guard set of a candidate and of what it is measured against."""
    trained, arrays = load_base(connection, root)
    accuracy = _accuracy(trained, arrays, candidate)
    if accuracy is None:
        if without_guard:
            return None, None
        raise UpdateRefused("the trained model has no guard set to check an update with; pass --without-guard.")
    # The best of both: a row of updates must not creep down, each within the tolerance of the one before.
    known = select(bases.c.guard_accuracy).where(bases.c.version.in_([parent, root]))
    reference = max(value for value in connection.scalars(known) if value is not None)
    if accuracy < reference - tolerance:
        raise UpdateRefused(
            f"the guard refused the update: accuracy {accuracy:.4f} on the guard set, {reference:.4f} before; it may "
            f"lose {tolerance:g}. Reject what is wrong in the log, or pass a higher --tolerance."
        )
    return accuracy, reference


def _accuracy(trained: Classifier, arrays: Mapping[str, NDArray[Any]], candidate: Classifier) -> float | None:
    return guard_accuracy(candidate, arrays, trained.columns) if "guard_y" in arrays else None


def _root(connection: Connection, version: int) -> int:
    """Return the trained model that a base comes from."""
    parent = connection.scalar(select(bases.c.parent).where(bases.c.version == version))
    return version if parent is None else _root(connection, parent)


def _store(
    connection: Connection,
    kind: str,
    parent: int | None,
    name: str,
    record: bytes,
    classifier: Classifier,
    folded: list[Accepted],
    accuracy: float | None,
    by: str,
    note: str = "",
) -> int:
    version = (connection.scalar(select(func.max(bases.c.version))) or 0) + 1
    connection.execute(
        insert(bases).values(
            version=version,
            kind=kind,
            parent=parent,
            name=name,
            record=record,
            record_sha256=hashlib.sha256(record).hexdigest(),
            weights_sha256=classifier.weights_sha256(),
            folded=json.dumps(folded),
            guard_accuracy=accuracy,
            created_at=now(),
            by=by,
            note=note,
        )
    )
    return version


def _version(row: Row[Any], served: int | None) -> Version:
    return Version(
        row.version,
        row.kind,
        row.parent,
        row.name,
        row.weights_sha256,
        len(json.loads(row.folded)),
        row.guard_accuracy,
        moment(row.created_at),
        row.by,
        row.note,
        row.version == served,
    )
