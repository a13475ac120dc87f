"""The model on disk: ``classifier.npz``, the record, and the pickles for notebooks that work the book's way."""

import logging
import os
import pickle
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

from movieclassifier.features.words import english_stop_words
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.pickling import dump_estimator
from movieclassifier.models.record import load_record, write_record
from movieclassifier.system.atomic import replace_file

log = logging.getLogger("movieclassifier")

RECORD = "classifier.npz"
PICKLE = "classifier.pkl"
STOP_WORDS = "stopwords.pkl"
DEFAULT_MODEL_DIR = Path("pkl_objects")
BUNDLED = "bundled/imdb.npz"


def save_model(
    model_dir: str | os.PathLike[str], classifier: Classifier, extra: Mapping[str, Any] | None = None
) -> None:
    """Write a model folder: the record, and the pickles made from it.

    Parameters
    ----------
    model_dir : str or path-like
        The folder, made where it is missing.
    classifier : Classifier
    extra : mapping of str to ndarray, optional
        More arrays for the record, such as the guard set.

    Raises
    ------
    OSError
        If a file cannot be written. The files that were there stay as they were.
    """
    folder = Path(model_dir)
    folder.mkdir(parents=True, exist_ok=True)
    # All three are complete on the disk before the first gets its name, the record first of all.
    with (
        replace_file(folder / STOP_WORDS) as stop_words,
        replace_file(folder / PICKLE) as pickled,
        replace_file(folder / RECORD) as record,
        ThreadPoolExecutor(1, "pickles") as pool,
    ):  # writing waits for the disk, the record for zlib
        pickles = pool.submit(_write_pickles, classifier, pickled, stop_words)
        write_record(record, classifier, extra)
        _sync(record)
        pickles.result()


def _write_pickles(classifier: Classifier, pickled: IO[bytes], stop_words: IO[bytes]) -> None:
    dump_estimator(classifier, pickled)
    pickle.dump(sorted(english_stop_words()), stop_words, protocol=4)
    for file in (pickled, stop_words):
        _sync(file)


def _sync(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def load_classifier(path: str | os.PathLike[str] | None = None) -> Classifier:
    """Load a model.

    Parameters
    ----------
    path : str or path-like, optional
        A record or a folder that holds one. Without it ``pkl_objects/`` is taken if it holds a model, else the
        small model that ships with the package. A message of the logger ``movieclassifier`` says which.

    Returns
    -------
    Classifier

    Raises
    ------
    OSError
        If there is no file.
    ValueError
        If the file is no record, is damaged, or has a format that this version does not know.
    """
    source = model_path(path)
    if path is None:
        log.warning("Using %s.", "the bundled model" if source != DEFAULT_MODEL_DIR / RECORD else source)
    if not source.exists():
        raise FileNotFoundError(
            f"{source}: there is no such model. Train one with `movieclassifier train CORPUS --model FOLDER`, name "
            "its folder or its classifier.npz, or leave --model out to take the bundled model."
        )
    return load_record(source)[0]


def model_path(path: str | os.PathLike[str] | None = None) -> Path:
    """Return the record that ``load_classifier(path)`` reads."""
    if path is not None:
        return Path(path) / RECORD if Path(path).is_dir() else Path(path)
    trained = DEFAULT_MODEL_DIR / RECORD
    if trained.is_file():
        return trained
    from importlib.resources import files  # it imports tempfile and more

    return Path(str(files("movieclassifier").joinpath(BUNDLED)))
