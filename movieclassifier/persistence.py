"""The model on disk: ``classifier.npz``, the record, and the pickles for notebooks that work the book's way."""

import io
import json
import logging
import math
import os
import pickle
import zipfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import IO, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from movieclassifier.atomic import replace_file
from movieclassifier.classifier import Classifier
from movieclassifier.heap import give_back
from movieclassifier.npz import NPZ_ERRORS, write_npz
from movieclassifier.recipes import recipe_from_dict
from movieclassifier.tokenizers import english_stop_words

log = logging.getLogger("movieclassifier")

FORMAT = 1
RECORD = "classifier.npz"
PICKLE = "classifier.pkl"
STOP_WORDS = "stopwords.pkl"
DEFAULT_MODEL_DIR = Path("pkl_objects")
BUNDLED = "bundled/imdb.npz"
ARRAYS = ("classes", "intercept", "column_steps", "weights", "ratio", "t")
LARGE = 200_000  # columns
MAX_RECORD_BYTES = 4 * 2**30
MAX_DENSE_BYTES = 16 * 2**30
# What a cut, hostile or foreign pickle can raise while it is taken apart.
PICKLE_ERRORS = (pickle.UnpicklingError, ImportError, *NPZ_ERRORS)
SAFE_GLOBALS = {
    ("numpy", "dtype"),
    ("numpy", "ndarray"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("sklearn._loss._loss", "CyHalfBinomialLoss"),
    ("sklearn.linear_model._stochastic_gradient", "SGDClassifier"),
}


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
    give_back()  # pickling copies the weights
    # All three are complete on the disk before the first gets its name, the record first of all.
    with (
        replace_file(folder / STOP_WORDS) as stop_words,
        replace_file(folder / PICKLE) as pickled,
        replace_file(folder / RECORD) as record,
    ):
        _write_record(record, classifier, extra)
        pickle.dump(classifier.estimator, pickled, protocol=4)
        pickle.dump(sorted(english_stop_words()), stop_words, protocol=4)
        for file in (stop_words, pickled, record):
            file.flush()
            os.fsync(file.fileno())


def save_record(path: str | os.PathLike[str], classifier: Classifier, extra: Mapping[str, Any] | None = None) -> None:
    """Write the record alone, atomically."""
    with replace_file(path) as file:
        _write_record(file, classifier, extra)


def record_bytes(classifier: Classifier, extra: Mapping[str, Any] | None = None) -> bytes:
    """Return the bytes of a model's record: the same classifier gives the same bytes."""
    buffer = io.BytesIO()
    _write_record(buffer, classifier, extra)
    return buffer.getvalue()


def _write_record(file: IO[bytes], classifier: Classifier, extra: Mapping[str, Any] | None) -> None:
    columns = classifier.columns
    if not classifier.recipe.log_count_ratio:  # what was learned since may have given weights to other columns
        columns = np.flatnonzero(classifier.coef_.any(axis=0)).astype(np.int32)
    facts = {
        "format": FORMAT,
        "recipe": classifier.recipe.to_dict(),
        "label_names": list(classifier.label_names),
        "temperature": classifier.temperature_,
        "seed": classifier.seed,
        "metadata": classifier.metadata,
    }
    arrays: dict[str, Any] = {
        "facts": np.frombuffer(json.dumps(facts, sort_keys=True).encode(), dtype=np.uint8),
        "classes": classifier.classes_,
        "intercept": classifier.intercept_,
        # Steps between columns are small numbers, which compress well.
        "column_steps": smallest(np.diff(columns, prepend=np.int32(0))),
        "weights": classifier.coef_[:, columns],
        "ratio": classifier.ratio,
        "t": np.float64(classifier.t_),
    }
    # Of a large record, the weights are noise to zlib (4% smaller in a third of the time that all takes), and of the
    # rest a low level leaves a tenth more in a fifth of the time. A small one is meant to be shipped.
    settings: dict[str, Any] = {"level": 1, "stored": ["weights"]} if len(columns) > LARGE else {"level": 6}
    write_npz(file, arrays | dict(extra or {}), **settings)


def smallest(array: NDArray[np.integer]) -> NDArray[np.unsignedinteger]:
    """Return numbers that are not negative in the smallest type that holds them."""
    return array.astype(np.min_scalar_type(array.max(initial=0)))


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
    return load_record(source)[0]


def model_path(path: str | os.PathLike[str] | None = None) -> Path:
    """Return the record that ``load_classifier(path)`` reads."""
    if path is not None:
        return Path(path) / RECORD if Path(path).is_dir() else Path(path)
    trained = DEFAULT_MODEL_DIR / RECORD
    return trained if trained.is_file() else Path(str(files("movieclassifier").joinpath(BUNDLED)))


def load_record(path: str | os.PathLike[str]) -> tuple[Classifier, dict[str, NDArray[Any]]]:
    """Read a record without unpickling anything.

    Returns
    -------
    classifier : Classifier
    extra : dict of str to ndarray
        The arrays beyond the model, such as the guard set.

    Raises
    ------
    OSError, ValueError
        As :func:`load_classifier`.
    """
    try:
        arrays = _read_arrays(path)
        facts = json.loads(arrays.pop("facts").tobytes())
        if facts["format"] != FORMAT:
            raise ValueError(f"its format is {facts['format']!r}, this version reads {FORMAT}; upgrade movieclassifier")
        classifier = _rebuild(facts, {name: arrays.pop(name) for name in ARRAYS})
    except NPZ_ERRORS as error:
        what = f"lacks {error}" if isinstance(error, KeyError) else str(error) or type(error).__name__
        raise ValueError(
            f"{path} is not a model of movieclassifier, or is damaged ({what}); train it again."
        ) from error
    return classifier, arrays


def _read_arrays(path: str | os.PathLike[str]) -> dict[str, NDArray[Any]]:
    with open(path, "rb") as file:
        with zipfile.ZipFile(file) as archive:
            declared = sum(member.file_size for member in archive.infolist())
        if declared > MAX_RECORD_BYTES:
            raise ValueError(f"it unpacks to {declared} bytes, more than {MAX_RECORD_BYTES}")
        file.seek(0)
        with np.load(file, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}


def _rebuild(facts: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Classifier:
    """Check every array against the recipe, then spread the weights out."""
    recipe = recipe_from_dict(facts["recipe"])
    classes, weights, ratio, intercept = (arrays[name] for name in ("classes", "weights", "ratio", "intercept"))
    n_rows = 1 if len(classes) == 2 else len(classes)
    columns = np.cumsum(arrays["column_steps"], dtype=np.int64)
    checks = {
        "classes": classes.ndim == 1 and len(classes) >= 2 and classes.dtype.kind in "iU",
        "label_names": len(facts["label_names"]) == len(classes),
        "column_steps": arrays["column_steps"].dtype in ("uint8", "uint16", "uint32") and (np.diff(columns) > 0).all(),
        "columns": not len(columns) or bool(columns[-1] < recipe.n_features),
        "weights": weights.shape == (n_rows, len(columns)) and weights.dtype == recipe.dtype,
        "ratio": ratio.shape == (n_rows, len(columns) if recipe.log_count_ratio else 0),
        "intercept": intercept.shape == (n_rows,) and intercept.dtype.kind == "f",
        "finite": all(np.isfinite(array).all() for array in (weights, ratio, intercept, arrays["t"])),
        "temperature": isinstance(facts["temperature"], float) and facts["temperature"] > 0,
        "size": n_rows * recipe.n_features * weights.itemsize <= MAX_DENSE_BYTES,
    }
    for name, holds in checks.items():
        if not holds:
            raise ValueError(f"its {name} do not fit the rest")
    coef = np.zeros((n_rows, recipe.n_features), dtype=weights.dtype)
    coef[:, columns] = weights
    return Classifier(
        recipe,
        classes,
        coef,
        intercept,
        columns.astype(np.int32),
        ratio,
        label_names=[str(name) for name in facts["label_names"]],
        temperature=facts["temperature"],
        t=float(arrays["t"]),
        seed=int(facts["seed"]),
        metadata=dict(facts["metadata"]),
    )


class _SafeUnpickler(pickle._Unpickler):
    """An unpickler that makes nothing but what an SGDClassifier consists of.

    The Python one, because it lets the states of types, arrays and estimators be looked at before they are set: a
    forged dtype makes numpy take bytes for pointers.
    """

    dispatch: ClassVar = dict(pickle._Unpickler.dispatch)

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in SAFE_GLOBALS:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no pickled SGDClassifier needs")
        return super().find_class(module, name)

    def load_build(self) -> None:
        state, instance = self.stack[-1], self.stack[-2]  # type: ignore[attr-defined]
        if not _is_plain(instance, state):
            raise pickle.UnpicklingError(f"the state of a {type(instance).__name__} is not that of a model")
        super().load_build()  # type: ignore[misc]

    dispatch[pickle.BUILD[0]] = load_build  # type: ignore[assignment]  # as pickle itself does


def _is_plain(instance: Any, state: Any) -> bool:
    """Tell whether a state is one that pickling plain numbers, strings and estimators gives."""
    if isinstance(instance, np.dtype):
        # Version, byte order, subarray, names, fields, size, alignment, flags.
        return instance.kind in "biufU" and len(state) == 8 and state[2:5] == (None, None, None) and state[7] == 0
    if isinstance(instance, np.ndarray):
        _, shape, dtype, _, content = state
        plain = isinstance(dtype, np.dtype) and dtype.kind in "biufU" and isinstance(content, bytes)
        return plain and math.prod(shape) * dtype.itemsize == len(content)
    return not isinstance(instance, type) and isinstance(state, dict)


def load_pickled(path: str | os.PathLike[str]) -> Any:
    """Unpickle ``classifier.pkl`` or ``stopwords.pkl``, admitting only the five globals that they need.

    Parameters
    ----------
    path : str or path-like

    Returns
    -------
    SGDClassifier or list of str

    Raises
    ------
    OSError
        If there is no file.
    ValueError
        If the file asks for any other global, is damaged, or was written by another scikit-learn.
    """
    with open(path, "rb") as file:
        try:
            return _SafeUnpickler(file).load()
        except PICKLE_ERRORS as error:
            raise ValueError(
                f"{path} cannot be unpickled safely ({error}); load classifier.npz with load_classifier() instead."
            ) from error
