"""Texts as they are stored, and which of them count as the same."""

import hashlib
import re

# PostgreSQL stores no NUL, and no database stores half of a surrogate pair.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def clean(text: str) -> str:
    r"""Return a text as every database can store it: NUL and halves of surrogate pairs become U+FFFD.

    Line breaks become ``\n``, as a form sends them otherwise than a file does.

    Examples
    --------
    >>> clean("so\r\ngood\x00")
    'so\ngood\ufffd'
    """
    return UNSTORABLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def text_digest(text: str) -> str:
    """Return what is equal for texts that differ in blanks and capitals only.

    Examples
    --------
    >>> text_digest("So  good!") == text_digest("so good! ")
    True
    """
    return hashlib.sha256(" ".join(text.casefold().split()).encode("utf-8", "surrogatepass")).hexdigest()
