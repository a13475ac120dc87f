"""The state of a trainer as plain arrays: a checkpoint holds them, and training goes on from them."""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.recipes.linear import Recipe
from movieclassifier.training.learners.log_count_ratio import LogCountRatio
from movieclassifier.training.learners.packing import in_parts, pack, unpack

# The attributes that partial_fit needs to go on; averaged weights are kept besides the plain ones.
ESTIMATOR_STATE = (
    "coef_",
    "intercept_",
    "t_",
    "_standard_coef",
    "_standard_intercept",
    "_average_coef",
    "_average_intercept",
)


def pack_state(estimators: Sequence[Any], ratio: LogCountRatio | None) -> dict[str, NDArray[Any]]:
    """Return everything that training needs to go on.

    Parameters
    ----------
    estimators : sequence of SGDClassifier or CompiledSGD
        One per row of weights.
    ratio : LogCountRatio or None

    Returns
    -------
    dict of str to ndarray
        Small arrays without their zeros.
    """
    arrays: dict[str, NDArray[Any]] = {}
    for row, estimator in enumerate(estimators):
        for name in ESTIMATOR_STATE:
            if hasattr(estimator, name):
                value = np.asarray(getattr(estimator, name))
                is_coef = name.endswith("coef_") or name.endswith("_coef")
                arrays |= pack(f"{name}.{row}", in_parts(value.reshape(-1))) if is_coef else {f"{name}.{row}": value}
    if ratio is not None:
        arrays |= {"totals": ratio.totals_, **pack("counts", in_parts(ratio.counts_.reshape(-1)))}
    return arrays


def unpack_state(
    arrays: Mapping[str, NDArray[Any]], recipe: Recipe, estimators: Sequence[Any], ratio: LogCountRatio | None
) -> None:
    """Put what :func:`pack_state` returned into estimators and ratio; if anything is wrong, nothing is changed.

    Raises
    ------
    ValueError
        If they are not the arrays of a trainer with these settings.
    """
    expected = _expected_state(arrays, recipe, len(estimators), ratio)
    check_names(arrays, expected)
    loaded = {name: _load(name, arrays, *layout) for name, layout in expected.items()}
    for name, value in loaded.items():
        if name.startswith("t_.") and value < 1:
            raise ValueError(f"its {name!r} is {value}, which is below 1")
    for row, estimator in enumerate(estimators):
        found = {name: loaded[f"{name}.{row}"] for name in ESTIMATOR_STATE if f"{name}.{row}" in loaded}
        for name, value in found.items():
            setattr(estimator, name, float(value) if name == "t_" else value)
        if found:
            estimator.classes_ = np.array([False, True])
    if ratio is not None:
        ratio.counts_, ratio.totals_ = loaded["counts"], loaded["totals"]


def _expected_state(
    arrays: Mapping[str, NDArray[Any]], recipe: Recipe, n_rows: int, ratio: LogCountRatio | None
) -> dict[str, tuple[tuple[int, ...], str]]:
    """Return the shape and type that each value must have; before the first step, estimators have no values."""
    n_features, dtype = recipe.ngrams.n_features, recipe.ngrams.dtype
    layouts = {
        "coef_": ((1, n_features), dtype),
        "t_": ((), "float64"),
        # Averaging keeps it in the type of the weights.
        "intercept_": ((1,), "float64" if recipe.passes == 1 else dtype),
    }
    if recipe.passes > 1:
        for name in ("_standard", "_average"):
            layouts |= {f"{name}_coef": ((n_features,), dtype), f"{name}_intercept": ((1,), dtype)}
    started = any(name.startswith("t_.") for name in arrays)
    rows = range(n_rows) if started else ()
    expected = {f"{name}.{row}": layout for name, layout in layouts.items() for row in rows}
    if ratio is not None:
        n_classes = len(ratio.totals_)
        expected |= {"counts": ((n_features, n_classes), "int32"), "totals": ((n_classes,), "int64")}
    return expected


def check_names(arrays: Collection[str], expected: Collection[str]) -> None:
    """Refuse a state in which a value is missing or unknown.

    Raises
    ------
    ValueError
    """
    found = {name.rpartition(".")[0] if name.endswith((".steps", ".values", ".large")) else name for name in arrays}
    for name in sorted(found ^ set(expected)):
        raise ValueError(f"it lacks {name!r}" if name in expected else f"nothing here has a use for its {name!r}")


def _load(name: str, arrays: Mapping[str, NDArray[Any]], shape: tuple[int, ...], dtype: str) -> NDArray[Any]:
    """Return a value of a state, of a shape and type."""
    array = arrays.get(name)
    if array is None:
        return unpack(name, arrays, np.zeros(math.prod(shape), dtype)).reshape(shape)
    if array.shape != shape or array.dtype != dtype or array.dtype.kind not in "if":
        raise ValueError(f"its {name!r} is {array.dtype} of shape {array.shape}, not {dtype} of shape {shape}")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError(f"its {name!r} is not finite")
    if array.dtype.kind == "i" and array.min(initial=0) < 0:
        raise ValueError(f"its {name!r} is negative")
    return array.copy()
