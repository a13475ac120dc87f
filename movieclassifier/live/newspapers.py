"""The newspapers that are read: the list that ships with the package, or one of the owner's own."""

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from movieclassifier.live.cleaning import tidy
from movieclassifier.live.items import clean_link

SETTING = "MOVIECLASSIFIER_NEWSPAPERS"
MAX_NAME = 80


@dataclass(frozen=True)
class Newspaper:
    """A newspaper or broadcaster.

    Attributes
    ----------
    name : str
    feeds : tuple of str
        URLs.
    country : str
    """

    name: str
    feeds: tuple[str, ...]
    country: str = ""


def load_newspapers(path: str | os.PathLike[str] | None = None) -> list[Newspaper]:
    """Return the newspapers of a TOML file; without one, those that ship with the package.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it does not hold newspapers.

    Examples
    --------
    >>> len(load_newspapers()) >= 15
    True
    """
    where = str(path) if path else "newspapers.toml"
    text = Path(path).read_bytes() if path else (files("movieclassifier.live") / "newspapers.toml").read_bytes()
    try:
        found = tomllib.loads(text.decode())
    except ValueError as error:
        raise ValueError(f"{where} is not TOML in UTF-8: {error}.") from error
    return [_newspaper(where, name, facts) for name, facts in found.items()]


def _newspaper(where: str, name: str, facts: Any) -> Newspaper:
    feeds = facts.get("feeds") if isinstance(facts, Mapping) else None
    if not isinstance(feeds, list) or not feeds:
        raise ValueError(f'{where}, [{name}]: feeds must be a list of URLs, such as feeds = ["https://…"].')
    links = [clean_link(feed) if isinstance(feed, str) else "" for feed in feeds]
    if not all(links):
        raise ValueError(f"{where}, [{name}]: {feeds[links.index('')]!r} is not a URL of http or https.")
    return Newspaper(tidy(name, MAX_NAME), tuple(links), tidy(str(facts.get("country", "")), MAX_NAME))


def newspaper_of_each_feed(newspapers: Iterable[Newspaper]) -> dict[str, str]:
    """Return the name of the newspaper of each feed, by its URL."""
    return {feed: paper.name for paper in newspapers for feed in paper.feeds}


def newspapers_toml(newspapers: Iterable[Newspaper]) -> str:
    """Return newspapers as :func:`load_newspapers` reads them."""
    return "\n".join(
        f"[{_quoted(paper.name)}]\n"
        + (f"country = {_quoted(paper.country)}\n" if paper.country else "")
        + f"feeds = [{', '.join(map(_quoted, paper.feeds))}]\n"
        for paper in newspapers
    )


def merged(newspapers: Iterable[Newspaper], more: Iterable[tuple[str, str]]) -> list[Newspaper]:
    """Return newspapers with more feeds, each feed once; a feed of a new name is a newspaper of its own."""
    found = {paper.name: paper for paper in newspapers}
    known = {feed for paper in found.values() for feed in paper.feeds}
    for name, feed in more:
        if feed in known:
            continue
        known.add(feed)
        name = tidy(name, MAX_NAME) or feed[:MAX_NAME]
        paper = found.get(name, Newspaper(name, ()))
        found[name] = Newspaper(name, (*paper.feeds, feed), paper.country)
    return list(found.values())


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
