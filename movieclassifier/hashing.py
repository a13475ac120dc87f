"""The front door of the compiled twin: texts in, the arrays of a CSR matrix out, the same bits on either path."""

import os
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.recipes import Recipe
from movieclassifier.tokenizers import TOKENIZERS, Tokenizer

try:
    from movieclassifier import _hashing
except ImportError as error:
    _hashing = None  # type: ignore[assignment]  # the extension is optional
    _MISSING = str(error)

PURE_PYTHON = "MOVIECLASSIFIER_PURE_PYTHON"

CSRArrays = tuple[NDArray[Any], NDArray[np.int32], NDArray[np.int32]]


def backend() -> tuple[str, str]:
    """Say which path hashes texts, and why.

    Returns
    -------
    name : {"compiled", "pure Python"}
    reason : str
    """
    if os.environ.get(PURE_PYTHON, "") not in ("", "0"):
        return "pure Python", f"{PURE_PYTHON} is set"
    if _hashing is None:
        return "pure Python", f"the extension is not installed ({_MISSING})"
    return "compiled", "the extension is installed"


def is_compiled() -> bool:
    """Tell whether the compiled twin hashes texts."""
    return backend()[0] == "compiled"


def hash_texts(texts: Sequence[str], recipe: Recipe) -> CSRArrays:
    """Turn texts into the rows of a CSR matrix without importing scikit-learn where the twin is installed.

    Parameters
    ----------
    texts : sequence of str
        Documents.
    recipe : Recipe
        Its tokenizer, stop words, n-grams, n_features, binary, alternate_sign, norm and dtype are used.

    Returns
    -------
    data : ndarray of shape (nnz,), dtype float32 or float64
    indices : ndarray of shape (nnz,), dtype int32
    indptr : ndarray of shape (n_texts + 1,), dtype int32
        Bit for bit what ``make_vectorizer(recipe).transform(texts)`` holds.

    Raises
    ------
    TypeError
        If texts is one str, or holds anything but str.
    """
    if isinstance(texts, str):
        raise TypeError("texts must be a list of str, got one str; pass [text].")
    texts = list(texts)
    for position, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(f"texts must be a list of str; text {position} is {type(text).__name__}.")
    if not texts:
        return np.empty(0, recipe.dtype), np.empty(0, np.int32), np.zeros(1, np.int32)
    return _hash_in_python(texts, recipe)


def _hash_in_python(texts: list[str], recipe: Recipe) -> CSRArrays:
    X = _definition(recipe).transform(texts)
    return X.data, X.indices, X.indptr


@lru_cache(maxsize=8)
def _definition(recipe: Recipe) -> Any:
    """Return the scikit-learn vectorizer that a recipe stands for."""
    from sklearn.feature_extraction.text import HashingVectorizer

    return HashingVectorizer(
        tokenizer=_drop_stop_words(TOKENIZERS[recipe.tokenizer], recipe.stop_words),
        token_pattern=None,
        lowercase=False,
        ngram_range=recipe.ngram_range,
        n_features=recipe.n_features,
        binary=recipe.binary,
        alternate_sign=recipe.alternate_sign,
        norm=recipe.norm,
        dtype=np.dtype(recipe.dtype).type,
    )


def _drop_stop_words(tokenize: Tokenizer, stop_words: tuple[str, ...]) -> Tokenizer:
    if not stop_words:
        return tokenize
    dropped = frozenset(stop_words)
    return lambda text: [token for token in tokenize(text) if token not in dropped]
