"""The door of the compiled twin: texts in, rows out; the bits are the same with the twin and without."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.corpora.readers.spans import Spans
from movieclassifier.features.ngrams import NGrams
from movieclassifier.features.rows import EvenRows, Rows
from movieclassifier.features.tokenizers import TOKENIZERS, Tokenizer
from movieclassifier.features.words import english_stop_words, tokenize_book, tokenize_default
from movieclassifier.system.compiled import hashing_twin

SUMMED = (np.dtype(np.float32), np.dtype(np.float64))
TWINS: dict[Tokenizer, str] = {tokenize_book: "book", tokenize_default: "default"}


def is_compiled(ngrams: NGrams) -> bool:
    """Tell whether the compiled twin hashes texts with these settings."""
    return hashing_twin() is not None and TOKENIZERS[ngrams.tokenizer] in TWINS


def hash_texts(texts: Sequence[str], ngrams: NGrams, *, even: bool = False) -> Rows:
    """Turn texts into rows of numbered columns, without scikit-learn where the compiled twin is installed.

    Parameters
    ----------
    texts : sequence of str
        Documents.
    ngrams : NGrams
    even : bool
        Whether the rows may be ``EvenRows``, as those of binary n-grams are, for a caller that needs no value of each
        column.

    Returns
    -------
    Rows
        One for each text, bit for bit as scikit-learn's ``HashingVectorizer`` makes them of the same settings.

    Raises
    ------
    TypeError
        If texts is one str, or holds anything but str.

    Examples
    --------
    >>> rows = hash_texts(["so so good", ""], NGrams(n_features=8, norm=None))
    >>> rows.data.tolist(), rows.columns.tolist(), rows.indptr.tolist()
    ([1.0, 1.0, 1.0], [1, 5, 6], [0, 3, 3])
    """
    texts = _checked(texts)
    if is_compiled(ngrams):
        try:
            make = EvenRows if even and ngrams.binary else Rows
            hash_all = _twin(ngrams).hash_spans if isinstance(texts, Spans) else _twin(ngrams).hash
            data, columns, indptr = hash_all(texts, make is EvenRows)
            return make(data, columns, indptr, ngrams.n_features)
        except hashing_twin().Declined:
            pass
    return hash_in_python(list(texts), ngrams)


def sum_weights(text: str, ngrams: NGrams, coef: NDArray[Any]) -> list[float] | None:
    """Return the sum of a text's values with each row of weights, in one call of the compiled twin.

    Parameters
    ----------
    text : str
    ngrams : NGrams
    coef : ndarray of shape (n_rows, n_features)

    Returns
    -------
    list of float or None
        None where the twin is missing, or cannot take the text or the layout of the weights.

    Raises
    ------
    TypeError
        If text is not a str.
    """
    if not is_compiled(ngrams) or coef.dtype != ngrams.dtype or not coef.flags.c_contiguous:
        return None
    try:
        sums: list[float] = _twin(ngrams).decide(text, coef)
    except hashing_twin().Declined:
        return None
    return sums


def place_columns(text: str, ngrams: NGrams) -> list[int] | None:
    """Return the column of each n-gram of a text, at each place where it stands, by the compiled twin.

    Parameters
    ----------
    text : str
    ngrams : NGrams

    Returns
    -------
    list of int or None
        The shorter n-grams first, those of a length in the order of the text. None where the twin is missing, or
        cannot take the text.

    Examples
    --------
    >>> columns = place_columns("So good", NGrams(ngram_range=(1, 2), n_features=2**22))
    >>> columns in (None, [2399353, 2195521, 3090038])  # of "so", "good", and "so good"
    True
    """
    if not is_compiled(ngrams):
        return None
    try:
        columns: list[int] = _twin(ngrams).ngram_columns(text).tolist()
    except hashing_twin().Declined:
        return None
    return columns


def sum_rows(rows: Rows, coef: NDArray[Any]) -> NDArray[np.float64] | None:
    """Return the sum of each row's values with one row of weights, by the compiled twin.

    Parameters
    ----------
    rows : Rows
    coef : ndarray of shape (n_features,)

    Returns
    -------
    ndarray of shape (n_rows,) or None
        None where the twin is missing, or the values and weights differ in type.

    Raises
    ------
    ValueError
        If there are fewer weights than columns.
    """
    twin = hashing_twin()
    if twin is None or not isinstance(coef, np.ndarray) or coef.dtype != rows.data.dtype or coef.dtype not in SUMMED:
        return None
    sums = np.empty(len(rows))
    columns, indptr = rows.columns.astype(np.int32, copy=False), rows.indptr.astype(np.int32, copy=False)
    twin.sum_rows(rows.data, columns, indptr, np.ascontiguousarray(coef), sums)
    return sums


def _checked(texts: Sequence[str]) -> list[str] | Spans:
    if isinstance(texts, str):
        raise TypeError("texts must be a list of str, got one str; pass [text].")
    if isinstance(texts, Spans):
        return texts
    texts = list(texts)
    for position, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(f"texts must be a list of str; text {position} is of type {type(text).__name__}.")
    return texts


@lru_cache(maxsize=8)
def _twin(ngrams: NGrams) -> Any:
    definition = TOKENIZERS[ngrams.tokenizer]
    own_stop_words = english_stop_words() if definition is tokenize_book else frozenset()
    return hashing_twin().Twin(
        tokenizer=TWINS[definition],
        definition=definition,
        stop_words=own_stop_words.union(ngrams.stop_words),
        dtype=ngrams.dtype,
        **_ngram_settings(ngrams),
    )


def free_buffers() -> None:
    """Free the memory that the twins keep for the next texts: up to 8 MB for each thread that has hashed some."""
    _twin.cache_clear()


def _ngram_settings(ngrams: NGrams) -> dict[str, Any]:
    return {name: getattr(ngrams, name) for name in ("ngram_range", "n_features", "binary", "alternate_sign", "norm")}


def vectorizer_settings(ngrams: NGrams) -> dict[str, Any]:
    """Return the parameters of scikit-learn's ``HashingVectorizer``, without the tokenizer and the stop words.

    Parameters
    ----------
    ngrams : NGrams

    Returns
    -------
    dict
        Keyword arguments.

    Examples
    --------
    >>> vectorizer_settings(NGrams(n_features=8))["n_features"]
    8
    """
    plain = {"token_pattern": None, "lowercase": False, "dtype": np.dtype(ngrams.dtype).type}
    return plain | _ngram_settings(ngrams)


def hash_in_python(texts: list[str], ngrams: NGrams) -> Rows:
    """Do as :func:`hash_texts` does, by the definition: scikit-learn and the Python tokenizer."""
    if not texts:  # which scikit-learn refuses
        return Rows(np.empty(0, ngrams.dtype), np.empty(0, np.int32), np.zeros(1, np.int32), ngrams.n_features)
    X = _definition(ngrams).transform(texts)
    return Rows(X.data, X.indices, X.indptr, ngrams.n_features)


@lru_cache(maxsize=8)
def _definition(ngrams: NGrams) -> Any:
    """Return the scikit-learn vectorizer that has these settings."""
    from sklearn.feature_extraction.text import HashingVectorizer  # over a second: only without the twin

    tokenizer = _without(ngrams.stop_words, TOKENIZERS[ngrams.tokenizer])
    return HashingVectorizer(tokenizer=tokenizer, **vectorizer_settings(ngrams))


def _without(stop_words: tuple[str, ...], tokenize: Tokenizer) -> Tokenizer:
    if not stop_words:
        return tokenize
    dropped = frozenset(stop_words)
    return lambda text: [token for token in tokenize(text) if token not in dropped]
