"""The first numbers of ``numpy.random.RandomState``, without the 11 ms that importing it takes."""

from collections.abc import Iterator

N_WORDS, MIDDLE = 624, 397
TOP, REST, WORD = 0x80000000, 0x7FFFFFFF, 0xFFFFFFFF


def draw_integers(seed: int, *bounds: tuple[int, int]) -> list[int]:
    """Return what ``RandomState(seed).randint(low, high)`` returns for one pair of bounds after the other.

    Parameters
    ----------
    seed : int
        From 0 to 2**32 - 1.
    bounds : tuple of (int, int)
        Few pairs, of numbers that differ by more than 2**30 and at most 2**31.

    Returns
    -------
    list of int

    References
    ----------
    Matsumoto and Nishimura, *Mersenne Twister*, ACM TOMACS 1998.

    Examples
    --------
    >>> draw_integers(1, (1, 2**31 - 1), (0, 2**31 - 1))
    [1791095846, 2135392491]
    """
    words = (word & REST for word in _words(seed))
    return [low + next(word for word in words if word < high - low) for low, high in bounds]


def _words(seed: int) -> Iterator[int]:
    """Yield the first words of 32 bits."""
    if not 0 <= seed <= WORD:
        raise ValueError(f"a seed must be from 0 to {WORD}; got {seed}.")
    state = [seed]
    for place in range(1, N_WORDS):
        state.append((1812433253 * (state[-1] ^ state[-1] >> 30) + place) & WORD)
    for place in range(N_WORDS - MIDDLE):
        mixed = (state[place] & TOP) | (state[place + 1] & REST)
        word = state[place + MIDDLE] ^ mixed >> 1 ^ (mixed & 1) * 0x9908B0DF
        word ^= word >> 11
        word ^= word << 7 & 0x9D2C5680
        word ^= word << 15 & 0xEFC60000
        yield word ^ word >> 18
