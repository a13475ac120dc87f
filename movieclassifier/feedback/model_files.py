"""Model files: the first one of a database becomes its base by itself, any other one only when the owner says so."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from sqlalchemy import Connection, Engine

from movieclassifier.feedback.log.appending import appending
from movieclassifier.feedback.log.bases import (
    base_name,
    count_accepted,
    database_name,
    head_of,
    is_beginning,
    known_version,
    load_base,
    served_version,
    store_base,
)
from movieclassifier.feedback.log.counting import count_predictions
from movieclassifier.feedback.log.database import snapshot
from movieclassifier.feedback.log.entities import TRAINED
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.guard import guard_accuracy
from movieclassifier.models.persistence import check_model
from movieclassifier.models.record import load_record

OWN_DATABASE = "a database of its own with --database or DATABASE_URL."


def serve_first(engine: Engine, path: Path) -> None:
    """Make a model file the base of a database without a base.

    Raises
    ------
    OSError, ValueError
        If the record cannot be read.
    """
    with snapshot(engine) as connection:
        if head_of(connection)[1] is not None:
            return
    model = _Read(path)
    with appending(engine) as log:
        if log.base_version is None:  # a different server may have been quicker
            log.serve(model.store(log.connection, "system"), "system", f"the first model: {model_name(path)}")


def expect_known(engine: Engine, path: Path) -> int:
    """Return the version of a model file that was served from a database before.

    A bundled model that nobody has voted on gives way: it was there only until there is a trained one.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If the database does not know it: it serves a different model, and other servers may be answering with it.
    """
    check_model(path)
    record = path.read_bytes()
    _replace_bundled(engine, path)
    with snapshot(engine) as connection:
        known = known_version(connection, record)
        if known is not None:
            return known
        classifier, _ = load_record(path)
        served = served_version(connection)
        _check_labels(connection, path, classifier, served)
        name = base_name(connection, served)
        n_accepted = count_accepted(connection)
        of = "" if name == model_name(path) else f" of {name}"
        raise ValueError(
            f"{database_name(connection)} serves version {served}{of}, and "
            f"the model file is a different one. This serves it from now on, with the {n_accepted} accepted votes on "
            f"top: movieclassifier update --model {path}. To keep both, give it {OWN_DATABASE}"
        )


def _replace_bundled(engine: Engine, path: Path) -> None:
    """Serve a model file in place of a bundled one that was never more than a beginning."""
    with snapshot(engine) as connection:
        if not is_beginning(connection) or known_version(connection, path.read_bytes()) is not None:
            return
    model = _Read(path)
    with appending(engine) as log:
        if is_beginning(log.connection) and _fits(log.connection, model.classifier):
            version = model.store(log.connection, "system")
            log.serve(version, "system", f"{model.name} in place of the bundled model, which nobody had voted on")


def _fits(connection: Connection, classifier: Classifier) -> bool:
    """Tell whether answers that are stored would still name labels of the model."""
    labels = load_base(connection, 1)[0].label_names
    return set(labels) == set(classifier.label_names) or not count_predictions(connection)


def adopt(engine: Engine, path: Path, by: str, note: str = "") -> tuple[int, bool]:
    """Serve a newly trained model, with all accepted votes on top of it; a file that is known changes nothing.

    Votes that were part of the old base are learned anew, up to the cap; the next update folds them, past the guard.

    Returns
    -------
    version : int
        Of this file.
    is_new : bool

    Raises
    ------
    OSError, ValueError
        If the record cannot be read, or has other labels than the votes.
    """
    model = _Read(path)
    with appending(engine) as log:
        known = known_version(log.connection, model.record)
        if known is not None:
            return known, False
        served = log.base_version
        if served is not None:
            _check_labels(log.connection, path, model.classifier, served)
        what = (
            f"{model_name(path)} in place of version {served}, {count_accepted(log.connection)} accepted votes on top"
        )
        version = model.store(log.connection, by, note)
        log.serve(version, by, f"{what}; {note}" if note else what)
    return version, True


def model_name(path: Path) -> str:
    """Return a model's file and folder, without the rest of the machine's paths.

    Examples
    --------
    >>> model_name(Path("pkl_objects/classifier.npz"))
    'pkl_objects/classifier.npz'
    """
    return "/".join(path.absolute().parts[-2:])


def accuracy_on_guard(trained: Classifier, arrays: Mapping[str, NDArray[Any]], candidate: Classifier) -> float | None:
    """Return a candidate's accuracy on the guard set of a trained model; None if it has no guard set."""
    return guard_accuracy(candidate, arrays, trained.columns) if "guard_y" in arrays else None


class _Read:
    """A model file, read before the log is locked."""

    def __init__(self, path: Path):
        check_model(path)
        self.name = model_name(path)
        self.record, (self.classifier, arrays) = path.read_bytes(), load_record(path)
        while self.record != (record := path.read_bytes()):  # training has put a new one there meanwhile
            self.record, (self.classifier, arrays) = record, load_record(path)
        self._accuracy = accuracy_on_guard(self.classifier, arrays, self.classifier)

    def store(self, connection: Connection, by: str, note: str = "") -> int:
        return store_base(
            connection,
            TRAINED,
            None,
            name=self.name,
            record=self.record,
            classifier=self.classifier,
            folded=[],
            accuracy=self._accuracy,
            by=by,
            note=note,
        )


def _check_labels(connection: Connection, path: Path, classifier: Classifier, served: int) -> None:
    """Votes name labels: on a model of other labels they would mean nothing."""
    labels, theirs = load_base(connection, served)[0].label_names, classifier.label_names
    if set(labels) != set(theirs):
        raise ValueError(
            f"{path} has the labels {', '.join(theirs)}; the votes in {database_name(connection)} are for "
            f"{', '.join(labels)}. Give it {OWN_DATABASE}"
        )
