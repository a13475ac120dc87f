"""Read the pickles of a model without running what a forged one asks for."""

import math
import os
import pickle
from typing import Any, ClassVar

import numpy as np

from movieclassifier.system.npz import NPZ_ERRORS

# What a cut, hostile or foreign pickle can raise while it is taken apart.
PICKLE_ERRORS = (pickle.UnpicklingError, ImportError, *NPZ_ERRORS)
SAFE_GLOBALS = {
    ("numpy", "dtype"),
    ("numpy", "ndarray"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("sklearn._loss._loss", "CyHalfBinomialLoss"),
    ("sklearn.linear_model._stochastic_gradient", "SGDClassifier"),
}


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
        if isinstance(state, dict):
            _check_version(state)
        super().load_build()  # type: ignore[misc]

    dispatch[pickle.BUILD[0]] = load_build  # type: ignore[assignment]  # as pickle itself does


def _is_plain(instance: Any, state: Any) -> bool:
    """Tell whether a state is one that pickling plain numbers, strings and estimators gives."""
    if isinstance(instance, np.dtype):
        return _is_plain_type(instance.kind, state)
    if isinstance(instance, np.ndarray):
        _, shape, dtype, _, content = state
        plain = isinstance(dtype, np.dtype) and dtype.kind in "biufU" and isinstance(content, bytes)
        return plain and math.prod(shape) * dtype.itemsize == len(content)
    return not isinstance(instance, type) and isinstance(state, dict)


def _is_plain_type(kind: str, state: Any) -> bool:
    """Tell whether a state is that of a type of numbers or, with 4 bytes a character, of strings."""
    # Version, byte order, subarray, names, fields, size, alignment, flags.
    if kind not in "biufU" or len(state) != 8 or state[2:5] != (None, None, None):
        return False
    size, *rest = state[5:]
    if kind == "U":
        return rest == [4, 8] and isinstance(size, int) and size >= 4 and size % 4 == 0
    return [size, *rest] == [-1, -1, 0]


def _check_version(state: dict[str, Any]) -> None:
    """Refuse an estimator whose attributes another scikit-learn has set."""
    from sklearn import __version__

    found = state.get("_sklearn_version", "of long ago")
    if found != __version__:
        raise pickle.UnpicklingError(f"it was written by scikit-learn {found}, this is {__version__}")
