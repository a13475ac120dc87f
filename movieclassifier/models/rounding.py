"""Weights of few values, of which a record keeps a table, and 8 bits for each weight that zlib packs in five."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.models.column_coef import only

if TYPE_CHECKING:
    from movieclassifier.models.classifier import Classifier

N_VALUES = 256  # that one byte tells apart
# Values on either side of 0. 127 of them decide no better, and half as many lose accuracy (a fold of aclImdb).
N_LEVELS = 31
RATIO_LEVELS = 15
# A table for fewer numbers than this would save nothing.
FEWEST = 4 * N_VALUES


def round_weights(classifier: "Classifier") -> "Classifier":
    """Return a classifier whose weights take at most 63 values, and its log-count ratios at most 31.

    The values lie closer together near 0, where most weights are: they are the squares of evenly spaced numbers, with
    their signs. The model is exactly that of the rounded weights: it decides the same before it is saved and after.
    The ratios say how far a correction moves each weight, for which fewer values do as well.

    Parameters
    ----------
    classifier : Classifier

    Returns
    -------
    Classifier
    """
    weights = classifier.weights
    coef = only(weights.coef, weights.columns)
    coef[:, weights.columns] = round_to_levels(weights.coef[:, weights.columns])
    rounded = classifier.copy()
    ratio = None if weights.ratio is None else round_to_levels(weights.ratio, RATIO_LEVELS)
    rounded.weights = replace(weights, coef=coef, ratio=ratio)
    return rounded


def round_to_levels(array: NDArray[np.floating], n_levels: int = N_LEVELS) -> NDArray[np.floating]:
    """Return numbers rounded to 0 and `n_levels` values on either side of it, which suit the largest number.

    Examples
    --------
    >>> round_to_levels(np.array([-1.0, 0.0, 0.0002, 0.6])).round(4).tolist()
    [-1.0, 0.0, 0.0, 0.5994]
    """
    largest = float(np.abs(array).max(initial=0))
    if not largest:
        return array
    levels = np.rint(np.sqrt(np.abs(array.astype(np.float64)) / largest) * n_levels)
    values = (np.arange(n_levels + 1) / n_levels) ** 2 * largest
    rounded = values[levels.astype(np.intp)]
    # Adding 0 turns a -0.0 into 0.0: there is one 0.
    signed: NDArray[np.floating] = (np.where(array < 0, -rounded, rounded) + 0.0).astype(array.dtype)
    return signed


def pack(name: str, array: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Return an array as a record keeps it: as codes and a table of values where the array takes few values.

    Examples
    --------
    >>> packed = pack("ratio", np.tile(np.array([0.5, -1.5], np.float32), 600))
    >>> packed["ratio"].dtype, packed["ratio_values"].tolist()
    (dtype('uint8'), [-1.5, 0.5])
    >>> (unpack("ratio", packed)["ratio"][:2]).tolist()
    [0.5, -1.5]
    """
    # Most arrays take more values already in a small part. np.unique would import a package to look at floats.
    some = np.sort(array.ravel()[: 2 * FEWEST])
    if array.size < FEWEST or np.count_nonzero(some[1:] != some[:-1]) >= N_VALUES:
        return {name: array}
    values, codes = np.unique(array, return_inverse=True)
    if len(values) > N_VALUES:
        return {name: array}
    return {name: codes.reshape(array.shape).astype(np.uint8), f"{name}_values": values}


def unpack(name: str, arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return the arrays of a record with one that was packed as it was.

    Raises
    ------
    ValueError
        If a code has no value.
    """
    values = arrays.get(f"{name}_values")
    if values is None:
        return arrays
    codes = arrays[name]
    if codes.dtype != np.uint8 or values.ndim != 1 or codes.max(initial=0) >= len(values):
        raise ValueError(f"its {name} do not fit the rest")
    others = {key: array for key, array in arrays.items() if key != f"{name}_values"}
    return others | {name: values[codes]}
