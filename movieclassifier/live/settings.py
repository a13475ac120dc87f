"""The owner's settings of reading from outside."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

from movieclassifier.live.addresses import HOST, NUMERIC

PREFIX = "MOVIECLASSIFIER_LIVE_"
# Articles that a program may ask for at once.
MAX_PER_PAGE = 100
PACKAGES = ("feedparser", "trafilatura", "defusedxml", "lxml_html_clean")


def is_installed() -> bool:
    """Tell whether the extra is installed that news and posts are read with."""
    return all(find_spec(name) is not None for name in PACKAGES)


@dataclass(frozen=True)
class LiveSettings:
    """Settings, from the environment behind ``MOVIECLASSIFIER_LIVE_``.

    Attributes
    ----------
    allow : frozenset of str
        ``host:port`` of places that may have any address, such as a server of one's own network.
    newspapers : str
        A TOML file, of ``MOVIECLASSIFIER_NEWSPAPERS``; "" is the list of the package.
    collect : bool
        Whether a server reads the news by itself; else ``movieclassifier live collect`` does.
    contact : str
        What servers that are asked can write to, in the User-Agent.
    full_text : bool
        Whether the page of each article is read.
    keep_days, text_days, search_hours : int
        How long items, the texts of items, and searches are kept.
    pause : float
        Seconds between two requests to one host.
    language : str
        Of the texts that the model knows; "any" judges all.
    """

    allow: frozenset[str] = frozenset()
    newspapers: str = ""
    collect: bool = True
    contact: str = ""
    full_text: bool = True
    keep_days: int = 14
    text_days: int = 3
    search_hours: int = 24
    pause: float = 1.0
    language: str = "en"
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)


def read_live_settings(
    given: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None
) -> LiveSettings:
    """Return the settings that are given, else those of the environment, else the defaults.

    Parameters
    ----------
    given : mapping of str to object, optional
        By their names behind the prefix, such as ``{"LIVE_COLLECT": False}``.
    environ : mapping of str to str, optional

    Raises
    ------
    ValueError
        If a value cannot be understood.

    Examples
    --------
    >>> sorted(read_live_settings({}, {"MOVIECLASSIFIER_LIVE_ALLOW": "news.lan:8080, 127.0.0.1:9"}).allow)
    ['127.0.0.1:9', 'news.lan:8080']
    """
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {"newspapers": environ.get("MOVIECLASSIFIER_NEWSPAPERS", "")}
    if (given or {}).get("NEWSPAPERS"):
        values["newspapers"] = str((given or {})["NEWSPAPERS"])
    for name, parse in PARSERS.items():
        raw = (given or {}).get(f"LIVE_{name.upper()}")
        raw = environ.get(PREFIX + name.upper()) if raw is None else raw
        if raw not in (None, ""):
            values[name] = _parsed(name, raw, parse)
    return LiveSettings(**values, environ=environ)


def _parsed(name: str, raw: Any, parse: Any) -> Any:
    try:
        return parse(raw)
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{PREFIX}{name.upper()} must be {EXPECTED[name]}; got {raw!r}.") from error


def _places(raw: Any) -> frozenset[str]:
    places = raw.split(",") if isinstance(raw, str) else list(raw)
    found = frozenset(place.strip().lower() for place in places if place.strip())
    for place in found:
        host, _, port = place.rpartition(":")
        if not port.isdecimal() or not (HOST.fullmatch(host) or NUMERIC.fullmatch(host) or ":" in host):
            raise ValueError
    return found


def _flag(raw: Any) -> bool:
    return {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}[
        str(raw).strip().lower()
    ]


def _count(raw: Any) -> int:
    number = int(raw)
    if number < 1:
        raise ValueError
    return number


def _seconds(raw: Any) -> float:
    number = float(raw)
    if not 0 <= number <= 3600:
        raise ValueError
    return number


def _printable(raw: Any) -> str:
    if not str(raw).isprintable() or not str(raw).isascii():
        raise ValueError
    return str(raw)


PARSERS: dict[str, Any] = {
    "allow": _places,
    "collect": _flag,
    "contact": _printable,
    "full_text": _flag,
    "keep_days": _count,
    "text_days": _count,
    "search_hours": _count,
    "pause": _seconds,
    "language": _printable,
}
EXPECTED = {
    "allow": "a list of host:port, parted by commas",
    "collect": "1 or 0",
    "contact": "a URL or an address in ASCII",
    "full_text": "1 or 0",
    "keep_days": "a number of days, at least 1",
    "text_days": "a number of days, at least 1",
    "search_hours": "a number of hours, at least 1",
    "pause": "a number of seconds",
    "language": "a language such as en, or any",
}
