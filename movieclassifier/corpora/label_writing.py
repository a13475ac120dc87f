"""Labels that differ only in how they are written: case, quotes, blanks, or the writing of a number."""

import re
import unicodedata
from collections.abc import Mapping
from itertools import accumulate

from movieclassifier.corpora.readers.contract import as_label, as_shown

QUOTES = "\"'`´‘’‚‛“”„‟«»‹›′″‵‶ʹʻʼ❛❜❝❞〝〞〟「」"
NUMBER = re.compile(r"[+-]?[0-9]{1,300}(?:[.][0-9]{0,300})?(?:[eE][+-]?[0-9]{1,3})?")
MAX_SHOWN = 300


def folded(label: str) -> str:
    """Return a label in the one form that all its writings share.

    Examples
    --------
    >>> [folded(label) for label in ("Pos", "'pos'", "1", "+1.0", "01")]
    ['pos', 'pos', '1.0', '1.0', '1.0']
    """
    plain = unicodedata.normalize("NFKC", as_label(label).strip(QUOTES))  # which takes ´ and ″ apart
    plain = " ".join(plain.casefold().split())
    plain = as_label(as_label(plain).strip(QUOTES))
    return str(float(plain) + 0.0) if NUMBER.fullmatch(plain) else plain


def check_writing(counts: Mapping[str, int], name: str) -> None:
    """Refuse labels of which two differ only in how they are written.

    Parameters
    ----------
    counts : mapping of str to int
        Documents per label.
    name : str
        Name of the corpus, for the message.

    Raises
    ------
    ValueError
        With the mapping that makes them one.
    """
    writings: dict[str, list[str]] = {}
    for label in counts:
        writings.setdefault(folded(label), []).append(label)
    if len(writings) == len(counts):
        return
    alike = next(labels for labels in writings.values() if len(labels) > 1)
    pairs = [
        f"{label!r}: {max(labels, key=lambda label: counts[label])!r}"
        for labels in writings.values()
        for label in labels
    ]
    ends = accumulate(len(pair) + 2 for pair in pairs)
    shown = pairs[: sum(end <= MAX_SHOWN for end in ends)]
    mapping = ", ".join([*shown, "…"] if len(shown) < len(pairs) else shown)
    raise ValueError(
        f"{name}: the labels {' and '.join(map(as_shown, alike))} differ only in how they are written; pass "
        f"ReadingOptions(labels={{{mapping}}}) to make them one, or to keep them apart give each a name of its own "
        "there."
    )
