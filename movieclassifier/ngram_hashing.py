"""Columns of single n-grams, for explanations."""

import numpy as np


def ngram_columns(ngrams: list[str], n_features: int) -> dict[str, int]:
    """Return the column that each n-gram is hashed to.

    Parameters
    ----------
    ngrams : list of str
        Tokens joined by single spaces.
    n_features : int
        Number of columns.

    Returns
    -------
    dict of str to int

    References
    ----------
    ``FeatureHasher`` of scikit-learn: the absolute value of the signed 32-bit MurmurHash3, modulo n_features.

    Examples
    --------
    >>> ngram_columns(["movie"], 2**22)
    {'movie': ...}
    """
    from sklearn.utils.murmurhash import murmurhash3_32

    hashes = np.array([murmurhash3_32(ngram.encode("utf-8", "surrogatepass")) for ngram in ngrams], dtype=np.int64)
    # The absolute value of -2**31 does not fit into 32 bits; scikit-learn steps around it this way.
    columns = np.where(hashes == -(2**31), (2**31 - 1 - (n_features - 1)) % n_features, np.abs(hashes) % n_features)
    return dict(zip(ngrams, columns.tolist(), strict=True))
