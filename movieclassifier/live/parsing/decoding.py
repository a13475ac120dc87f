"""Bytes of a feed or page become text: the declared encoding is a hint, the bytes decide."""

import codecs
import re

XML_DECLARATION = re.compile(r"<\?xml\b[^>]{0,500}\?>", re.I)
XML_ENCODING = re.compile(rb"<\?xml\b[^>]{0,300}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']", re.I)
META_CHARSET = re.compile(rb"<meta\b[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._-]{1,40})", re.I)
HEAD_BYTES = 100_000
BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Codecs of Python that pages do not use, and UTF-7, which smuggles markup past every check.
NEVER = frozenset(("utf-7", "unicode-escape", "raw-unicode-escape", "idna", "punycode", "undefined", "charmap", "mbcs"))
UNICODE_NAMES = ("utf-8", "ascii", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")


def decode(body: bytes, charset: str = "", declaration: "re.Pattern[bytes]" = XML_ENCODING) -> str:
    r"""Return the text of a document.

    One byte that is wrong in a UTF-8 document is replaced: the rest of it stays UTF-8.

    Parameters
    ----------
    body : bytes
    charset : str
        As the header of the answer declares it.
    declaration : pattern
        Finds the encoding that the document declares.

    Examples
    --------
    >>> decode("Zürich".encode("latin-1"), "us-ascii"), decode("Zürich and ".encode() + b"\xfc")
    ('Zürich', 'Zürich and �')
    """
    for bom, name in BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(name, "replace")
    if body[:4].count(0) == 2 and len(body) >= 4:
        return body.decode("utf-16-le" if body[1] == 0 else "utf-16-be", "replace")
    found = declaration.search(body[:HEAD_BYTES])
    declared = _known(charset) or _known(found.group(1).decode("ascii") if found else "")
    if declared.startswith(("iso2022", "hz")):
        return body.decode(declared, "replace")
    text = body.decode("utf-8", "replace")
    n_bad = text.count("\ufffd")
    if not n_bad:
        return text
    if declared and declared not in UNICODE_NAMES:
        return body.decode(declared, "replace")
    # Nearly every sequence of UTF-8 is whole in a document that is UTF-8.
    n_good = sum(1 for character in text if character > "\x7f") - n_bad
    return body.decode("cp1252", "replace") if n_bad > n_good else text


def _known(name: str) -> str:
    """Return the name of an encoding that Python has and that a page may be in; else ""."""
    try:
        found = codecs.lookup(name.strip())
    except (LookupError, ValueError):
        return ""
    allowed = found._is_text_encoding and found.name.replace("_", "-") not in NEVER
    return found.name if allowed else ""
