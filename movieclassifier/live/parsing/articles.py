"""The article of a web page: as the page tells search engines, else as trafilatura finds it."""

import re
from collections.abc import Iterator
from typing import Any

from movieclassifier.live.cleaning import plain
from movieclassifier.live.faults import SourceFault
from movieclassifier.live.parsing.decoding import META_CHARSET, decode
from movieclassifier.live.parsing.feeds import parse_json

JSON_LD = re.compile(r"<script\b[^>]{0,300}application/ld\+json[^>]{0,300}>", re.I)
LANGUAGE = re.compile(r"<html\b[^>]{0,500}?\blang\s*=\s*[\"']?([A-Za-z-]{2,20})", re.I)
TITLE = re.compile(r"<title\b[^>]{0,200}>", re.I)
# Shorter than this, it is a teaser, a caption or a notice.
MIN_ARTICLE = 200
MAX_BLOCKS = 20
MAX_NODES = 2000
# Sentences of walls in place of an article. A short text about nothing else is a wall.
WALL = re.compile(
    r"\b(cookies?|consent|subscribe|subscription|subscribers?|sign in|log ?in|javascript|browser|captcha|robot|"
    r"verify|ad ?blocker|privacy (policy|settings)|partners)\b",
    re.I,
)
WALL_LENGTH = 1500
WALL_SHARE = 1 / 40  # of the words


def read_article(body: bytes, url: str = "", charset: str = "") -> dict[str, str]:
    """Return ``title``, ``text`` and ``language`` of a page.

    Raises
    ------
    SourceFault
        If there is no article in it, or only a cookie banner, a login or a check.
    """
    html = decode(body, charset, META_CHARSET)
    if "<" not in html:
        raise SourceFault("not a page", "There is no markup in it.")
    text = plain(_told(html)) or plain(_extracted(html, url))
    if len(text) < MIN_ARTICLE:
        raise SourceFault("no article", "There is no article on the page, only a few words.")
    if is_wall(text):
        raise SourceFault("no article", "The page shows a cookie banner, a login or a check in place of the article.")
    language = LANGUAGE.search(html[:5000])
    return {"title": _title(html), "text": text, "language": language.group(1) if language else ""}


def is_wall(text: str) -> bool:
    """Tell whether a text is what stands in front of an article.

    Examples
    --------
    >>> is_wall("We and our partners use cookies. Accept all cookies, or manage your consent in privacy settings.")
    True
    >>> is_wall("The harbour town of Lund voted for a new bridge on Sunday.")
    False
    """
    return len(text) < WALL_LENGTH and len(WALL.findall(text)) > max(2, WALL_SHARE * len(text.split()))


def _title(html: str) -> str:
    found = TITLE.search(html)
    end = html.find("<", found.end()) if found else -1
    return html[found.end() : end] if found and end > 0 else ""


def _told(html: str) -> str:
    """Return the longest articleBody of the page's JSON-LD."""
    best, place = "", 0
    for _ in range(MAX_BLOCKS):
        found = JSON_LD.search(html, place)
        end = html.find("</", found.end()) if found else -1
        while found and end > 0 and html[end : end + 8].lower() != "</script":
            end = html.find("</", end + 2)
        if found is None or end < 0:
            break
        place = end
        try:
            told = parse_json(html[found.end() : end])
        except SourceFault:
            continue
        for node in _nodes(told):
            articles = node.get("articleBody")
            if isinstance(articles, str) and len(articles) > len(best):
                best = articles
    return best


def _nodes(told: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON-LD document, with no recursion and so many at most."""
    waiting = [told]
    for _ in range(MAX_NODES):
        if not waiting:
            return
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting += [value for value in node.values() if isinstance(value, dict | list)]
        elif isinstance(node, list):
            waiting += node[:MAX_NODES]


def _extracted(html: str, url: str) -> str:
    """Return what trafilatura takes for the article."""
    import trafilatura

    found = trafilatura.extract(html, url=url or None, include_comments=False, include_tables=False)
    return found or ""
