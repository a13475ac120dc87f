"""The first numbers of ``numpy.random.RandomState``, without the 11 ms that importing it takes."""

from collections.abc import Iterator
from random import Random

N_WORDS = 624
REST, WORD = 0x7FFFFFFF, 0xFFFFFFFF


def draw_integers(seed: int, *bounds: tuple[int, int]) -> list[int]:
    """Return what ``RandomState(seed).randint(low, high)`` returns for one pair of bounds after the other.

    Parameters
    ----------
    seed : int
        From 0 to 2**32 - 1.
    bounds : tuple of (int, int)
        Of numbers that differ by more than 2**30 and at most 2**31.

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
    """Yield words of 32 bits. Python has the same generator, which numpy starts in a different state."""
    if not 0 <= seed <= WORD:
        raise ValueError(f"a seed must be from 0 to {WORD}; got {seed}.")
    state = [seed]
    for place in range(1, N_WORDS):
        state.append((1812433253 * (state[-1] ^ state[-1] >> 30) + place) & WORD)
    generator = Random()
    generator.setstate((3, (*state, N_WORDS), None))
    while True:
        yield generator.getrandbits(32)
