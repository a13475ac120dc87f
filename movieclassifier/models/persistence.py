"""Find and load a model: the one that was named, the one in ``pkl_objects/``, or the small one that ships."""

import logging
import os
from pathlib import Path

from movieclassifier.models.classifier import Classifier
from movieclassifier.models.record import load_record
from movieclassifier.models.writing import PICKLED_DIR, RECORD

log = logging.getLogger("movieclassifier")

DEFAULT_MODEL_DIR = Path(PICKLED_DIR)
BUNDLED = "bundled/imdb.npz"


def load_classifier(path: str | os.PathLike[str] | None = None, *, with_guard: bool = True) -> Classifier:
    """Load a model.

    Parameters
    ----------
    path : str or path-like, optional
        A record or a folder that holds one. Without it ``pkl_objects/`` is taken if it holds a model, else the
        small model that ships with the package. A message of the logger ``movieclassifier`` says which.
    with_guard : bool, default=True
        Whether to read and check the guard set, too. Only saving needs it: a classifier that is loaded without it
        predicts the same and is loaded faster, and :meth:`movieclassifier.Classifier.save` writes it without one.

    Returns
    -------
    Classifier

    Raises
    ------
    OSError
        If there is no file.
    ValueError
        If the file is not a record, is damaged, or has a format that this version does not know.
    """
    source = model_path(path)
    if path is None:
        log.warning("Using %s.", name_of_default(source))
    check_model(source)
    classifier, extra = load_record(source, with_guard=with_guard)
    classifier.guard = (classifier.columns, extra)
    return classifier


def name_of_default(source: Path) -> str:
    """Return what people call the model that is taken where none is named."""
    return str(source) if source == DEFAULT_MODEL_DIR / RECORD else "the bundled model"


def hint_at_model(path: str | None) -> str:
    """Return a sentence on the model that a command takes where none is named, and nothing where one is."""
    return "" if path else f" The model is {name_of_default(model_path())}; --model takes a different one."


def check_model(source: Path) -> None:
    """Refuse a record that does not exist.

    Raises
    ------
    FileNotFoundError
        With advice.
    """
    if not source.exists():
        raise FileNotFoundError(
            f"{source}: there is no such model. Train one with `movieclassifier train CORPUS --model FOLDER`, name "
            "its folder or its classifier.npz, or name no model to take the bundled one."
        )


def model_path(path: str | os.PathLike[str] | None = None) -> Path:
    """Return the record that ``load_classifier(path)`` reads."""
    if path is not None:
        return Path(path) / RECORD if Path(path).is_dir() else Path(path)
    trained = DEFAULT_MODEL_DIR / RECORD
    if trained.is_file():
        return trained
    from importlib.resources import files  # it imports tempfile and more

    return Path(str(files("movieclassifier").joinpath(BUNDLED)))
