"""Bases: the records that the database keeps, which the served model starts from."""

import hashlib
import json
import tempfile
from typing import Any

from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, Row, func, insert, select

from movieclassifier.feedback.log.appending import Accepted, now
from movieclassifier.feedback.log.database import snapshot
from movieclassifier.feedback.log.entities import ACCEPTED, UPDATE
from movieclassifier.feedback.log.errors import Damaged, Misread
from movieclassifier.feedback.log.facts import Version
from movieclassifier.feedback.log.row_conversion import moment
from movieclassifier.feedback.log.schema import bases, head, votes
from movieclassifier.feedback.log.stored import read_pairs, taking_apart
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.persistence import BUNDLED
from movieclassifier.models.record import load_record

LISTED = [column for column in bases.c if column.name not in ("record", "record_sha256")]


def store_base(
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
    """Store a record as the next version, in the transaction that will serve it, and return its number."""
    version = (connection.scalar(select(func.max(bases.c.version))) or 0) + 1
    connection.execute(
        insert(bases).values(
            version=version,
            kind=kind,
            parent=parent,
            name=name,
            record=record,
            record_sha256=record_digest(record),
            weights_sha256=classifier.weights_sha256(),
            folded=json.dumps(folded),
            guard_accuracy=accuracy,
            created_at=now(),
            by=by,
            note=note,
        )
    )
    return version


def head_of(connection: Connection) -> tuple[int, int | None]:
    """Return the position of the last event, and the version that is served; None in a new database."""
    position, version = connection.execute(select(head.c.position, head.c.base_version)).one()
    return position, version


def served_version(connection: Connection) -> int:
    """Return the version that is served by a database that has a base."""
    _, version = head_of(connection)
    if version is None:
        raise Misread("no number of the base that it serves")
    return version


def base_name(connection: Connection, version: int) -> str:
    """Return the name of the trained model that a base comes from."""
    return str(connection.execute(select(bases.c.name).where(bases.c.version == version)).scalar_one())


def parent_of(connection: Connection, version: int | None) -> int | None:
    """Return the version that a base was made of; None for a trained one."""
    return connection.scalar(select(bases.c.parent).where(bases.c.version == version))


def has_version(connection: Connection, version: int) -> bool:
    """Tell whether there is a base of a version."""
    return connection.scalar(select(bases.c.version).where(bases.c.version == version)) is not None


def record_digest(record: bytes) -> str:
    """Return what a record is known by."""
    return hashlib.sha256(record).hexdigest()


def load_base(connection: Connection, version: int) -> tuple[Classifier, dict[str, NDArray[Any]]]:
    """Load a base from the database, with the arrays of its guard set.

    Raises
    ------
    Damaged
        If its record is not as it was stored, or cannot be read.
    """
    found = select(bases.c.record, bases.c.record_sha256).where(bases.c.version == version)
    record, expected = connection.execute(found).one()
    if record_digest(record) != expected:
        raise damaged(connection, version, "its record is not the one that was stored")
    with tempfile.NamedTemporaryFile(suffix=".npz") as file:
        file.write(record)
        file.flush()
        try:
            return load_record(file.name)
        except ValueError as error:  # written by a different version of this program
            raise damaged(connection, version, str(error).replace(file.name, "its record")) from error


def damaged(connection: Connection, version: int, what: str) -> Damaged:
    """Return the error of a base that cannot be used."""
    return Damaged(
        f"base version {version} in {database_name(connection)} cannot be used: {what}. Put a backup of the database "
        "back, or name a different one with --database or DATABASE_URL."
    )


def ancestry(connection: Connection, version: int) -> list[int]:
    """Return a version and those that it was folded from; the last is a trained or retrained model."""
    rows = connection.execute(select(bases.c.version, bases.c.parent, bases.c.kind))
    parents = {row.version: row.parent if row.kind == UPDATE else None for row in rows}
    line = [version]
    while (parent := parents.get(line[-1], line[0])) is not None:
        if parent in line:
            raise Misread(f"no trained model among the ancestors of version {version}")
        line.append(parent)
    return line


def guard_reference(connection: Connection, served: int, root: int) -> float | None:
    """Return the accuracy on the guard set that votes are measured against; None without a guard set.

    That is the best of the served base and the trained model: a row of updates must not creep down, each within the
    tolerance of the one before.
    """
    known = select(bases.c.guard_accuracy).where(bases.c.version.in_([served, root]))
    return max((value for value in connection.scalars(known) if value is not None), default=None)


def list_versions(engine: Engine) -> list[Version]:
    """Return all bases, the newest first."""
    with snapshot(engine) as connection:
        served = connection.scalar(select(head.c.base_version))
        rows = connection.execute(select(*LISTED).order_by(bases.c.version.desc())).all()
    return [_version(row, served) for row in rows]


def find_version(engine: Engine, version: int) -> Version:
    """Return one base."""
    found = next((found for found in list_versions(engine) if found.version == version), None)
    if found is None:
        raise Misread(f"no base version {version}").named(engine.url.render_as_string())
    return found


@taking_apart("a base")
def _version(row: Row[Any], served: int | None) -> Version:
    return Version(
        version=row.version,
        kind=row.kind,
        parent=row.parent,
        name=row.name,
        weights_sha256=row.weights_sha256,
        n_folded=len(read_pairs(row.folded)),
        guard_accuracy=row.guard_accuracy,
        created_at=moment(row.created_at),
        by=row.by,
        note=row.note,
        served=row.version == served,
    )


def is_beginning(connection: Connection) -> bool:
    """Tell whether nothing has happened since a bundled model became the first base."""
    position, served = head_of(connection)
    name = connection.scalar(select(bases.c.name).where(bases.c.version == served))
    return position == 1 and name == BUNDLED


def known_version(connection: Connection, record: bytes) -> int | None:
    """Return the version that a record has in the database."""
    return connection.scalar(select(bases.c.version).where(bases.c.record_sha256 == record_digest(record)))


def count_accepted(connection: Connection) -> int:
    """Return the number of accepted votes."""
    return connection.scalar(select(func.count()).where(votes.c.status == ACCEPTED)) or 0


def database_name(connection: Connection) -> str:
    """Return the URL of the database without its password."""
    return connection.engine.url.render_as_string()
