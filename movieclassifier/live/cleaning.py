"""Markup from outside becomes plain text: no tags, no control characters, of bounded length, in linear time."""

import html
import re
import unicodedata
from collections.abc import Callable

# A vote makes a prediction of an item, and a prediction has at most so many characters.
MAX_TEXT = 20_000
MAX_TITLE = 300
# Of markup: a tag may be long, and there may be many.
MAX_MARKUP = 400_000
# The tags that end a line of text; all remaining tags are taken out without a trace.
BLOCKS = re.compile(
    "address|article|aside|blockquote|br|d[dlt]|div|fig(caption|ure)|footer|h[1-6r]|header|li|main|nav|ol|option|p|pre|"
    "section|table|t[dhr]|ul"
)
HIDDEN = frozenset(("script", "style", "template", "svg", "noframes", "iframe"))
TAG = re.compile(r"/?([a-zA-Z][a-zA-Z0-9:-]{0,40})")
# Bidirectional controls can make a line read as a different one; the remaining ones are invisible.
INVISIBLE = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb]")
CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
SURROGATE = re.compile("[\ud800-\udfff]")
# Canonical ordering takes quadratic time over a run of marks.
MARK = "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]"
MARKS = re.compile(f"({MARK}{{8}}){MARK}+")


def plain(markup: str, limit: int = MAX_TEXT) -> str:
    """Return the text of a piece of HTML, or of a text that was escaped up to twice.

    Parameters
    ----------
    markup : str
    limit : int
        The text is cut at so many characters.

    Returns
    -------
    str
        In NFC, on one line, without control characters and bidirectional controls.

    Examples
    --------
    >>> plain("<p>Profits &amp; losses</p><script>alert(1)</script>")
    'Profits & losses'
    >>> plain("&lt;b&gt;5 &amp;lt; 6&lt;/b&gt;")
    '5 < 6'
    """
    text = html.unescape(without_tags(markup[:MAX_MARKUP]))
    if "<" in text:
        text = without_tags(text)
    if "&" in text:
        text = html.unescape(text)
    return tidy(text, limit)


def tidy(text: str, limit: int = MAX_TEXT) -> str:
    r"""Return a text on one line that any page and any database can hold.

    Examples
    --------
    >>> tidy("one\n\ttwo\x08  three", 9)
    'one two …'
    """
    text = MARKS.sub(r"\1", SURROGATE.sub("\ufffd", CONTROL.sub("", INVISIBLE.sub("", text[: 8 * limit]))))
    line = unicodedata.normalize("NFC", " ".join(text.split()))
    return line if len(line) <= limit else line[: limit - 1] + "…"


def without_tags(markup: str) -> str:
    """Return markup without its tags, comments and scripts; a "<" that begins none of them stays.

    Every character is looked at a bounded number of times, even if tags are left open.
    """
    kept: list[str] = []
    place, end = 0, len(markup)
    missing: set[str] = set()

    def find(what: str, start: int) -> int:
        """Return where something is; once it is missing, it is not looked for again."""
        if what in missing:
            return -1
        found = lowered.find(what, start) if what.startswith("</") else markup.find(what, start)
        if found < 0:
            missing.add(what)
        return found

    lowered = "".join(c.lower() if c.isascii() else c for c in markup) if "</" in markup else markup
    while place < end:
        opening = markup.find("<", place)
        if opening < 0:
            break
        kept.append(markup[place:opening])
        place = _after_markup(markup, opening, kept, find)
    kept.append(markup[place:])
    return "".join(kept)


def _after_markup(markup: str, opening: int, kept: list[str], find: Callable[[str, int], int]) -> int:
    """Return where the text goes on after what begins at "<", and keep what of it is text."""
    for start, stop in (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<!", ">"), ("<?", ">")):
        if markup.startswith(start, opening):
            found = find(stop, opening + len(start))
            if found < 0:
                break
            if stop == "]]>":
                kept.append(markup[opening + len(start) : found])
            return int(found) + len(stop)
    name = TAG.match(markup, opening + 1)
    closing = find(">", opening + 1) if name else -1
    if name is None or closing < 0:
        kept.append("<")
        return opening + 1
    tag = name.group(1).lower()
    if BLOCKS.fullmatch(tag):
        kept.append(" ")
    if tag in HIDDEN and markup[opening + 1] != "/":
        hidden = find(f"</{tag}", closing)
        if hidden >= 0:
            return int(hidden)
    return int(closing) + 1
