"""Guesses at the owner's password: how many there may be from one browser, from one address and from everywhere.

Guesses from many addresses need a limit over all of them, and that limit must not lock the owner out: strangers could
use it up for good. Beyond it, a network that has hardly guessed in a day may still try. A stranger needs new networks
for that, more of them every minute; an owner at a new address has one.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from movieclassifier.feedback.log.errors import TooMany
from movieclassifier.feedback.log.limits import Rate
from movieclassifier.web.clients import network, surroundings
from movieclassifier.web.throttling import SharedCounts, seconds_left

# Wrong passwords in ten minutes, from all browsers that have not logged in before …
EVERYWHERE = 100
# … and how many more from networks that have hardly guessed.
FROM_NEW_NETWORKS = Rate(60, 60)
# A /24 or /48 has hardly guessed up to so many wrong passwords in a day, and a /16 or /32 up to so many.
FEW, FEW_AROUND, DAY = 5, 50, 86400
UNLIMITED = sys.maxsize


class _Count(NamedTuple):
    """A counter of wrong passwords in a window of time, and how many there may be."""

    key: str
    limit: int
    seconds: int


class Guess:
    """A password that is being checked.

    Attributes
    ----------
    is_right : bool
        Set to True once it has turned out to be right: then it does not count.
    """

    is_right = False


class Guesses:
    """Counts of wrong passwords that the workers of one server share.

    Parameters
    ----------
    rate : Rate
        How many one browser and one address may have.
    """

    def __init__(self, rate: Rate):
        self._rate = rate
        self._counts = SharedCounts()  # of its own: nothing else can push these out

    @contextmanager
    def admitted(self, address: str, device: str | None) -> Iterator[Guess]:
        """Admit a guess, and count it unless the block finds it right.

        It counts before the block begins: of guesses at the same time, none sees too small a count.

        Parameters
        ----------
        address : str
        device : str or None
            The browser, if it has logged in before. Only its own guesses count then.

        Raises
        ------
        TooMany
        """
        counts, guess = self._admit(address, device), Guess()
        yield guess
        if guess.is_right:
            for one in counts:
                self._counts.add(one.key, one.seconds, -1)

    def _admit(self, address: str, device: str | None) -> list[_Count]:
        """Count a guess by the first rule that has room for it, and return what it was counted in."""
        rules = self._rules(address, device)
        for rule in rules:
            if not self._full(rule):
                for one in rule:
                    self._counts.add(one.key, one.seconds)
                return rule
        wait = min(max(seconds_left(one.seconds) for one in self._full(rule)) for rule in rules)
        raise TooMany("Too many wrong passwords.", wait)

    def _full(self, rule: list[_Count]) -> list[_Count]:
        return [one for one in rule if self._counts.used(one.key, one.seconds) >= one.limit]

    def _rules(self, address: str, device: str | None) -> list[list[_Count]]:
        if device is not None:
            return [[_Count(f"of device {device}", *self._of_one)]]
        near, far = surroundings(address)
        own = _Count(f"from {network(address)}", *self._of_one)
        everywhere = _Count("everywhere", max(EVERYWHERE, self._rate.limit), self._rate.seconds)
        new = _Count("new networks", FROM_NEW_NETWORKS.limit, FROM_NEW_NETWORKS.seconds)
        return [
            [own, everywhere, _Count(f"near {near}", UNLIMITED, DAY), _Count(f"around {far}", UNLIMITED, DAY)],
            [own, new, _Count(f"near {near}", FEW, DAY), _Count(f"around {far}", FEW_AROUND, DAY)],
        ]

    @property
    def _of_one(self) -> tuple[int, int]:
        return self._rate.limit, self._rate.seconds
