"""The state of a ``SlotTrainer``, packed by its twin: all at once, or a part of the columns at a time."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.system.spooling import Spool
from movieclassifier.training.learners.packing import PART, parts_of

COEF = ("coef_.0.steps", "coef_.0.values")
COUNTS = ("counts.steps", "counts.values", "counts.large")
# Steps of the twin have one byte.
LONGEST_STEP = 2**8 - 1


def pack_slots(
    pack: Callable[..., tuple[int, ...]], n_features: int, spool: Callable[[str], Spool] | None = None
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Return the weights and the counts as ``packing.pack`` does.

    Parameters
    ----------
    pack : callable
        ``pack_state`` of the twin, which knows the slots already.
    n_features : int
    spool : callable, optional
        Makes a spool of a type. With it, the result takes no memory.

    Returns
    -------
    coef, counts : dict of str to ndarray or Spool
        None where steps between them take more than a byte.
    """
    n = PART if spool else n_features
    # As much as there can be; the operating system gives memory to what is written.
    steps, of_counts, values = np.empty(n, np.uint8), np.empty(2 * n + 1, np.uint8), np.empty(2 * n + 1, np.uint8)
    arrays: tuple[NDArray[Any], ...] = steps, np.empty(n, np.float32), of_counts, values, np.empty(2 * n, np.int32)
    kept: list[Any] = [spool(array.dtype.char) for array in arrays] if spool else []
    last = -1, -1  # the weight and the count that the next steps begin at
    for part in parts_of(range(n_features), n):
        place = part.start, min(part.stop, n_features), *last
        last_weight, last_count, longest, n_weights, n_counts, n_large = pack(*place, *arrays)
        if longest > LONGEST_STEP:
            return None
        last = last_weight, last_count
        lengths = n_weights, n_weights, n_counts, n_counts, n_large
        found = [array[:length] for array, length in zip(arrays, lengths, strict=True)]
        for one, more in zip(kept, found, strict=False):
            one.append(more)
    packed = kept or found
    return dict(zip(COEF, packed, strict=False)), dict(zip(COUNTS, packed[2:], strict=True))
