"""The arrays of a record that are compressed before their turn to be written comes, while the model is evaluated."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.models.byte_planes import to_planes
from movieclassifier.models.packed_guard import pack_guard
from movieclassifier.models.rounding import pack
from movieclassifier.system.npz import pack_array
from movieclassifier.system.packed_arrays import PackedArray

if TYPE_CHECKING:
    from movieclassifier.models.classifier import Classifier
    from movieclassifier.models.weights import Weights

Arrays = dict[str, NDArray[Any] | PackedArray]
LARGE = 200_000  # columns
# Bytes of weights or of ratios; larger ones are compressed when their turn comes, and take no memory before.
MAX_PACKED = 2**23
PART = 2**18  # columns
STEPS = "column_steps"


class PackedRecord:
    """Compress the arrays of a record in a thread. The weights must stay as they are until it is written.

    Parameters
    ----------
    classifier : Classifier
    """

    def __init__(self, classifier: "Classifier"):
        pool = ThreadPoolExecutor(1, "pack")
        self._columns = pool.submit(classifier.weights.weighted_columns)
        self._arrays = pool.submit(self._pack_weights, classifier.weights)
        pool.shutdown(wait=False)

    def columns(self) -> tuple[NDArray[np.integer], NDArray[np.floating] | None]:
        """Return what ``weighted_columns`` of the weights returns."""
        return self._columns.result()

    def arrays(self) -> dict[str, dict[str, PackedArray]]:
        """Return those of :func:`weight_arrays` that are not too large, by the same names."""
        return self._arrays.result()

    def pack_extra(self, extra: Mapping[str, NDArray[Any]]) -> dict[str, PackedArray]:
        """Return arrays beyond the model as the record holds them, compressed here and now."""
        return self._pack(extra_arrays(extra))

    def _pack_weights(self, weights: "Weights") -> dict[str, dict[str, PackedArray]]:
        columns, ratio = self.columns()
        large = len(weights.coef) * len(columns) * weights.coef.dtype.itemsize > MAX_PACKED
        parts = weight_arrays(weights, columns, ratio).items()
        return {name: self._pack(make()) for name, make in parts if name == STEPS or not large}

    def _pack(self, arrays: Mapping[str, Any]) -> dict[str, PackedArray]:
        settings = compression_of(self.columns()[0])
        stored = settings.get("stored", ())
        return {
            name: pack_array(name, array, settings["level"] * (name not in stored)) for name, array in arrays.items()
        }


def compression_of(columns: NDArray[np.integer]) -> dict[str, Any]:
    """Return how the arrays of a record are compressed, as arguments of ``write_npz``."""
    # Of a large record, the weights are noise to zlib (4% smaller in a third of the time that all takes), and of the
    # rest a low level leaves a tenth more in a fifth of the time. A small one is meant to be shipped.
    return {"level": 1, "stored": ["weights"]} if len(columns) > LARGE else {"level": 6}


def weight_arrays(
    weights: "Weights", columns: NDArray[np.integer], ratio: NDArray[np.floating] | None
) -> dict[str, Callable[[], Arrays]]:
    """Return how the arrays are made that a record keeps of the weights, in their order: some together, by one name."""
    none = np.empty((len(weights.coef), 0), weights.coef.dtype)
    return {
        # Steps between columns are small numbers, which compress well.
        STEPS: lambda: {STEPS: _step_planes(columns)},
        "weights": lambda: {**pack("weights", weights.at(columns))},
        "ratio": lambda: {**pack("ratio", none if ratio is None else ratio)},
    }


def extra_arrays(extra: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return arrays beyond the model as a record keeps them."""
    return pack_guard(extra) if "guard_steps" in extra else extra


def _step_planes(columns: NDArray[np.integer]) -> NDArray[np.uint8]:
    """Return the bytes of the first column and of the step to each that follows."""
    # In parts: all steps at once would take as much memory as the columns.
    starts = range(0, len(columns), PART)
    parts = [to_planes(np.diff(columns[i : i + PART], prepend=columns[i - 1] if i else 0)) for i in starts]
    planes = np.zeros((max(map(len, parts), default=1), len(columns)), np.uint8)
    for start, part in zip(starts, parts, strict=True):
        planes[: len(part), start : start + PART] = part
    return planes
