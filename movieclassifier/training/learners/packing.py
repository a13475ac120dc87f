"""Small arrays for what a trainer knows: most columns have no weight, and most counts are below 255."""

from collections.abc import Iterable, Iterator, Mapping, Sized
from typing import Any

import numpy as np
from numpy.typing import NDArray

ESCAPE = 255
PART = 2**18


def pack(name: str, parts: Iterable[NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return values without their zeros, as arrays that :func:`unpack` makes them from.

    Parameters
    ----------
    name : str
        What the names of the arrays begin with.
    parts : iterable of ndarray
        Consecutive parts of one dimension, of floats or of integers that are at least 0. The memory that this needs
        besides its result grows with the largest part.

    Returns
    -------
    dict of str to ndarray
        ``NAME.steps``, the distances between values that are not 0; ``NAME.values``, floats or integers of one byte;
        ``NAME.large``, the integers above 254.

    Examples
    --------
    >>> packed = pack("counts", [np.array([0, 3, 0]), np.array([0, 300])])
    >>> {name: array.tolist() for name, array in packed.items()}
    {'counts.steps': [2, 3], 'counts.values': [3, 255], 'counts.large': [300]}
    >>> unpack("counts", packed, np.zeros(5, int)).tolist()
    [0, 3, 0, 0, 300]
    """
    steps, values, large = [np.empty(0, np.uint8)], [], []
    n_zeros = 0  # since the last value
    for part in parts:
        places = np.flatnonzero(part)
        kept = part[places]
        if kept.dtype.kind != "f":
            large.append(kept[kept >= ESCAPE])
            kept = np.minimum(kept, ESCAPE).astype(np.uint8)
        values.append(kept)
        between = np.diff(places, prepend=-1 - n_zeros)
        steps.append(between.astype(np.min_scalar_type(between.max(initial=0))))
        n_zeros = len(part) - 1 - int(places[-1]) if len(places) else n_zeros + len(part)
    packed = {f"{name}.steps": np.concatenate(steps), f"{name}.values": np.concatenate(values)}
    return packed | ({f"{name}.large": np.concatenate(large)} if large else {})


def in_parts(values: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Yield consecutive parts of an array of one dimension."""
    return (values[part] for part in parts_of(values) or [slice(0, 0)])


def parts_of(values: Sized, size: int = PART) -> list[slice]:
    """Return the places of consecutive parts."""
    return [slice(start, start + size) for start in range(0, len(values), size)]


def unpack(name: str, packed: Mapping[str, NDArray[Any]], into: NDArray[Any]) -> NDArray[Any]:
    """Put the values that :func:`pack` kept back into an array of zeros, and return it.

    Raises
    ------
    ValueError
        If an array is missing, has a different shape or type, or reaches outside.
    """
    names = ("steps", "values") if into.dtype.kind == "f" else ("steps", "values", "large")
    for part in names:
        if f"{name}.{part}" not in packed:
            raise ValueError(f"it lacks '{name}.{part}'")
    steps, values = packed[f"{name}.steps"], packed[f"{name}.values"]
    if steps.ndim != 1 or steps.shape != values.shape or steps.dtype.kind != "u" or not steps.all():
        raise ValueError(f"its '{name}.steps' do not fit its values")
    places = np.cumsum(steps, dtype=np.int64) - 1
    if len(places) and (places[-1] >= len(into) or (places < 0).any()):
        raise ValueError(f"its '{name}.steps' go beyond the {len(into):,} columns")
    if into.dtype.kind == "f":
        if values.dtype != into.dtype or not np.isfinite(values.sum(dtype=np.float64)):
            raise ValueError(f"its '{name}.values' are not finite numbers of {into.dtype}")
        into[places] = values
        return into
    large = packed[f"{name}.large"]
    escaped = values == ESCAPE
    if values.dtype != np.uint8 or large.dtype != into.dtype or large.shape != (int(escaped.sum()),):
        raise ValueError(f"its '{name}.large' do not fit its values")
    if large.min(initial=ESCAPE) < ESCAPE:
        raise ValueError(f"its '{name}.large' hold a small or negative count")
    counts = values.astype(into.dtype)
    counts[escaped] = large
    into[places] = counts
    return into
