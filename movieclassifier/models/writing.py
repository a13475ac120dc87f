"""Write a model: the record, and where they are wanted the pickles for notebooks that work the book's way."""

import io
import json
import os
import pickle
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from movieclassifier.features.words import english_stop_words
from movieclassifier.models.packed_record import Arrays, PackedRecord, compression_of, extra_arrays, weight_arrays
from movieclassifier.models.pickling import dump_estimator
from movieclassifier.system.atomic import replace_file
from movieclassifier.system.npz import write_npz

if TYPE_CHECKING:
    from movieclassifier.models.classifier import Classifier

# 2 kept steps as numbers; 1 was written before the default tokenizer folded quotes, marks and references.
FORMAT = 3
RECORD = "classifier.npz"
PICKLE = "classifier.pkl"
STOP_WORDS = "stopwords.pkl"
# The book's name for the folder; what it writes there are pickles.
PICKLED_DIR = "pkl_objects"


def save_model(
    model_dir: str | os.PathLike[str],
    classifier: "Classifier",
    extra: Mapping[str, Any] | None = None,
    *,
    pickles: bool | None = None,
    packed: PackedRecord | None = None,
) -> None:
    """Write a model folder: the record, and the pickles made from it if they are wanted.

    Parameters
    ----------
    model_dir : str or path-like
        The folder, made where it is missing.
    classifier : Classifier
    extra : mapping of str to ndarray, optional
        More arrays for the record, such as the guard set; or what ``PackedRecord.pack_extra`` made of them.
    pickles : bool, optional
        Whether to write ``classifier.pkl`` and ``stopwords.pkl``, too, which only notebooks need that work the book's
        way. As default they are written to a folder that is called ``pkl_objects`` or already has them. If they are
        not written, those of an earlier model are removed, because they would not belong to the new record.
    packed : PackedRecord, optional
        Of this classifier, begun before.

    Raises
    ------
    OSError
        If a file cannot be written. The files that were there stay as they were.
    """
    folder = Path(model_dir)
    folder.mkdir(parents=True, exist_ok=True)
    if not wants_pickles(folder, pickles):
        save_record(folder / RECORD, classifier, extra, packed)
        for name in (PICKLE, STOP_WORDS):
            (folder / name).unlink(missing_ok=True)
        return
    # All three are complete on the disk before the first gets its name, the record first of all.
    with (
        replace_file(folder / STOP_WORDS) as stop_words,
        replace_file(folder / PICKLE) as pickled,
        replace_file(folder / RECORD) as record,
        ThreadPoolExecutor(1, "pickles") as pool,
    ):  # writing waits for the disk, the record for zlib
        written = pool.submit(_write_pickles, classifier, pickled, stop_words)
        write_record(record, classifier, extra, packed)
        _sync(record)
        written.result()


def wants_pickles(model_dir: str | os.PathLike[str], pickles: bool | None) -> bool:
    """Tell whether :func:`save_model` writes pickles to a folder.

    Examples
    --------
    >>> wants_pickles("pkl_objects", None), wants_pickles("models/moods", None), wants_pickles("models/moods", True)
    (True, False, True)
    """
    if pickles is not None:
        return pickles
    return os.path.basename(os.path.abspath(model_dir)) == PICKLED_DIR or os.path.exists(Path(model_dir, PICKLE))


def _write_pickles(classifier: "Classifier", pickled: IO[bytes], stop_words: IO[bytes]) -> None:
    dump_estimator(classifier, pickled)
    pickle.dump(sorted(english_stop_words()), stop_words, protocol=4)
    for file in (pickled, stop_words):
        _sync(file)


def _sync(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def save_record(
    path: str | os.PathLike[str],
    classifier: "Classifier",
    extra: Mapping[str, Any] | None = None,
    packed: PackedRecord | None = None,
) -> None:
    """Write the record alone, atomically."""
    with replace_file(path) as file:
        write_record(file, classifier, extra, packed)


def record_bytes(classifier: "Classifier", extra: Mapping[str, Any] | None = None) -> bytes:
    """Return the bytes of a model's record: the same classifier gives the same bytes."""
    buffer = io.BytesIO()
    write_record(buffer, classifier, extra)
    return buffer.getvalue()


def write_record(
    file: IO[bytes], classifier: "Classifier", extra: Mapping[str, Any] | None, packed: PackedRecord | None = None
) -> None:
    """Write a record to an open file."""
    columns, ratio = classifier.weights.weighted_columns() if packed is None else packed.columns()
    parts = weight_arrays(classifier.weights, columns, ratio)
    if packed is not None:
        parts |= {name: partial(dict, arrays) for name, arrays in packed.arrays().items()}
    write_npz(file, _iter_arrays(classifier, parts, dict(extra or {})), **compression_of(columns))


def _iter_arrays(
    classifier: "Classifier", parts: Mapping[str, Callable[[], Arrays]], extra: dict[str, Any]
) -> Iterator[tuple[str, Any]]:
    """Yield the arrays of a record by name, each made when its turn comes: together they take more than the model."""
    facts = {
        "format": FORMAT,
        "recipe": classifier.recipe.to_dict(),
        "label_names": list(classifier.label_names),
        "temperature": classifier.temperature_,
        "seed": classifier.seed,
        "metadata": classifier.metadata,
    }
    yield "facts", np.frombuffer(json.dumps(facts, sort_keys=True).encode(), dtype=np.uint8)
    yield "classes", classifier.classes_
    yield "intercept", classifier.intercept_
    for make in parts.values():
        yield from make().items()
    yield "t", np.float64(classifier.weights.t)
    yield from extra_arrays(extra).items()
