"""Checks of the arguments of the estimator for scikit-learn: texts, and labels of classes."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import column_or_1d

from movieclassifier.corpora.readers.contract import Label


def check_texts(X: Iterable[str]) -> list[str]:
    """Return texts as a list.

    Raises
    ------
    TypeError
        If X is one str, or holds anything but str.
    ValueError
        If X has two dimensions.

    Examples
    --------
    >>> check_texts(["a film", float("nan")])
    Traceback (most recent call last):
    ...
    TypeError: X must hold str; got float at position 1.
    """
    if isinstance(X, str | bytes):
        raise TypeError("X must be a sequence of str, got one str; pass [text].")
    if hasattr(X, "toarray"):
        raise TypeError("X must be a sequence of texts; sparse input is not supported. Pass the texts themselves.")
    if getattr(X, "ndim", 1) != 1:
        raise ValueError(
            f"X must be a sequence of texts; got an array of shape {getattr(X, 'shape', '?')}. Pass one column of it."
        )
    texts = list(X)
    for place, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(f"X must hold str; got {type(text).__name__} at position {place}.")
    return [str(text) if type(text) is not str else text for text in texts]  # numpy's str_ is a str, too


def check_documents(X: Iterable[str], y: ArrayLike) -> tuple[list[str], NDArray[Any]]:
    """Return texts and as many labels.

    Raises
    ------
    TypeError, ValueError
        As :func:`check_texts`, or if the labels are not those of classes, or are not as many.
    """
    if y is None:
        raise ValueError("requires y to be passed, but the target y is None.")
    texts, labels = check_texts(X), column_or_1d(y, warn=True)
    check_classification_targets(labels)
    if len(texts) != len(labels):
        raise ValueError(f"X and y must have the same length; got {len(texts)} and {len(labels)}.")
    if not texts:
        raise ValueError("X and y must hold at least one document; they are empty.")
    return texts, labels


def plain_classes(classes: NDArray[Any]) -> tuple[Label, ...]:
    """Return labels as a model keeps them: integers and texts as they are, anything else by its position.

    Examples
    --------
    >>> plain_classes(np.array(["bad", "good"])), plain_classes(np.array([False, True]))
    (('bad', 'good'), (0, 1))
    """
    values = classes.tolist()
    is_plain = all(is_int(value) for value in values) or all(isinstance(value, str) for value in values)
    return tuple(values) if is_plain else tuple(range(len(values)))


def is_int(value: object) -> bool:
    """Tell whether a value is an integer, also one of numpy's."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)
