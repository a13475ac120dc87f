"""Folding: the forms in which one text can be written become one, before it is cut into words.

Markup, character references (``&#39;``), typographic quotes and decomposed letters say nothing about a text, and
phones, word processors and web pages write them as they like.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from html import unescape
from html.entities import html5
from unicodedata import category, combining, is_normalized, normalize

Span = tuple[int, int]

TAG = re.compile(r"<[^>]*>")
REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# What people type, scan or transliterate in place of the two ASCII quotes (after the confusable characters of UTS #39).
# Letters of a script are left out, and so are U+0060, U+0091 and "«»", which are more often other things.
APOSTROPHES = (
    "\u2018\u2019\u201b\u275b\u275c\uff07"  # quotation marks
    "\u0092"  # the one of Windows, read as Latin-1
    "\u00b4\u02ca\u02c8\u0384\u1fbd\u1fbf"  # accents, and the marks that Greek elides with
    "\u2032\u2035\u02b9"  # primes
    "\u02bb\u02bc\u02bd\u02be\u02bf\ua78b\ua78c"  # letters of Hawaiian, Uzbek, Arabic and others in Latin script
    "\u055a\u05f3"  # of Armenian and Hebrew
)
DOUBLE_QUOTES = "\u201c\u201d\u201e\u201f\u275d\u275e\uff02\u0093\u0094\u2033\u2036\u301d\u301e\u301f\u05f4"
QUOTES = dict.fromkeys(APOSTROPHES, "'") | dict.fromkeys(DOUBLE_QUOTES, '"')
_QUOTES = str.maketrans(QUOTES)
SOFT_HYPHEN = "\u00ad"
# No combining mark lies outside these ranges: between them are ideographs, Yi, Hangul, surrogates, private use,
# cuneiform, hieroglyphs, Tangut and kana.
MARK_RANGES = (
    range(0x300, 0x3400),
    range(0xA490, 0xAC00),
    range(0xD7B0, 0xD800),
    range(0xFB00, 0x12000),
    range(0x13430, 0x17000),
    range(0x1B170, 0x1F000),
    range(0xE0100, 0xE01F0),
)


def replace_tags(text: str, replacement: str | Callable[[re.Match[str]], str]) -> str:
    """Replace the tags of a text."""
    # Behind the last ">" is no tag; looking for one there would take the square of the number of "<".
    end = text.rfind(">") + 1
    return TAG.sub(replacement, text[:end]) + text[end:]


def decode_references(text: str) -> str:
    r"""Replace the character references of HTML; each needs its semicolon, so that ``AT&T`` and ``?a=1&copy=2`` stay.

    Examples
    --------
    >>> decode_references("isn&#39;t &quot;fun&quot; &nosuch; &copy")
    'isn\'t "fun" &nosuch; &copy'
    """
    return REFERENCE.sub(_decoded, text) if "&" in text else text


def _decoded(match: re.Match[str]) -> str:
    reference = match.group()
    return unescape(reference) if reference[1] == "#" or reference[1:] in html5 else reference


def fold(text: str) -> str:
    r"""Fold a text: tags become spaces, references characters, letters NFC, and typographic quotes ASCII ones.

    Soft hyphens are left out.

    Parameters
    ----------
    text : str

    Returns
    -------
    str

    Examples
    --------
    >>> fold("I can’t<br>recommend “Cafe\u0301&quot;")
    'I can\'t recommend "Café"'
    """
    return fold_characters(decode_references(replace_tags(text, " ")))


def fold_characters(text: str) -> str:
    """Fold a text without markup: letters become NFC, typographic quotes ASCII ones, and soft hyphens nothing."""
    if text.isascii():
        return text
    if not is_normalized("NFC", text):
        text = normalize("NFC", text)
    for quote, ascii_quote in QUOTES.items():  # thirty times as fast as one pass of re.sub
        text = text.replace(quote, ascii_quote)
    return text.replace(SOFT_HYPHEN, "")


def fold_with_spans(text: str) -> tuple[str, list[Span]]:
    """Return a folded text, and the span of the original that stands behind each of its characters.

    Parameters
    ----------
    text : str

    Returns
    -------
    folded : str
        As :func:`fold` returns it.
    spans : list of (int, int)
        For each character of it, the first and past-the-last character of the original.

    Examples
    --------
    >>> fold_with_spans("a&amp;b")
    ('a&b', [(0, 1), (1, 6), (6, 7)])
    """
    if is_plain(text):
        return text.translate(_QUOTES), list(zip(range(len(text)), range(1, len(text) + 1), strict=True))
    bare, places = _without_markup(text)
    pieces: Iterable[tuple[str, Span]] = zip(bare, places, strict=True)
    if not is_normalized("NFC", bare):
        pieces = _compose(pieces)
    folded = [(QUOTES.get(c, c), span) for c, span in pieces if c != SOFT_HYPHEN]
    return "".join([c for c, _ in folded]), [span for _, span in folded]


def is_plain(text: str) -> bool:
    """Tell whether each character of a text becomes one character of the folded text."""
    if ("<" in text and ">" in text) or "&" in text:
        return False
    return text.isascii() or (SOFT_HYPHEN not in text and is_normalized("NFC", text))


def _without_markup(text: str) -> tuple[str, list[Span]]:
    """Return the characters that are left of a text and its markup, and the span of each."""
    bare, spans, place = list[str](), list[Span](), 0
    for start, end, becomes in [*_markup(text), (len(text), len(text), "")]:
        bare += text[place:start], becomes
        spans += zip(range(place, start), range(place + 1, start + 1), strict=True)
        spans += [(start, end)] * len(becomes)
        place = end
    return "".join(bare), spans


def _markup(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where the tags and references of a text begin and end, in their order, and what each becomes."""
    place = 0
    tags = [tag.span() for tag in TAG.finditer(text, 0, text.rfind(">") + 1)]
    for start, end in [*tags, (len(text), len(text))]:
        for reference in REFERENCE.finditer(text, place, start):
            decoded = _decoded(reference)
            if decoded != reference.group():
                yield *reference.span(), decoded
        if end > start:
            yield start, end, " "
        place = end


def _compose(pieces: Iterable[tuple[str, Span]]) -> Iterator[tuple[str, Span]]:
    """Compose characters; where that changes something, each one gets the span of all that it was composed of."""
    group: list[tuple[str, Span]] = []
    for c, span in pieces:
        if group and not combining(c) and not _compose_together(group, c):
            yield from _composed(group)
            group = []
        group.append((c, span))
    yield from _composed(group)


def _compose_together(group: list[tuple[str, Span]], c: str) -> bool:
    """Tell whether a character that is not an accent changes the letters before it, as the parts of Hangul do."""
    if c < "\u0300":
        return False
    before = "".join(c for c, _ in group)
    return normalize("NFC", before + c) != normalize("NFC", before) + normalize("NFC", c)


def _composed(group: list[tuple[str, Span]]) -> list[tuple[str, Span]]:
    letters = "".join(c for c, _ in group)
    composed = normalize("NFC", letters)
    if composed == letters:
        return group
    span = (group[0][1][0], group[-1][1][1])
    return [(c, span) for c in composed]


@cache
def combining_marks() -> str:
    """Return all combining marks (vowel signs, accents, variation selectors), ascending; 4 ms the first time."""
    return "".join(c for numbers in MARK_RANGES for c in map(chr, numbers) if category(c)[0] == "M")


@cache
def mark_class() -> str:
    """Return the combining marks as ranges for the inside of a regular expression's ``[…]``."""
    marks = combining_marks()
    starts = [i for i in range(len(marks)) if not i or ord(marks[i]) != ord(marks[i - 1]) + 1]
    ends = [*starts[1:], len(marks)]
    return "".join(f"{marks[start]}-{marks[end - 1]}" for start, end in zip(starts, ends, strict=True))
