"""Write a model: the record, and where they are wanted the pickles for notebooks that work the book's way."""

import io
import json
import os
import pickle
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.features.words import english_stop_words
from movieclassifier.models.byte_planes import to_planes
from movieclassifier.models.packed_guard import pack_guard
from movieclassifier.models.pickling import dump_estimator
from movieclassifier.models.rounding import pack
from movieclassifier.system.atomic import replace_file
from movieclassifier.system.npz import pack_array, write_npz
from movieclassifier.system.packed_arrays import PackedArray

if TYPE_CHECKING:
    from movieclassifier.models.classifier import Classifier

# 2 kept steps as numbers; 1 was written before the default tokenizer folded quotes, marks and references.
FORMAT = 3
LARGE = 200_000  # columns
# Bytes of ratios; larger ones are compressed when their turn comes, and take no memory before.
MAX_PACKED = 2**23
PART = 2**18  # columns
STEPS = "column_steps"
RECORD = "classifier.npz"
PICKLE = "classifier.pkl"
STOP_WORDS = "stopwords.pkl"
# The book's name for the folder; what it writes there are pickles.
PICKLED_DIR = "pkl_objects"


@dataclass(frozen=True, eq=False)
class PackedWeights:
    """The columns with a weight and their ratios, and by name the arrays of the record that are compressed already."""

    columns: NDArray[np.integer]
    ratio: NDArray[np.floating] | None
    arrays: dict[str, PackedArray]


Packed = Future[PackedWeights]


def save_model(
    model_dir: str | os.PathLike[str],
    classifier: "Classifier",
    extra: Mapping[str, Any] | None = None,
    *,
    pickles: bool | None = None,
    packed: Packed | None = None,
) -> None:
    """Write a model folder: the record, and the pickles made from it if they are wanted.

    Parameters
    ----------
    model_dir : str or path-like
        The folder, made where it is missing.
    classifier : Classifier
    extra : mapping of str to ndarray, optional
        More arrays for the record, such as the guard set.
    pickles : bool, optional
        Whether to write ``classifier.pkl`` and ``stopwords.pkl``, too, which only notebooks need that work the book's
        way. As default they are written to a folder that is called ``pkl_objects`` or already has them. If they are
        not written, those of an earlier model are removed, because they would not belong to the new record.
    packed : Future, optional
        The result of ``movieclassifier.models.writing.pack_ahead`` for this classifier.

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


def pack_ahead(classifier: "Classifier") -> Packed:
    """Compress the weights for the record in a thread, while the model is evaluated.

    Returns
    -------
    Future of PackedWeights
        For :func:`save_model`. The weights must stay as they are until then.
    """
    pool = ThreadPoolExecutor(1, "pack")
    packed = pool.submit(_pack_weights, classifier)
    pool.shutdown(wait=False)
    return packed


def _pack_weights(classifier: "Classifier") -> PackedWeights:
    columns, ratio = classifier.weights.weighted_columns()
    arrays = {} if ratio is None or ratio.nbytes > MAX_PACKED else pack("ratio", ratio)
    arrays = {STEPS: _step_planes(columns), **arrays}
    level = _settings(columns)["level"]
    return PackedWeights(columns, ratio, {name: pack_array(name, array, level) for name, array in arrays.items()})


def save_record(
    path: str | os.PathLike[str],
    classifier: "Classifier",
    extra: Mapping[str, Any] | None = None,
    packed: Packed | None = None,
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
    file: IO[bytes], classifier: "Classifier", extra: Mapping[str, Any] | None, packed: Packed | None = None
) -> None:
    """Write a record to an open file."""
    weights = PackedWeights(*classifier.weights.weighted_columns(), {}) if packed is None else packed.result()
    write_npz(file, _iter_arrays(classifier, weights, dict(extra or {})), **_settings(weights.columns))


def _settings(columns: NDArray[np.integer]) -> dict[str, Any]:
    """Return how the arrays of a record are compressed."""
    # Of a large record, the weights are noise to zlib (4% smaller in a third of the time that all takes), and of the
    # rest a low level leaves a tenth more in a fifth of the time. A small one is meant to be shipped.
    return {"level": 1, "stored": ["weights"]} if len(columns) > LARGE else {"level": 6}


def _iter_arrays(classifier: "Classifier", packed: PackedWeights, extra: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the arrays of a record by name, each made when its turn comes: together they take more than the model."""
    weights = classifier.weights
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
    # Steps between columns are small numbers, which compress well.
    yield STEPS, packed.arrays[STEPS] if STEPS in packed.arrays else _step_planes(packed.columns)
    yield from pack("weights", weights.at(packed.columns)).items()
    ratio = np.empty((len(weights.coef), 0), weights.coef.dtype) if packed.ratio is None else packed.ratio
    ratios = {name: array for name, array in packed.arrays.items() if name != STEPS}
    yield from (ratios or pack("ratio", ratio)).items()
    yield "t", np.float64(weights.t)
    yield from (pack_guard(extra) if "guard_steps" in extra else extra).items()


def _step_planes(columns: NDArray[np.integer]) -> NDArray[np.uint8]:
    """Return the bytes of the first column and of the step to each that follows."""
    # In parts: all steps at once would take as much memory as the columns.
    starts = range(0, len(columns), PART)
    parts = [to_planes(np.diff(columns[i : i + PART], prepend=columns[i - 1] if i else 0)) for i in starts]
    planes = np.zeros((max(map(len, parts), default=1), len(columns)), np.uint8)
    for start, part in zip(starts, parts, strict=True):
        planes[: len(part), start : start + PART] = part
    return planes
