"""The vectorizer: scikit-learn's ``HashingVectorizer``, with a compiled twin inside where one can do the same."""

from collections.abc import Iterable
from numbers import Integral
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from sklearn import get_config
from sklearn.feature_extraction.text import HashingVectorizer

from movieclassifier.features.hashing import hash_texts, is_compiled, vectorizer_settings
from movieclassifier.features.ngrams import DTYPES, MAX_N_FEATURES, NGrams
from movieclassifier.features.rows import Rows
from movieclassifier.features.tokenizers import TOKENIZERS
from movieclassifier.features.words import tokenize_book as tokenizer  # the book's name for it
from movieclassifier.recipes.linear import Recipe
from movieclassifier.recipes.names import make_recipe

__all__ = ["TOKENIZERS", "Vectorizer", "make_vectorizer", "tokenizer", "vect"]


# The methods of scikit-learn that cut a text and hash its parts; the twin stands for all of them at once.
STEPS = (
    "build_analyzer",
    "build_preprocessor",
    "build_tokenizer",
    "decode",
    "get_stop_words",
    "_get_hasher",
    "_word_ngrams",
)


class Vectorizer(HashingVectorizer, auto_wrap_output_keys=None):  # type: ignore[call-arg]  # of sklearn's base
    """A ``HashingVectorizer`` whose ``transform`` takes the compiled path for the tokenizers of this package.

    Parameters, methods and results are those of :class:`sklearn.feature_extraction.text.HashingVectorizer`, bit for
    bit. Parameters that the twin does not know (a different tokenizer, ``strip_accents``, ``analyzer="char"``, …) take
    scikit-learn's own path.

    Examples
    --------
    >>> from movieclassifier import TOKENIZERS
    >>> X = Vectorizer(tokenizer=TOKENIZERS["default"], lowercase=False, n_features=8, norm=None).transform(["so so"])
    >>> X.shape, X.data.tolist()
    ((1, 8), [2.0])
    """

    def transform(self, X: Iterable[str]) -> Any:
        """Hash the n-grams of texts.

        Parameters
        ----------
        X : iterable of str
            Documents.

        Returns
        -------
        sparse matrix of shape (n_samples, n_features)
        """
        if isinstance(self.n_features, Integral) and not 1 <= int(self.n_features) <= MAX_N_FEATURES:
            # scikit-learn checks this in fit() alone, and divides by it here.
            raise ValueError(f"n_features must be between 1 and {MAX_N_FEATURES}; got {self.n_features!r}.")
        ngrams = None if isinstance(X, str) else self._ngrams()
        if ngrams is None or not is_compiled(ngrams):
            return super().transform(X)
        texts = list(X)
        if not texts or not {str, np.str_}.issuperset(map(type, texts)):
            return super().transform(texts)
        if self.stop_words is not None:
            self.build_analyzer()  # warns of stop words that the tokenizer cuts, as scikit-learn's own path does
        return _as_csr(hash_texts(texts, ngrams))

    def _ngrams(self) -> NGrams | None:
        """Return the settings that these parameters have a twin for; None if they have no twin."""
        name = next((name for name, function in TOKENIZERS.items() if function is self.tokenizer), None)
        dtype = next((name for name in DTYPES if self.dtype in (name, np.dtype(name))), None)
        if name is None or dtype is None or not self._is_plain():
            return None
        try:
            return NGrams(
                tokenizer=name,
                stop_words=tuple(self.stop_words or ()),
                ngram_range=self.ngram_range,
                n_features=int(self.n_features),
                binary=self.binary,
                alternate_sign=self.alternate_sign,
                norm=self.norm,
                dtype=dtype,
            )
        except ValueError:  # a setting out of range: scikit-learn has its own words for it
            return None

    def _is_plain(self) -> bool:
        """Tell whether the parameters that have no setting in ``NGrams`` are at the values it stands for."""
        return (
            not self._overrides()
            and self.input == "content"
            and self.analyzer == "word"
            and self.preprocessor is None
            and self.strip_accents is None
            and self.lowercase is False
            and isinstance(self.binary, bool)
            and isinstance(self.alternate_sign, bool)
            and isinstance(self.n_features, Integral)
            and isinstance(self.stop_words, list | None)
            and isinstance(self.ngram_range, tuple)
            and len(self.ngram_range) == 2
            and all(isinstance(n, Integral) for n in self.ngram_range)
        )

    def _overrides(self) -> bool:
        """Tell whether a subclass, or this instance, has a step of scikit-learn's path of its own."""
        return any(
            name in vars(self) or getattr(type(self), name, None) is not getattr(HashingVectorizer, name, None)
            for name in STEPS
        )


def make_vectorizer(recipe: str | Recipe = "default") -> Vectorizer:
    """Return the vectorizer of a recipe.

    Parameters
    ----------
    recipe : str or Recipe, default="default"
        A name in :data:`movieclassifier.recipes.names.RECIPES`, or a recipe.

    Returns
    -------
    Vectorizer
        A stateless ``HashingVectorizer``: ``transform`` needs no ``fit``.

    Raises
    ------
    ValueError
        If the name is unknown.

    Examples
    --------
    >>> make_vectorizer("book").transform(["a great movie :)"]).shape
    (1, 2097152)
    """
    ngrams = make_recipe(recipe).ngrams
    return Vectorizer(
        tokenizer=TOKENIZERS[ngrams.tokenizer],
        stop_words=list(ngrams.stop_words) or None,
        **vectorizer_settings(ngrams),
    )


def _as_csr(rows: Rows) -> Any:
    """Wrap rows as scikit-learn would: its configuration chooses between matrix and array."""
    X = rows.to_csr()
    return csr_array(X) if get_config().get("sparse_interface") == "sparray" else X


vect = make_vectorizer()
