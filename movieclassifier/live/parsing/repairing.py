"""Faulty feeds become well-formed XML; anything that could do harm is refused before a parser sees it."""

import re
from html.entities import html5
from xml.parsers import expat

from movieclassifier.live.faults import SourceFault
from movieclassifier.live.parsing.decoding import XML_DECLARATION

MAX_DEPTH = 200
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
NUMERIC = re.compile(r"&#(x[0-9a-fA-F]{1,8}|[0-9]{1,8});")
BARE = re.compile(r"&(?!#?[A-Za-z0-9]{1,32};)")
BARE_OPENING = re.compile(r"<(?![A-Za-z_/!?])")
FIRST_TAG = re.compile(r"<[A-Za-z_]")
EDGE = re.compile(r"<(?:(/)|(?=[A-Za-z_]))|(/>)")
XML_OWN = frozenset(("amp", "lt", "gt", "quot", "apos"))


def repaired(text: str) -> str:
    """Return a feed without what makes parsers stop or do harm.

    Raises
    ------
    SourceFault
        If it declares entities, or nests its tags beyond all reason.
    """
    text = ILLEGAL.sub("", XML_DECLARATION.sub("", text))
    first = FIRST_TAG.search(text)
    if first is None:
        raise SourceFault("not a feed", "There is no markup in it.")
    head = text[: first.start()].lower()
    if "<!entity" in head:
        raise SourceFault("refused", "It declares entities, as documents do that are made to fill the memory.")
    text = BARE_OPENING.sub("&lt;", BARE.sub("&amp;", NUMERIC.sub(_numeric, NAMED.sub(_named, text[first.start() :]))))
    check_depth(text)
    return text


def check_depth(text: str) -> None:
    """Refuse tags in tags in tags: parsers take quadratic time over them.

    Raises
    ------
    SourceFault
    """
    depth = 0

    def start(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise _too_deep()

    def end(*_: object) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(text.encode("utf-8", "surrogatepass"), True)
    except expat.ExpatError:
        _check_broken(text)


def _check_broken(text: str) -> None:
    """Refuse what opens far more tags than it closes, if it is not well-formed and its depth is therefore unknown."""
    depth = 0
    for edge in EDGE.finditer(text):
        depth += -1 if edge.lastindex else 1
        if depth > 10 * MAX_DEPTH:
            raise _too_deep()


def _too_deep() -> SourceFault:
    return SourceFault("refused", "Its tags are nested deeper than any feed's.")


def _named(found: "re.Match[str]") -> str:
    name = found.group(1)
    character = None if name in XML_OWN else html5.get(name + ";")
    return found.group() if name in XML_OWN else character or f"&amp;{name};"


def _numeric(found: "re.Match[str]") -> str:
    digits = found.group(1)
    code = int(digits[1:], 16) if digits[0] == "x" else int(digits)
    is_character = code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
    return found.group() if is_character else "\ufffd"
