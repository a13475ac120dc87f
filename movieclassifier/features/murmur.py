"""MurmurHash3, which numbers the column of an n-gram; of many keys at a time."""

import numpy as np
from numpy.typing import NDArray

LONG_KEY = 256  # bytes; longer keys are hashed one by one


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
    hashes = murmur_hashes([ngram.encode("utf-8", "surrogatepass") for ngram in ngrams]).astype(np.int64)
    # The absolute value of -2**31 does not fit into 32 bits; scikit-learn steps around it this way.
    columns = np.where(hashes == -(2**31), (2**31 - 1 - (n_features - 1)) % n_features, np.abs(hashes) % n_features)
    return dict(zip(ngrams, columns.tolist(), strict=True))


def murmur_hashes(keys: list[bytes]) -> NDArray[np.int32]:
    """Return the signed MurmurHash3 of keys, many at a time.

    Examples
    --------
    >>> murmur_hashes([b"", b"movie"]).tolist()
    [0, -623584746]
    """
    hashes = np.zeros(len(keys), np.int32)
    lengths = np.array([len(key) for key in keys], np.int64)
    for width in (16, 64, LONG_KEY):
        places = np.flatnonzero((lengths < width) & (lengths >= (0 if width == 16 else width // 4)))
        hashes[places] = _murmur_of_short([keys[place] for place in places.tolist()], width)
    for place in np.flatnonzero(lengths >= LONG_KEY).tolist():
        from sklearn.utils.murmurhash import murmurhash3_32

        hashes[place] = murmurhash3_32(keys[place])
    return hashes


def _murmur_of_short(keys: list[bytes], width: int) -> NDArray[np.int32]:
    """Hash keys that are shorter than a width, side by side."""
    words = np.frombuffer(b"".join([key.ljust(width, b"\0") for key in keys]), "<u4").reshape(-1, width // 4)
    mixed = words * np.uint32(0xCC9E2D51)
    mixed = (mixed << np.uint32(15) | mixed >> np.uint32(17)) * np.uint32(0x1B873593)
    lengths = np.array([len(key) for key in keys], np.uint32)
    state = np.zeros(len(keys), np.uint32)
    for block in range(width // 4):
        mixing = state ^ mixed[:, block]
        # The last bytes of a key, fewer than four, are only mixed in; behind it there are zeros, which change nothing.
        whole = (mixing << np.uint32(13) | mixing >> np.uint32(19)) * np.uint32(5) + np.uint32(0xE6546B64)
        state = np.where(lengths // 4 > block, whole, mixing)
    state ^= lengths
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        state = (state ^ state >> np.uint32(shift)) * np.uint32(factor)
    return (state ^ state >> np.uint32(16)).view(np.int32)
