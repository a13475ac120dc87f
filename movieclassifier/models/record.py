"""The record of a model: one file of arrays and JSON that is read without unpickling anything."""

import json
import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.models.byte_planes import MAX_BYTES, from_planes
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.column_coef import make_coef
from movieclassifier.models.guard import GUARD_ARRAYS, check_guard
from movieclassifier.models.metadata import first_misfit
from movieclassifier.models.packed_guard import PACKED, unpack_guard
from movieclassifier.models.rounding import unpack
from movieclassifier.models.weights import Weights
from movieclassifier.models.writing import FORMAT
from movieclassifier.recipes.linear import recipe_from_dict
from movieclassifier.system.npz import NPZ_ERRORS, NpzFile, open_npz

READ = (2, FORMAT)
ARRAYS = ("classes", "intercept", "column_steps", "weights", "ratio", "t")
MAX_FACTS_BYTES = 2**24
# Enough for labels, intercepts and tables, whatever the number of columns.
SMALL_BYTES = 2**24
MAX_GUARD_BYTES = 2**26
MAX_DENSE_BYTES = 16 * 2**30


def load_record(path: str | os.PathLike[str], *, with_guard: bool = True) -> tuple[Classifier, dict[str, NDArray[Any]]]:
    """Read a record without unpickling anything.

    Parameters
    ----------
    path : str or path-like
    with_guard : bool
        Whether to read and check the guard set, which takes longer than the weights.

    Returns
    -------
    classifier : Classifier
    extra : dict of str to ndarray
        The arrays beyond the model, such as the guard set.

    Raises
    ------
    OSError, ValueError
        As :func:`movieclassifier.models.persistence.load_classifier`.
    """
    try:
        with open_npz(path) as file:
            facts = json.loads(file.read("facts", MAX_FACTS_BYTES).tobytes())
            found = facts["format"]
            classifier = _read_model(file, facts) if found in READ else None
            extra = _read_guard(file, classifier) if classifier and with_guard else {}
    except NPZ_ERRORS as error:
        raise _damaged(path, error) from error
    if classifier is None:
        older = isinstance(found, int) and found < min(READ)
        advice = "it cuts texts into other words; train it again" if older else "upgrade movieclassifier"
        shown = found if isinstance(found, int) else "?"
        raise ValueError(f"{path} is a model of format {shown}, this version reads {min(READ)} to {FORMAT}: {advice}.")
    return classifier, extra


def _damaged(path: str | os.PathLike[str], error: Exception) -> ValueError:
    what = f"lacks {error}" if isinstance(error, KeyError) else str(error) or type(error).__name__
    return ValueError(f"{path} is not a model of movieclassifier, or is damaged ({what}); train it again.")


def _read_model(file: NpzFile, facts: dict[str, Any]) -> Classifier:
    """Read the arrays that a record has, each within what the recipe and the classes can need; others are ignored."""
    ngrams, n_classes = recipe_from_dict(facts["recipe"]).ngrams, len(facts["label_names"])
    largest = n_classes * ngrams.n_features * np.dtype(ngrams.dtype).itemsize
    if largest > MAX_DENSE_BYTES:
        raise ValueError(f"its weights take {largest:,} bytes, more than {MAX_DENSE_BYTES:,}")
    names = [name for name in (*ARRAYS, "weights_values", "ratio_values") if name in ARRAYS or name in file.names]
    arrays = unpack("ratio", unpack("weights", {name: file.read(name, largest + SMALL_BYTES) for name in names}))
    if arrays["column_steps"].ndim == 2:
        arrays["column_steps"] = from_planes(arrays["column_steps"])
    return _rebuild(facts, arrays)


def _read_guard(file: NpzFile, classifier: Classifier) -> dict[str, NDArray[Any]]:
    names = [name for name in (*PACKED, *GUARD_ARRAYS) if name in file.names]
    limits = dict.fromkeys(names, MAX_GUARD_BYTES) | {"guard_counts": MAX_BYTES * len(classifier.columns)}
    guard = {name: file.read(name, limits[name]) for name in names}
    if PACKED[0] in guard:
        guard = unpack_guard(guard)
    if guard:
        check_guard(guard, classifier)
    return guard


def _rebuild(facts: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Classifier:
    """Check every array against the recipe, then spread the weights out."""
    recipe = recipe_from_dict(facts["recipe"])
    classes, weights, ratio, intercept, t = (arrays[name] for name in ("classes", "weights", "ratio", "intercept", "t"))
    n_rows = 1 if len(classes) == 2 else len(classes)
    columns = np.cumsum(arrays["column_steps"], dtype=np.int64)
    n_ratios = len(columns) if recipe.log_count_ratio else 0
    checks = {
        "classes": classes.ndim == 1 and len(classes) >= 2 and classes.dtype.kind in "iU",
        "label_names": len(facts["label_names"]) == len(classes),
        "column_steps": arrays["column_steps"].dtype in ("uint8", "uint16", "uint32") and (np.diff(columns) > 0).all(),
        "columns": not len(columns) or bool(columns[-1] < recipe.ngrams.n_features),
        "weights": weights.shape == (n_rows, len(columns)) and weights.dtype == recipe.ngrams.dtype,
        "ratio": ratio.shape == (n_rows, n_ratios) and ratio.dtype == recipe.ngrams.dtype,
        "intercept": intercept.shape == (n_rows,) and intercept.dtype in ("float32", "float64"),
        "t": t.shape == () and t.dtype.kind == "f" and t >= 0,
        "finite": all(np.isfinite(array).all() for array in (weights, ratio, intercept, t)),
        "temperature": isinstance(facts["temperature"], float) and 0 < facts["temperature"] < float("inf"),
        "seed": isinstance(facts["seed"], int) and 0 <= facts["seed"] < 2**32,
        "size": n_rows > 1 or recipe.ngrams.n_features * weights.itemsize <= MAX_DENSE_BYTES,
    }
    misfit = next((name for name, holds in checks.items() if not holds), None) or first_misfit(facts["metadata"])
    if misfit:
        raise ValueError(f"its {misfit} do not fit the rest")
    coef = make_coef(columns, weights, recipe.ngrams.n_features)
    return Classifier(
        recipe,
        classes,
        Weights(coef, intercept, columns.astype(np.int32), ratio if recipe.log_count_ratio else None, float(t)),
        label_names=[str(name) for name in facts["label_names"]],
        temperature=facts["temperature"],
        seed=facts["seed"],
        metadata=facts["metadata"],
    )
