"""Read the pickles of a model without running code that a forged one names.

Reading takes two steps. First the opcodes build inert values (:mod:`movieclassifier.models.inert_pickles`): numbers,
strings, lists, dictionaries, and notes that name a global, its arguments and its state. No code of numpy or
scikit-learn runs. Then the notes are compared with those of a pickled ``SGDClassifier``, and a note that fits is turned
into an array or an estimator that owns its memory.
"""

import io
import math
import os
import pickle
import re
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.models.inert_pickles import (
    CSR,
    DTYPE,
    ESTIMATOR,
    LOSS,
    NDARRAY,
    RECONSTRUCT,
    AskedGlobal,
    InertUnpickler,
)

# The errors that a cut, hostile or foreign pickle can raise while its opcodes are read.
PICKLE_ERRORS = (
    pickle.UnpicklingError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    EOFError,
    OverflowError,
    MemoryError,
    struct.error,
)

# Learned attributes, with the number of dimensions of those that are arrays.
FITTED = {
    "coef_": 2,
    "intercept_": 1,
    "classes_": 1,
    "_expanded_class_weight": 1,
    "t_": None,
    "n_iter_": None,
    "n_features_in_": None,
    "loss_function_": None,
    "_loss_function_": None,
}


def load_pickled(path: str | os.PathLike[str]) -> Any:
    """Unpickle ``classifier.pkl`` or ``stopwords.pkl``, admitting only the globals that they need.

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
        If the file asks for any other global, is damaged, or was written by a different version of scikit-learn.
    """
    with open(path, "rb") as file:
        try:
            return _rebuild(InertUnpickler(io.BytesIO(file.read())).load())
        except PICKLE_ERRORS as error:
            raise ValueError(
                f"{path} cannot be unpickled safely ({error}); load classifier.npz with load_classifier() instead."
            ) from error


def _rebuild(value: Any) -> Any:
    """Return the list of stop words or the estimator that the inert values stand for."""
    if type(value) is list:
        if not all(type(word) is str for word in value):
            raise pickle.UnpicklingError("a list of stop words holds only str")
        return value
    if (
        not isinstance(value, AskedGlobal)
        or value.name != ESTIMATOR
        or value.arguments != ()
        or type(value.state) is not dict
    ):
        raise pickle.UnpicklingError("it holds neither an SGDClassifier nor a list of stop words")
    return _rebuild_estimator(value.state)


def _rebuild_estimator(state: dict[str, Any]) -> Any:
    from sklearn import __version__
    from sklearn.linear_model import SGDClassifier

    found = state.get("_sklearn_version", "of long ago")
    if found != __version__:
        shown = found if type(found) is str and len(found) < 30 else "?"
        raise pickle.UnpicklingError(f"it was written by scikit-learn {shown}, this is {__version__}")
    estimator = SGDClassifier()
    known = estimator.get_params().keys() | FITTED.keys() | {"_sklearn_version"}
    attributes = {name: _rebuild_attribute(name, value) for name, value in state.items()}
    if not attributes.keys() <= known or not estimator.get_params().keys() <= attributes.keys():
        raise pickle.UnpicklingError("its attributes are not those of an SGDClassifier")
    if attributes["average"] is not False:
        raise pickle.UnpicklingError("its weights are averaged, which lets no estimator go on from those it is given")
    _check_shapes(attributes)
    if type(attributes["n_jobs"]) is int and attributes["n_jobs"] > (os.cpu_count() or 1):
        attributes["n_jobs"] = -1  # one thread for each: a file could start as many as it liked
    estimator.__setstate__(attributes)
    estimator._validate_params()  # partial_fit leaves that out where an estimator is fitted
    return estimator


def _rebuild_attribute(name: str, value: Any) -> Any:
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, AskedGlobal) and value.name == RECONSTRUCT:
        return _rebuild_array(value)
    if isinstance(value, AskedGlobal) and value.name == LOSS and value.arguments == () and not value.state:
        from sklearn._loss._loss import CyHalfBinomialLoss

        return CyHalfBinomialLoss()
    if name == "coef_" and isinstance(value, AskedGlobal) and value.name == CSR and value.arguments == ():
        return _rebuild_matrix(value.state)
    raise pickle.UnpicklingError(f"its attribute {name[:40]!r} is not that of an SGDClassifier")


def _rebuild_matrix(state: Any) -> Any:
    """Return the sparse matrix that a state describes, once every index is known to be inside."""
    from scipy.sparse import csr_matrix

    parts = {"data": "f", "indices": "i", "indptr": "i"}
    shape = state.get("_shape") if type(state) is dict else None
    if type(shape) is not tuple or len(shape) != 2 or not all(type(n) is int and 0 < n < 2**31 for n in shape):
        raise pickle.UnpicklingError("the shape of its weights is not that of a model's")
    arrays = {}
    for name, kind in parts.items():
        note = state.get(name)
        if not isinstance(note, AskedGlobal) or note.name != RECONSTRUCT:
            raise pickle.UnpicklingError("its weights are not a sparse matrix")
        arrays[name] = _rebuild_array(note)
        if arrays[name].ndim != 1 or arrays[name].dtype.kind != kind:
            raise pickle.UnpicklingError("its weights are not a sparse matrix")
    matrix = csr_matrix((arrays["data"], arrays["indices"], arrays["indptr"]), shape=shape, copy=True)
    matrix.check_format(full_check=True)
    return matrix


def _rebuild_array(note: AskedGlobal) -> NDArray[Any]:
    """Return the array of a note: ``_reconstruct(ndarray, (0,), b"b")`` with a state of numbers or strings."""
    kind, *rest = note.arguments if len(note.arguments) == 3 else (None,)
    plain = isinstance(kind, AskedGlobal) and kind.name == NDARRAY and kind.arguments is None and rest == [(0,), b"b"]
    if not plain or type(note.state) is not tuple or len(note.state) != 5:
        raise pickle.UnpicklingError("an array is not written as numpy writes one")
    version, shape, dtype_note, fortran, content = note.state
    if type(shape) is not tuple or not all(type(n) is int and 0 <= n < 2**48 for n in shape) or len(shape) > 2:
        raise pickle.UnpicklingError("the shape of an array is not that of a model's")
    dtype = _rebuild_dtype(dtype_note)
    if version != 1 or type(fortran) is not bool or type(content) is not bytes:
        raise pickle.UnpicklingError("the state of an array is not that of a model's")
    if math.prod(shape) * dtype.itemsize != len(content):
        raise pickle.UnpicklingError("the content of an array does not fit its shape")
    array: NDArray[Any] = np.frombuffer(content, dtype).reshape(shape, order="F" if fortran else "C")
    if dtype.kind == "U" and array.view(np.uint32).max(initial=0) > 0x10FFFF:
        raise pickle.UnpicklingError("a string holds a number that is not a character")
    return array.astype(dtype.newbyteorder("="), order="K", copy=True)


def _rebuild_dtype(note: Any) -> np.dtype[Any]:
    """Return the type of a note: numbers of 1 to 8 bytes, or strings."""
    if not isinstance(note, AskedGlobal) or note.name != DTYPE or type(note.arguments) is not tuple:
        raise pickle.UnpicklingError("the type of an array is not one of numbers or strings")
    name = note.arguments[0] if note.arguments else None
    state = note.state
    if type(name) is str and note.arguments[1:] == (False, True) and type(state) is tuple and len(state) == 8:
        order = state[1] if type(state[1]) is str and state[1] in ("<", ">", "|") else ""
        numbers = name in ("f4", "f8", "i4", "i8", "u1", "b1") and state[2:] == (None, None, None, -1, -1, 0)
        strings = bool(re.fullmatch(r"U[1-9][0-9]{0,6}", name, re.ASCII)) and order != "|"
        if strings:
            strings = state[2:] == (None, None, None, 4 * int(name[1:]), 4, 8)
        if state[0] == 3 and order and (numbers or strings):
            return np.dtype(f"{order}{name}")
    raise pickle.UnpicklingError("the type of an array is not one of numbers or strings")


def _check_shapes(attributes: dict[str, Any]) -> None:
    """Refuse learned attributes that scikit-learn's loops would read beyond their ends."""
    arrays = {name: value for name, value in attributes.items() if isinstance(value, np.ndarray)}
    if any(array.ndim != FITTED.get(name) for name, array in arrays.items()):
        raise pickle.UnpicklingError("an attribute has not the shape of a model's")
    coef: Any = attributes.get("coef_")
    if not {"intercept_", "classes_"} <= arrays.keys() or not hasattr(coef, "shape"):
        raise pickle.UnpicklingError("it is not fitted")
    n_rows, n_features = coef.shape
    n_classes = len(arrays["classes_"])
    fits = n_rows == (1 if n_classes == 2 else n_classes) and arrays["intercept_"].shape == (n_rows,)
    fits &= all(array.dtype.kind == "f" for array in [coef, arrays["intercept_"]])
    weights = arrays.get("_expanded_class_weight")
    fits &= weights is None or (weights.shape == (n_classes,) and weights.dtype.kind == "f")
    fits &= type(attributes.get("t_")) is float and type(attributes.get("n_iter_", 1)) is int
    if not fits or attributes.get("n_features_in_") != n_features or n_classes < 2:
        raise pickle.UnpicklingError("its weights do not fit its classes")
