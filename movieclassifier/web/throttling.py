"""Limits that need no database: counts in memory that the workers of one server share.

They stand before the limits of the log, which hold per client and over all servers. A household or a company may have
many addresses, so its network has a limit, too, and the site as a whole.
"""

import hashlib
import mmap
import secrets
import struct
import time
from threading import Lock

from movieclassifier.feedback.log.errors import TooMany
from movieclassifier.feedback.log.limits import Rate

N_SLOTS = 2**14
SLOT = struct.Struct("QQLL")  # fingerprint of the key, the second at which its window ends, count, unused
PROBES = 8


class SharedCounts:
    """Counts by key and window of time, in memory that forked processes share.

    Two processes that count the same key in the same microsecond may lose one of the two: a limit can bear that.
    """

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, N_SLOTS * SLOT.size)
        self._lock = Lock()
        self._secret = secrets.token_bytes(16)  # nobody outside can tell which keys share a place

    def used(self, key: str, seconds: int) -> int:
        """Return how often a key was counted in the present window."""
        with self._lock:
            _, count = self._find(*self._place(key, seconds))
            return count

    def add(self, key: str, seconds: int, n: int = 1) -> int:
        """Count a key, or take counts back, and return how often it was counted in the present window."""
        fingerprint, end = self._place(key, seconds)
        with self._lock:
            slot, count = self._find(fingerprint, end)
            count = max(0, count + n)
            SLOT.pack_into(self._memory, slot * SLOT.size, fingerprint, end, count, 0)
            return count

    def _place(self, key: str, seconds: int) -> tuple[int, int]:
        """Return the fingerprint of a key, and when its present window ends."""
        digest = hashlib.blake2b(f"{key} {seconds}".encode(), digest_size=8, key=self._secret).digest()
        return int.from_bytes(digest, "little") | 1, (int(time.time() // seconds) + 1) * seconds

    def _find(self, fingerprint: int, end: int) -> tuple[int, int]:
        """Return the slot of a key, or one that it may take: an unused or expired one, else that of the least count."""
        best, least, now = fingerprint % N_SLOTS, -1, time.time()
        for probe in range(PROBES):
            slot = (fingerprint + probe) % N_SLOTS
            known, until, count, _ = SLOT.unpack_from(self._memory, slot * SLOT.size)
            if known == fingerprint:
                return slot, count if until == end else 0
            worth = count if until > now else 0
            if least < 0 or worth < least:
                best, least = slot, worth
        return best, 0


class Throttle:
    """Refuses a request where its client, its client's network or the site has had too many.

    Parameters
    ----------
    rates : mapping of str to Rate
        By kind, per client. A network may have :data:`NETWORK` times as many, and the site :data:`SITE` times.
    """

    NETWORK, SITE = 5, 50

    def __init__(self, rates: dict[str, Rate]):
        self.counts = SharedCounts()
        self._rates = rates

    def check(self, kind: str, client: str, network: str) -> None:
        """Count a request, from the narrowest limit to the widest.

        A request that a narrow limit refuses does not count against a wider one: nobody uses up the limit of the site
        alone.

        Raises
        ------
        TooMany
        """
        rate = self._rates[kind]
        levels = [(f"{kind} {network}", self.NETWORK, "from your network"), (f"{kind} site", self.SITE, "on this site")]
        if kind in UNCOUNTED:  # by the log
            levels.insert(0, (f"{kind} of {client}", 1, "from you"))
        for key, times, where in levels:
            if self.counts.add(key, rate.seconds) > rate.limit * times:
                raise TooMany(
                    f"Too many {kind} {where}: at most {rate.limit * times:,} in {rate.seconds} seconds.",
                    seconds_left(rate.seconds),
                )


# Answers while somebody types leave no trace in the database, not even a count.
UNCOUNTED = ("drafts",)
DRAFTS = Rate(600, 60)


def seconds_left(seconds: int) -> int:
    """Return how long the present window of time goes on, 1 second at least."""
    return seconds - int(time.time() % seconds)
