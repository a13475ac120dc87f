"""The rules of a site for programs: its robots.txt, kept for a day."""

import threading
import time
from urllib.robotparser import RobotFileParser

from movieclassifier.live.addresses import parse_url
from movieclassifier.live.faults import SourceFault
from movieclassifier.live.fetching import AGENT, ROBOTS_BYTES, Fetcher

KEEP_SECONDS = 86_400.0
MAX_SITES = 1000


class Robots:
    """The rules of the sites that were asked.

    Parameters
    ----------
    fetcher : Fetcher
    """

    def __init__(self, fetcher: Fetcher):
        self._fetcher = fetcher
        self._rules: dict[str, tuple[float, RobotFileParser]] = {}
        self._lock = threading.Lock()

    def allows(self, url: str) -> bool:
        """Tell whether a page may be read. A site whose rules cannot be read now says no; one without any says yes."""
        origin = parse_url(url, self._fetcher.allowed).origin
        with self._lock:
            kept = self._rules.get(origin)
        if kept is None or time.monotonic() - kept[0] > KEEP_SECONDS:
            kept = time.monotonic(), self._read(origin)
            with self._lock:
                if len(self._rules) >= MAX_SITES:
                    self._rules.pop(next(iter(self._rules)))
                self._rules[origin] = kept
        return kept[1].can_fetch(AGENT.split("/")[0], url)

    def _read(self, origin: str) -> RobotFileParser:
        rules = RobotFileParser()
        try:
            page = self._fetcher.get(f"{origin}/robots.txt", limit=ROBOTS_BYTES, accept="text/plain")
        except SourceFault as fault:
            has_none = fault.kind == "empty" or (fault.status in range(400, 500) and fault.status != 429)
            rules.parse([] if has_none else ["User-agent: *", "Disallow: /"])
        else:
            rules.parse(page.body.decode("utf-8", "replace").splitlines())
        return rules
